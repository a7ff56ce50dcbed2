"""Everything we can build validates against the official schemas."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sfm.wire import (
    apprec,
    messages,
    msghead,
    safe_xml,
    schemas,
)
from sfm.wire.msghead import ConversationRef
from sfm.wire.parties import OtherReceiver
from sfm.wire.values import cs, cv, on_day
from tests.unit.wire import official, samples
from tests.unit.wire.bodies import BODIES, ENTRY, FAMILIES, PACKED
from tests.unit.wire.prescriptions import DAY, PRESCRIPTIONS
from tests.unit.wire.samples import NOW, PRESCRIPTION


@pytest.fixture(autouse=True)
def _official_schemas() -> None:
    official.folder()


def refusals(kind: str, body: object, **changes: object) -> list[str]:
    message = samples.message(kind, body, **changes)
    assert messages.open_message(message).body == body
    return schemas.validate(message)


@pytest.mark.parametrize("name", PRESCRIPTIONS)
def test_every_kind_of_prescription_validates(name: str) -> None:
    assert refusals("ERM1", PRESCRIPTIONS[name]) == []


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=[f"{i}-{kind}" for i, (kind, _) in enumerate(BODIES)])
def test_every_message_validates(kind: str, body: object) -> None:
    assert refusals(kind, body) == []


def test_no_message_type_is_left_out() -> None:
    assert {kind for kind, _ in BODIES} | {"ERM1"} == set(messages.BY_CODE)


@pytest.mark.parametrize("namespace", FAMILIES)
def test_answers_of_older_families_validate(namespace: str) -> None:
    body = FAMILIES[namespace]
    kind = next(k.code for k in messages.BY_CODE.values() if namespace in k.root.namespaces)
    assert refusals(kind, body, namespace=namespace) == []


def test_a_full_envelope_validates() -> None:
    department = replace(
        samples.SENDER.organisation, department=replace(samples.RF.organisation, name="Avdeling A")
    )
    receivers = (OtherReceiver(role=cs("1", "Kopi"), organisation=samples.RF.organisation),)
    assert (
        refusals(
            "ERM1",
            PRESCRIPTION,
            sender=replace(samples.SENDER, organisation=department),
            conversation=ConversationRef(parent="1", conversation="2"),
            other_receivers=receivers,
            attachments=(msghead.attachment(b"<a/>", issued=on_day(DAY)),),
        )
        == []
    )


def test_a_receipt_validates() -> None:
    receipt = apprec.AppRec(
        generated_at=NOW,
        id="1",
        sender=apprec.party(name="Reseptformidleren", id="888888888"),
        receiver=apprec.party(name="Oppdiktet legekontor", id="8000001", id_type="HER"),
        status=apprec.REJECTED,
        errors=(cv("313", 7419, "GenDate avviker"),),
        original=apprec.OriginalMessage(type=cs("ERM1", "Resept"), issued_at=NOW, id="2"),
    )
    assert schemas.validate(apprec.to_xml(receipt)) == []


def test_the_medication_of_a_list_entry_validates_alone() -> None:
    assert schemas.validate(ENTRY.medication) == []
    assert schemas.validate(PACKED.dispensing) == []


def test_faults_of_envelope_and_payload_are_both_found() -> None:
    message = samples.message().replace(b"<MIGversion>", b"<Tull/><MIGversion>")
    broken = message.replace(b"<Reiterasjon>3<", b"<Reiterasjon>tre<")
    found = schemas.validate(broken)
    assert any("Tull" in fault for fault in found)
    assert any("Reiterasjon" in fault for fault in found)
    with pytest.raises(safe_xml.WireFormatError, match="validerer ikke"):
        schemas.ensure_valid(broken)


def test_an_unknown_namespace_is_a_fault() -> None:
    assert schemas.validate(b'<a xmlns="http://example.invalid/"/>') == [
        "ukjent navnerom http://example.invalid/"
    ]


def test_without_schemas_nothing_is_validated(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("SFM_SCHEMAS_DIR", str(tmp_path))
    assert schemas.directory() is None
    assert schemas.validate(b"<a/>") == []


def test_every_schema_we_write_by_compiles() -> None:
    folder = official.folder()
    known = schemas.registry(folder)
    for kind in messages.BY_CODE.values():
        for namespace in kind.root.namespaces:
            if namespace in known:
                schemas._schema(folder, namespace)
        assert kind.root.namespaces[0] in known

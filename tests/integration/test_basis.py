"""Basis: a list is fetched, changed in another system's screens, sent back, and what was done is done here too."""
# ruff: noqa: F811  a fixture is imported where it is used

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.audit.models import AuditEvent
from sfm.exchange.models import Message
from sfm.fest import search
from sfm.fhir.basis import names
from sfm.fhir.basis.read import content
from sfm.fhir.basis.read.statement import Statement
from sfm.medication import prescribing
from sfm.medication.models import Prescription, Treatment
from sfm.tenancy.scope import journal_scope
from sfm.wire import messages
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.integration import basis as doc
from tests.integration.basis import Basis, Document, basis, parameters, results, value  # noqa: F401
from tests.integration.data_sharing import faults

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
VOLVEN = "urn:oid:2.16.578.1.12.4.1.1."


@pytest.fixture
def treated(basis: Basis) -> Treatment:
    """Kari uses metoprolol, with a prescription by the doctor who calls."""
    with journal_scope(basis.office.journal):
        key = sending.patient()
        by = _actor(basis.office)
        return rows.with_prescription(key, by=by, sources=["lokal", "PLL"])


def _actor(office: Office) -> Any:
    from sfm.identity import users

    return users.actor_for(office.people["berg"], office.organisation)


def _kinds(basis: Basis) -> list[str]:
    return [kind for kind, _ in basis.rf.received]


def test_every_source_is_asked_and_told_of(basis: Basis, treated: Treatment) -> None:
    answer = basis.get()
    assert answer.status_code == 200, answer.content
    said = parameters(answer.json())
    assert [one["name"] for one in answer.json()["parameter"]] == [
        "medication", "KJHentetTidspunkt", "RFHentetTidspunkt", "KJFeilkode", "RFM96Feilkode", "RFM912Feilkode",
        "KJHarLegemidler", "KJHarLaste", "RFHarLaste",
    ]  # fmt: skip
    assert {name: value(said[name])["coding"][0]["code"] for name in said if name.endswith("kode")} == {
        "KJFeilkode": "0", "RFM96Feilkode": "0", "RFM912Feilkode": "0",
    }  # fmt: skip
    (statement,) = Document(answer).all("MedicationStatement")
    assert {one["type"]["text"] for one in statement["identifier"]} == {"PLL", "ReseptId", "treatmentId"}


def test_a_source_that_fails_is_named_and_the_rest_is_told(basis: Basis, treated: Treatment) -> None:
    basis.rf.down, basis.kj.refuse = True, "KJF-000204"
    with journal_scope(basis.office.journal):
        pass
    said = parameters(basis.get().json())
    codes = {name: value(said[name])["coding"][0]["code"] for name in said if name.endswith("kode")}
    assert codes["KJFeilkode"] == "92"
    assert codes["RFM96Feilkode"] in ("90", "91")
    assert "RFHentetTidspunkt" not in said
    assert "KJHentetTidspunkt" not in said


def test_consent_and_reference_numbers_reach_the_sources(basis: Basis) -> None:
    basis.get(
        {"name": "SamtykkeKjernejournal", "valueCode": "HPMOTTATTSAMTYKKE"},
        {"name": "SamtykkeSperretLegemidler", "valueCode": "HPAKUTT"},
        {"name": "SamtykkeLasteResepter", "valueCode": "HPAKUTT"},
        {"name": "Referansenummer", "valueString": "123456789"},
    )
    assert basis.kj.asked == ["HPMOTTATTSAMTYKKE,HPAKUTT"]
    with journal_scope(basis.office.journal):
        logged = AuditEvent.objects.get(action="basis.getMedication")
        assert logged.detail["SamtykkeKjernejournal"] == "HPMOTTATTSAMTYKKE"
        question = Message.objects.get(kind="ERM95")
        assert b"<RefNr>123456789</RefNr>" in bytes(question.raw).replace(
            b"ns1:", b""
        ) or b"123456789" in bytes(question.raw)


def test_what_is_unchanged_is_told_byte_for_byte_the_same(basis: Basis, treated: Treatment) -> None:
    first, second = basis.get(), basis.get()
    texts = [answer.content.decode() for answer in (first, second)]
    statements = [doc.dumped(Document(answer).all("MedicationStatement")) for answer in (first, second)]
    assert statements[0] == statements[1]
    one = texts[0].index('{"resourceType":"MedicationStatement"')
    assert texts[0][one : one + 1500] in texts[1]


def test_sent_back_unchanged_nothing_goes_out(basis: Basis, treated: Treatment) -> None:
    answer = basis.send(Document(basis.get()))
    assert answer.status_code == 200, answer.content
    said = {one["name"]: value(one) for one in answer.json()["parameter"] if "resource" not in one}
    assert said == {"recallCount": 0, "prescriptionCount": 0}
    assert _kinds(basis) == []


def test_a_new_medicine_is_prescribed_signed_and_delivered(basis: Basis) -> None:
    document = Document(basis.get()).with_list()
    statement = document.prescribe(fest=_metoprolol())
    answer = basis.send(document)
    assert answer.status_code == 200, answer.content
    ident = statement["identifier"][0]["value"]
    assert results(answer.json()) == {ident: "0"}
    assert basis.rf.received[0] == ("ERM1", ident)
    assert _kinds(basis) == ["ERM1", "ERM251"]
    with journal_scope(basis.office.journal):
        made = Prescription.objects.get(pk=ident)
        assert str(made.treatment_id) == statement["identifier"][1]["value"]
        assert (made.delivery, made.rf_status) == ("accepted", "E")


def test_a_renewal_recalls_what_it_replaces(basis: Basis, treated: Treatment) -> None:
    document = Document(basis.get()).with_list()
    (old,) = document.all("MedicationStatement")
    url = next(one["fullUrl"] for one in document.bundle["entry"] if one["resource"] is old)
    doc.recall(old, "1")
    new = document.prescribe(basedOn=[{"reference": url}], text=old["dosage"][0]["text"])
    new["medicationReference"], new["dosage"] = old["medicationReference"], old["dosage"]
    new["identifier"] = [new["identifier"][0]]
    answer = basis.send(document)
    assert answer.status_code == 200, answer.content
    assert _kinds(basis) == ["ERM1", "ERM5", "ERM251"]
    assert {one["name"]: value(one) for one in answer.json()["parameter"][:2]} == {
        "recallCount": 1, "prescriptionCount": 1,
    }  # fmt: skip
    with journal_scope(basis.office.journal):
        assert Treatment.objects.count() == 1
        assert Prescription.objects.get(recall_reason="1").recall_delivery == "accepted"


def test_another_package_of_the_same_name_is_the_one_prescribed(fest: Any) -> None:
    group = fest.product(search.search("metoprolol 50").hits[0].product)
    ours, theirs = [one.varenr for one in group.packages if one.name == group.packages[0].name][:2]
    product = prescribing.product_of(fest.by_varenr(ours))
    coding = {"system": names.FEST, "display": product.name_form_strength}
    said = {
        varenr: content.of(
            Statement(
                url="",
                path="",
                resource={"resourceType": "MedicationStatement", "effectiveDateTime": "2026-04-30T22:00:00Z"},
                product={"code": {"coding": [coding | {"code": varenr}]}},
            ),
            known=contents.content(product=product),
            with_terms=True,
        )
        for varenr in (ours, theirs)
    }
    assert said[ours].product == product
    assert (said[theirs].product.varenr, said[theirs].prescription.varenr) == (theirs, theirs)
    assert said[ours].starts_on == date(2026, 5, 1), "a day is Norwegian, whatever clock it was written by"


def test_a_discontinuation_recalls_the_prescription(basis: Basis, treated: Treatment) -> None:
    document = Document(basis.get()).with_list()
    (statement,) = document.all("MedicationStatement")
    doc.discontinue(statement, doc.AT, doc.REASON)
    assert basis.send(document).status_code == 200
    assert _kinds(basis) == ["ERM5", "ERM251"]
    with journal_scope(basis.office.journal):
        assert Treatment.objects.get().lifecycle == "discontinued"
    (told,) = Document(basis.get()).all("MedicationStatement")
    assert told["status"] == "stopped"


def test_a_recall_keeps_the_treatment(basis: Basis, treated: Treatment) -> None:
    document = Document(basis.get()).with_list()
    doc.recall(document.all("MedicationStatement")[0])
    assert basis.send(document).status_code == 200
    with journal_scope(basis.office.journal):
        assert Treatment.objects.get().lifecycle == "active"
        assert Prescription.objects.get().rf_status == "T"


def test_the_same_document_twice_is_one_sending(basis: Basis) -> None:
    document = Document(basis.get()).with_list()
    document.prescribe(fest=_metoprolol())
    first, second = basis.send(document), basis.send(document)
    assert first.json() == second.json()
    assert _kinds(basis) == ["ERM1", "ERM251"]


def test_several_sendings_on_one_look_up(basis: Basis) -> None:
    document = Document(basis.get()).with_list()
    document.prescribe(fest=_metoprolol())
    assert basis.send(document).status_code == 200
    later = document.again()
    doc.recall(later.all("MedicationStatement")[0])
    answer = basis.send(later)
    assert answer.status_code == 200, answer.content
    assert _kinds(basis) == ["ERM1", "ERM251", "ERM5", "ERM251"]


def test_without_a_list_when_none_is_wanted(basis: Basis) -> None:
    document = Document(basis.get()).with_list(create=False)
    document.prescribe(fest=_metoprolol())
    assert basis.send(document).status_code == 200
    assert _kinds(basis) == ["ERM1"]


def test_the_parties_of_the_list_are_read(basis: Basis) -> None:
    document = Document(basis.get()).with_list()
    volven, her = f"{VOLVEN}7490", "urn:oid:2.16.578.1.12.4.1.2"
    pharmacy = {"identifier": {"system": her, "value": "8135176"}, "display": "Oppdiktet apotek"}

    def party(code: str, **who: Any) -> None:
        role = {"resourceType": "PractitionerRole", "code": [{"coding": [{"system": volven, "code": code}]}]}
        reference = {"reference": document.add(role | who)}
        told["extension"].append({"url": "relatedparties", "valueReference": reference})

    told = document.all("Basic")[0]["extension"][0]
    party("A", organization=pharmacy)
    party("M", practitioner={"reference": document.url_of("Practitioner")})
    document.prescribe(fest=_metoprolol())
    nameless = document.again()
    answer = basis.send(document)
    assert answer.status_code == 200, answer.content
    with journal_scope(basis.office.journal):
        body = messages.open_message(bytes(Message.objects.get(kind="ERM251").raw)).body
    assert [one.role.code for one in body.roles] == ["L", "A", "M"]
    assert (body.roles[1].organisation.her_id.id, body.roles[1].organisation.institution) == (
        "8135176", "Oppdiktet apotek",
    )  # fmt: skip
    assert body.roles[2].professional.hpr == body.roles[0].professional.hpr
    told, document = nameless.all("Basic")[0]["extension"][0], nameless
    party("A", organization={"display": "Oppdiktet apotek"})
    assert [code for code, _ in faults(basis.send(nameless))] == ["value"]


def test_what_rf_refuses_is_told_and_leaves_nothing_unsent(basis: Basis) -> None:
    document = Document(basis.get()).with_list()
    basis.rf.refuse["ERM1"] = "330"
    statement = document.prescribe(fest=_metoprolol())
    answer = basis.send(document)
    assert results(answer.json()) == {statement["identifier"][0]["value"]: "93"}
    basis.rf.refuse.clear()
    assert basis.get().status_code == 200
    with journal_scope(basis.office.journal):
        assert not Treatment.objects.exclude(unsent_verb="").exists()


def _metoprolol() -> dict[str, str]:
    product = contents.METOPROLOL
    return {"code": "", "display": product.name_form_strength}


def test_a_ware_is_prescribed_too(basis: Basis) -> None:
    document = Document(basis.get())
    ident = str(uuid4())
    group = {"coding": [{"system": f"{VOLVEN}7403", "code": "505", "display": "Stomiutstyr"}]}
    basic = {
        "resourceType": "Basic",
        "extension": [
            {
                "url": f"{doc.PROFILE}sfm-reseptdocbanda",
                "extension": [{"url": "productgroup", "valueCodeableConcept": group}],
            },
            doc.amendment(
                amount=None,
                itemgroup=("CodeableConcept", {"coding": [{"system": f"{VOLVEN}7402", "code": "A"}]}),
                reimbursementparagraph=(
                    "CodeableConcept",
                    {"coding": [{"system": f"{VOLVEN}7427", "code": "505"}]},
                ),
            ),
        ],
        "identifier": [{"use": "official", "type": {"text": "reseptId"}, "value": ident}],
        "code": {"coding": [{"system": f"{VOLVEN}7402", "code": "A", "display": "Annet"}]},
        "subject": {"reference": document.url_of("Patient")},
    }
    document.add(basic, "sectionOtherPrescriptions")
    answer = basis.send(document)
    assert answer.status_code == 200, faults(answer)
    assert results(answer.json()) == {ident: "0"}

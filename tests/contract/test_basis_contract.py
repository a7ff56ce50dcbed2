"""Every documented call of Basis with right and wrong input: the answers, and the fault at its element (fhir.md 7)."""
# ruff: noqa: F811  a fixture is imported where it is used

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client

from sfm.core import clock
from sfm.exchange.models import MedicationDocument, Message
from sfm.fhir.basis import parameters as reading
from sfm.fhir.basis import served, views
from sfm.fhir.basis.read import bundle, compare, statement
from sfm.fhir.data_sharing.r4 import json_form, xml_form
from sfm.fhir.data_sharing.r4.faults import BadContent
from sfm.fhir.definitions import served as definitions
from sfm.medication.models import Prescription, Treatment, WorkItem
from sfm.tenancy.scope import journal_scope
from tests.contract.test_fhir_r4 import hold_against_r4
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.integration import basis as doc
from tests.integration.basis import BASIS, Basis, Document, basis, parameters, value  # noqa: F401
from tests.integration.data_sharing import FNR, Epj, faults, patient

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.filterwarnings("ignore:No directory at", "ignore::DeprecationWarning")
NEW = {"code": "", "display": contents.METOPROLOL.name_form_strength}


@pytest.fixture
def treated(basis: Basis) -> Treatment:
    from sfm.identity import users

    with journal_scope(basis.office.journal):
        by = users.actor_for(basis.office.people["berg"], basis.office.organisation)
        return rows.with_prescription(sending.patient(), by=by, sources=["lokal", "PLL"])


def _drop(document: Document) -> None:
    gone = document.all("MedicationStatement")[0]
    document.bundle["entry"] = [one for one in document.bundle["entry"] if one["resource"] is not gone]
    document.section("sectionMedication").pop("entry")


def _unresolved(document: Document) -> None:
    document.all("MedicationStatement")[0]["medicationReference"] = {"reference": f"urn:uuid:{uuid4()}"}


def _another_patient(document: Document) -> None:
    document.bundle["entry"].append(
        {"fullUrl": f"urn:uuid:{uuid4()}", "resource": patient("15876899966", FNR)}
    )


def _without(section: str) -> Callable[[Document], None]:
    def act(document: Document) -> None:
        kept = [one for one in document.composition["section"] if one["code"]["coding"][0]["code"] != section]
        document.composition["section"] = kept

    return act


def _twice(document: Document) -> None:
    document.composition["section"].append(dict(document.section("sectionAllergies")))


def _ambiguous(document: Document) -> None:
    document.section("sectionAllergies")["code"]["coding"][0]["code"] = "sectionWhatever"


def _recall_inactive(document: Document) -> None:
    doc.recall(document.all("MedicationStatement")[0])
    Prescription.objects.update(rf_status="T")


def _ended(*children: dict[str, Any]) -> Callable[[Document], None]:
    return lambda document: doc.discontinue(document.all("MedicationStatement")[0], *children)


def _several_reasons(document: Document) -> None:
    _ended(doc.AT, doc.REASON, doc.REASON)(document)


def _no_id(document: Document) -> None:
    document.prescribe(fest=NEW)["identifier"].pop(0)


def _used_id(document: Document) -> None:
    old = document.all("MedicationStatement")[0]
    known = next(one for one in old["identifier"] if one["type"]["text"] == "PLL")
    made = document.prescribe(fest=NEW)
    made["identifier"] = [made["identifier"][0], known]  # the entry holds a dispensable prescription


def _no_change_without_prescription(document: Document) -> None:
    document.all("MedicationStatement")[0]["dosage"][0]["text"] = "noe annet"


def _no_expiry(document: Document) -> None:
    document.prescribe(fest=NEW, amendment={"expirationdate": ("Date", "2020-01-01")})


def _no_indication(document: Document) -> None:
    document.prescribe(fest=NEW)["dosage"][0]["extension"].pop(1)


def _not_composition(document: Document) -> None:
    document.bundle["entry"].reverse()


def _no_attester(document: Document) -> None:
    del document.composition["attester"]


Case = tuple["Callable[[Document], None]", str, str]
IN_THE_DOCUMENT: dict[str, Case] = {
    "a statement of the last document is missing": (_drop, "business-rule", "entry"),
    "a reference that leads nowhere": (_unresolved, "not-found", "medicationReference"),
    "another patient": (_another_patient, "business-rule", "resource"),
    "a section is missing": (_without("sectionPLLinfo"), "required", "section:sectionPLLinfo"),
    "a section stands twice": (_twice, "duplicate", "section"),
    "an unknown section": (_ambiguous, "code-invalid", "section[2].code"),
    "no composition first": (_not_composition, "structure", "entry[0]"),
    "nobody goes good for it": (_no_attester, "required", "attester"),
    "an end without time": (_ended(doc.REASON), "required", "timedate"),
    "an end without reason and note": (_ended(doc.AT), "required", "sfm-discontinuation"),
    "an end with two reasons": (_several_reasons, "value", "reason"),
    "a new prescription without id": (_no_id, "required", "identifier"),
}
AGAINST_WHAT_WE_KNOW: dict[str, Case] = {
    "a recall of what is not active": (_recall_inactive, "business-rule", "resource"),
    "an entry that has a prescription already": (_used_id, "business-rule", "resource"),
    "a change the pharmacy must see": (_no_change_without_prescription, "business-rule", "resource"),
    "a prescription that has expired": (_no_expiry, "business-rule", "expirationdate"),
    "no indication": (_no_indication, "business-rule", "sfm-application-area"),
}


def _told(document: Document, before: list[statement.Statement]) -> list[tuple[str, str]]:
    """What `$sendMedication` finds before it looks at anything of ours."""
    content = {"parameter": [{"name": "medication", "resource": document.bundle}]}
    try:
        sent = bundle.read(reading.read(json_form.read(json.dumps(content).encode())))
    except BadContent as error:
        return [(fault.code, fault.path) for fault in error.faults]
    now = statement.of_document(sent)
    found = compare.faults(compare.changes(now, before), now) + compare.missing(now, before, sent.path)
    return [(fault.code, fault.path) for fault in found]


def test_each_fault_of_a_document_is_told_at_its_element(basis: Basis, treated: Treatment) -> None:
    answer = basis.get()
    entries = {one["fullUrl"]: one["resource"] for one in Document(answer).bundle["entry"]}
    before = list(statement.of_entries(json_form.read(json.dumps(entries).encode()), {}))
    assert _told(Document(answer).with_list(), before) == []
    for name, (bend, code, place) in IN_THE_DOCUMENT.items():
        document = Document(answer).with_list()
        bend(document)
        told = _told(document, before)
        assert any(code == found and place in path for found, path in told), (name, told)
        assert all(path.startswith("Parameters.parameter[0].resource") for _, path in told)
    _drop(wrong := Document(answer).with_list())
    assert [code for code, _ in faults(basis.send(wrong))] == ["business-rule"]


def test_each_fault_against_what_we_know_is_told_and_nothing_is_done(
    basis: Basis, treated: Treatment
) -> None:
    for name, (bend, code, place) in AGAINST_WHAT_WE_KNOW.items():
        document = Document(basis.get()).with_list()
        with journal_scope(basis.office.journal):
            bend(document)
        answer = basis.send(document)
        assert answer.status_code == 400, (name, answer.content)
        assert any(code == found and place in path for found, path in faults(answer)), (name, faults(answer))
        with journal_scope(basis.office.journal):
            Prescription.objects.update(rf_status="E")
            assert Treatment.objects.count() == 1
            assert not Treatment.objects.exclude(unsent_verb="").exists()
    assert not basis.rf.received


def test_only_the_newest_whole_and_fresh_document_can_be_built_on(basis: Basis, treated: Treatment) -> None:
    first, second = Document(basis.get()), Document(basis.get())
    assert faults(basis.send(first)) == [("conflict", "")]
    with journal_scope(basis.office.journal):
        MedicationDocument.objects.update(looked_up_at=clock.now() - timedelta(hours=4, minutes=1))
    assert faults(basis.send(second)) == [("conflict", "")]
    _drop(third := Document(basis.get()))
    assert basis.send(third).status_code == 400
    whole = Document({"parameter": [{"name": "medication", "resource": third.bundle}]})
    whole.composition["relatesTo"][0]["targetIdentifier"]["value"] = third.composition["relatesTo"][0][
        "targetIdentifier"
    ]["value"]
    assert basis.send(whole).status_code == 409  # broken: the client must ask anew


def test_a_document_of_another_person_or_journal_is_nobodys(basis: Basis, treated: Treatment) -> None:
    document = Document(basis.get())
    stranger = Basis(office=basis.office, epj=Epj(basis.office.caller("holm")), rf=basis.rf, kj=basis.kj)
    refused = stranger.send(document)
    assert refused.status_code in (403, 409)
    assert str(treated.pk) not in refused.content.decode()


def test_rights_decide(basis: Basis) -> None:
    nurse = Basis(office=basis.office, epj=Epj(basis.office.caller("nes")), rf=basis.rf, kj=basis.kj)
    document = Document(basis.get())
    assert nurse.send(document).status_code == 403
    said = parameters(nurse.get().json())
    assert value(said["RFM96Feilkode"])["coding"][0]["code"] == "96"


def test_a_group_a_prescription_needs_the_right(basis: Basis, monkeypatch: pytest.MonkeyPatch) -> None:
    from sfm.medication.rules import rights

    monkeypatch.setattr(rights, "refusal", lambda *_args, **_named: "Du har ikke rett til reseptgruppe A.")
    document = Document(basis.get())
    document.prescribe(fest=NEW)
    assert ("business-rule", True) in [
        (code, "medicationReference" in path) for code, path in faults(basis.send(document))
    ]


def test_bad_parameters_of_get_medication(basis: Basis) -> None:
    person = {"name": "patient", "resource": patient(doc.KARI, FNR)}
    bad = {
        "Parameters.parameter:patient": [{"name": "Referansenummer", "valueString": "1"}],
        "Parameters.parameter[1]": [person, {"name": "SamtykkeKjernejournal", "valueCode": "JA"}],
        "Parameters.parameter[0].resource.identifier[0].value": [
            {"name": "patient", "resource": patient("12345678901", FNR)}
        ],
        "Parameters.parameter[0].resource.address[0].city": [
            {"name": "patient", "resource": patient(doc.KARI, FNR, address=[{"postalCode": "0010"}])}
        ],
    }
    for path, given in bad.items():
        answer = basis.call("getMedication", *given)
        assert answer.status_code == 400
        assert path in [place for _, place in faults(answer)], (path, faults(answer))


def test_answers_are_strict_r4_and_the_same_in_xml(basis: Basis, treated: Treatment) -> None:
    answer = basis.get({"name": "IncludeOriginal", "valueCode": "include_reseptdok"})
    hold_against_r4(answer.json())
    content = {
        "resourceType": "Parameters",
        "parameter": [{"name": "patient", "resource": patient(doc.KARI, FNR)}],
    }
    path = f"{BASIS}Patient/$getMedication"
    signed = basis.epj.caller.headers("POST", path) | {"Accept": "application/fhir+xml"}
    told = Client().generic(
        "POST", path, data=xml_form.write(content), content_type="application/fhir+xml", headers=signed
    )
    assert told.status_code == 200
    read = xml_form.read(told.content)
    ours, theirs = Document(answer), Document(read)
    assert len(ours.all("MedicationStatement")) == len(theirs.all("MedicationStatement")) == 1
    assert (
        theirs.all("MedicationStatement")[0]["identifier"] == ours.all("MedicationStatement")[0]["identifier"]
    )


def test_the_original_message_comes_when_asked_for(basis: Basis) -> None:
    document = Document(basis.get())
    made = document.prescribe(fest=NEW)
    assert basis.send(document).status_code == 200
    told = Document(basis.get({"name": "IncludeOriginal", "valueCode": "include_reseptdok"}))
    (binary,) = told.all("Binary")
    ident = made["identifier"][0]["value"]
    with journal_scope(basis.office.journal):
        assert base64.b64decode(binary["data"]) == bytes(Message.objects.get(pk=ident).raw)


@pytest.mark.parametrize("base", ["/basis/", "/basis/fhir/", "/basis/v2/", "/basis/v2/fhir/", "/basis/v1.0/"])
def test_every_spelling_of_the_address(basis: Basis, base: str) -> None:
    assert Client().get(f"{base}metadata").status_code == 200
    path = f"{base}patient/$getMedication"
    answer = basis.epj.post(path, {"resourceType": "Parameters"})
    assert answer.status_code == 400
    source = answer.json()
    assert source["resourceType"] == "OperationOutcome"


def test_the_statement_says_what_is_served_and_no_more(basis: Basis) -> None:
    told = Client().get(f"{BASIS}metadata").json()
    hold_against_r4(told)
    (rest,) = told["rest"]
    assert {one["name"] for one in rest["operation"]} == set(views.OPERATIONS)
    listed = [one["type"] for one in rest["resource"]]
    assert listed == [*(offer.type for offer in served.OFFERS), *definitions.KINDS]
    for method, path in (
        ("PUT", "Task/x"),
        ("GET", "Patient/x"),
        ("GET", "Patient/$getMedication"),
        ("GET", "Medication"),
    ):
        headers = basis.epj.caller.headers(method, BASIS + path)
        answer = Client().generic(method, BASIS + path, headers=headers)
        assert answer.status_code == 501, path
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_tasks_for_a_person_and_for_a_machine(basis: Basis) -> None:
    now = clock.now()
    with journal_scope(basis.office.journal):
        key = sending.patient()
        hpr = basis.office.people["berg"].hpr
        for code in (8, 105, 3):
            WorkItem.objects.create(code=code, patient_key=key, owner_hpr=hpr, created=now, updated=now)
    machine = Epj(basis.office.caller(extra={"helseid://claims/identity/pid": None, "sub": None}))
    for caller in (basis.epj, machine):
        answer = caller.get(f"{BASIS}Task?code=8&owner={hpr}")
        assert answer.status_code == 200, answer.content
        found = answer.json()
        tasks = [one["resource"] for one in found["entry"] if one["resource"]["resourceType"] == "Task"]
        assert [one["code"]["coding"][0]["code"] for one in tasks] == ["8"]
        assert tasks[0]["contained"][0]["resourceType"] == "Patient"
        assert tasks[0]["for"]["reference"] == "#patient"
        hold_against_r4(found)
    changed = machine.get(f"{BASIS}Task?code=10&PatientNiN={doc.KARI}").json()
    assert changed["total"] == 1  # a new list of another, under the documented code it falls back on
    later = (now + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert machine.get(f"{BASIS}Task?_lastUpdated=gt{later}").json()["total"] == 0
    assert machine.post(f"{BASIS}Patient/$getMedication", {"resourceType": "Parameters"}).status_code == 403


def test_responsibility_for_multidose(basis: Basis, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(message: bytes, *, kind: str, token: str = "") -> bytes:
        asked.append(kind)
        return _parties_now(message)

    monkeypatch.setattr(basis.rf, "ask", ask)
    hpr = basis.office.people["berg"].hpr
    person = {"name": "patient", "resource": patient(doc.KARI, FNR)}
    mine = {
        "name": "practitioner",
        "valueIdentifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": hpr},
    }
    answer = basis.call("registerResponsibility", person, mine)
    assert value(parameters(answer.json())["resultCode"])["code"] == "0", answer.content
    assert asked == ["ERM271"]
    others = {"name": "practitioner", "valueIdentifier": {"value": "9999990"}}
    assert faults(basis.call("deRegisterResponsibility", person, others)) == [
        ("business-rule", "Parameters.parameter[1]")
    ]
    assert basis.call("registerResponsibility", person).status_code == 400


def _parties_now(message: bytes) -> bytes:
    from sfm.wire import m271, messages, msghead
    from sfm.wire.m274 import MultidosePhysician
    from sfm.wire.values import ident

    question = messages.open_message(message)
    doctor = MultidosePhysician(
        hpr_number="9144889",
        name="Vilde Demoberg",
        organisation_name="Åskollen",
        her_id=ident("HER", "8090595"),
    )
    return messages.compose(
        "ERM272",
        m271.MultidoseParties(registered=True, physician=doctor),
        id=str(uuid4()),
        generated_at=clock.now(),
        sender=question.envelope.info.receiver,
        receiver=question.envelope.info.sender,
        conversation=msghead.ConversationRef(parent=question.id, conversation=question.id),
    )


def test_a_client_that_calls_too_often_is_told_to_wait(basis: Basis, settings: SettingsWrapper) -> None:
    settings.API_PER_MINUTE = 2
    answers = [
        basis.epj.get(path)
        for path in (f"{BASIS}Task?code=8", f"{BASIS}Task", "Task?type=None", "Task?type=None")
    ]
    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    assert faults(answers[2]) == [("throttled", "")]
    assert answers[2]["Retry-After"] == "60"

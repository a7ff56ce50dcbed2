"""Basis: what goes back as it came, and what pharmacies have given."""
# ruff: noqa: F811  a fixture is imported where it is used

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sfm.exchange.models import Message
from sfm.fhir.basis import waiting
from sfm.fhir.basis.build import document as building
from sfm.identity import admission
from sfm.medication.models import CriticalReaction, Prescription, Treatment
from sfm.tenancy.scope import journal_scope
from tests.factories import treatments as rows
from tests.integration.basis import BASIS, Basis, Document, basis, results, say  # noqa: F401
from tests.integration.data_sharing import faults
from tests.integration.test_basis import _actor, _metoprolol, treated  # noqa: F401

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
UNKNOWN = {"url": "http://example.org/StructureDefinition/vendor-note", "valueString": "vårt eget"}
TEN_MILLIONTHS = "2026-11-22T07:08:09.1234567+01:00"


def _of_the_vendor(document: Document) -> dict[str, Any]:
    """A medicine nobody has prescribed, with everything a builder of ours would have written otherwise."""
    statement = document.prescribe(fest=_metoprolol(), amendment={"createeresept": None, "amount": None})
    say(statement, "note", "DateTime", TEN_MILLIONTHS)
    statement["extension"].append(UNKNOWN)
    statement["identifier"] = statement["identifier"][1:]  # no ReseptId
    return statement


def _entries(answer: Any) -> dict[str, Any]:
    """fullUrl → resource, with every number as the text it is written in."""
    content = json.loads(answer.content, parse_float=str)
    bundle = next(one["resource"] for one in content["parameter"] if one["name"] == "medication")
    return {one["fullUrl"]: one["resource"] for one in bundle["entry"]}


def test_what_a_system_wrote_goes_back_while_nothing_has_changed(basis: Basis, treated: Treatment) -> None:
    document = Document(basis.get())
    statement = _of_the_vendor(document)
    url, product = document.bundle["entry"][-1]["fullUrl"], document.bundle["entry"][-2]
    product["resource"]["amount"] = {"numerator": {"value": 1234567}, "denominator": {"value": 7654321}}
    raw = json.dumps({"resourceType": "Parameters", "parameter": [
        {"name": "medication", "resource": document.bundle}]}).replace("1234567}", "1.50}")  # fmt: skip
    answer = basis.epj.post(f"{BASIS}Patient/$sendMedication", raw)
    assert answer.status_code == 200, answer.content
    told = _entries(basis.get())
    assert told[url] == statement
    assert told[product["fullUrl"]]["amount"]["numerator"] == {"value": "1.50"}
    assert url in [one["reference"] for one in Document(basis.get()).section("sectionMedication")["entry"]]
    # and once more through a sending of what was told
    assert basis.send(Document(basis.get())).status_code == 200
    assert _entries(basis.get())[url] == told[url]
    with journal_scope(basis.office.journal):
        row = Treatment.objects.get(pk=statement["identifier"][0]["value"])
        row.dosage_text = "2 daglig"
        row.save()
    assert url not in _entries(basis.get())
    assert UNKNOWN["url"] not in basis.get().content.decode()


def test_what_we_have_to_add_to_is_ours(basis: Basis) -> None:
    document = Document(basis.get())
    document.prescribe(fest=_metoprolol())["extension"].append(UNKNOWN)
    assert basis.send(document).status_code == 200
    (statement,) = Document(basis.get()).all("MedicationStatement")
    said = {one["url"] for one in statement["extension"][0]["extension"]}
    assert "rfstatus" in said
    assert "createeresept" not in said


def test_each_handing_out_has_a_resource_of_its_own(basis: Basis, treated: Treatment) -> None:
    given = [
        {"at": "2026-11-01T00:00:00+01:00", "name": "Metoprolol", "amount": "2 pk", "pharmacy": "Oppdiktet apotek",
         "report": "11111111-2222-4333-8444-555555555555"},
        {"at": "2026-10-01T00:00:00+01:00", "name": "Metoprolol", "amount": "", "pharmacy": ""},
    ]  # fmt: skip
    with journal_scope(basis.office.journal):
        Prescription.objects.filter(treatment_id=treated.pk).update(dispensed=given)
    basis.rf.down = True
    found = Document(basis.get())
    first, last = found.all("MedicationDispense")
    assert (first["whenHandedOver"], first["quantity"]["value"]) == ("2026-10-01", 1)
    assert (last["whenHandedOver"], last["quantity"]["value"]) == ("2026-11-01", 2)
    assert last["identifier"][0] == {"use": "usual", "type": {"text": "M10id"}, "value": given[0]["report"]}
    assert last["authorizingPrescription"][0]["reference"] == found.url_of("MedicationStatement")
    assert [one["reference"] for one in found.section("sectionDispense")["entry"]]
    basis.rf.down = False


def test_a_locked_prescription_waits_for_its_number(basis: Basis) -> None:
    """RF is asked before anything is done; without an answer the sending is refused and nothing is left."""
    locked = {"lockedresept": ("Boolean", True), "refnum": ("String", "0")}
    with pytest.MonkeyPatch.context() as patch:
        document = Document(basis.get())
        document.prescribe(fest=_metoprolol(), amendment=dict(locked))
        patch.setattr(waiting, "until", lambda *_, **__: None)
        refused = basis.send(document)
        assert refused.status_code == 400
        assert "Referansenummeret" in refused.content.decode()
    with journal_scope(basis.office.journal):
        assert not Prescription.objects.exists()
    fetched = Document(basis.get())
    statement = fetched.prescribe(fest=_metoprolol(), amendment=dict(locked))
    answer = basis.send(fetched)
    assert answer.status_code == 200, answer.content
    ident = statement["identifier"][0]["value"]
    assert results(answer.json()) == {ident: "0"}
    with journal_scope(basis.office.journal):
        made = Prescription.objects.get(pk=ident)
        assert made.locked
        assert made.reference_number
        assert made.reference_number in answer.content.decode()
    (told,) = Document(basis.get()).all("MedicationStatement")
    said = {one["url"]: one for one in told["extension"][0]["extension"]}
    assert (said["lockedresept"]["valueBoolean"], said["refnum"]["valueString"]) == (
        True,
        made.reference_number,
    )


KJ = "http://nhn.no/kj/fhir/"


def _reaction(document: Document) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-"
    made = {
        "resourceType": "AllergyIntolerance",
        "identifier": [{"use": "official", "value": "6f1f9df0-1111-4222-8333-444444444444"}],
        "clinicalStatus": {"coding": [{"system": f"{system}clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": f"{system}verification", "code": "confirmed"}]},
        "category": ["medication"],
        "criticality": "high",
        "code": {"coding": [{"system": f"{KJ}CodeSystem/ATC", "code": "J01CE02", "display": "Penicillin V"}]},
        "patient": {"reference": document.url_of("Patient")},
        "reaction": [
            {"manifestation": [{"coding": [{"system": f"{KJ}CodeSystem/TypeOfReaction", "code": "9"}]}]}
        ],
    }
    document.add(made, "sectionAllergies")
    return made


def test_a_reaction_is_registered_changed_and_refuted(basis: Basis) -> None:
    document = Document(basis.get())
    _reaction(document)
    assert basis.send(document).status_code == 200
    again = document.again()  # the same reaction once more is no other
    assert basis.send(again).status_code == 200
    with journal_scope(basis.office.journal):
        row = CriticalReaction.objects.get()
        assert (row.agent_code, row.reaction, row.certainty, row.severity) == ("J01CE02", "9", "3", "1")
        assert Message.objects.filter(kind="KI-WRITE", subject_id=row.pk).count() == 1
    document = Document(basis.get())
    (told,) = document.all("AllergyIntolerance")
    told["verificationStatus"]["coding"][0]["code"] = "refuted"
    told["note"] = [{"text": "Tålte det siden."}]
    assert basis.send(document).status_code == 200
    with journal_scope(basis.office.journal):
        row.refresh_from_db()
        assert (row.active, row.verification, row.comment) == (False, "2", "Tålte det siden.")
    document = Document(basis.get())
    _reaction(document)["clinicalStatus"]["coding"][0]["code"] = "inactive"
    assert [code for code, _ in faults(basis.send(document))] == ["business-rule"]


def test_the_national_form_for_those_who_read_no_other(
    basis: Basis, treated: Treatment, settings: SettingsWrapper
) -> None:
    settings.NATIONAL_FORM_CLIENTS = [basis.office.client.client_id]
    with journal_scope(basis.office.journal):
        Treatment.objects.filter(pk=treated.pk).update(starts_on="2026-11-02")
    document = Document(basis.get())
    (statement,), (person,) = document.all("MedicationStatement"), document.all("Patient")
    assert document.bundle["total"] == len(document.bundle["entry"])
    assert "identifier" not in document.bundle
    assert statement["subject"]["type"] == person["meta"]["profile"][0]
    assert {"url": "effectiveDateTime", "valueDate": "2026-11-02"} in statement["extension"]
    assert "effectiveDateTime" not in statement
    assert [(one["text"], "line" in one) for one in person["address"]] == [("Testveien 1", False)]
    answer = basis.send(document)
    assert answer.status_code == 200, answer.content
    assert basis.rf.received == []


def test_a_document_costs_the_same_number_of_queries_however_long(basis: Basis, treated: Treatment) -> None:
    place = admission.admit(_caller(basis.office))
    with journal_scope(basis.office.journal):
        counts = []
        building.build(place, treated.patient_key)  # reads the catalogue into the process
        for _ in range(2):
            with CaptureQueriesContext(connection) as asked:
                building.build(place, treated.patient_key)
            counts.append(len(asked))
            for _ in range(5):
                rows.with_prescription(treated.patient_key, by=_actor(basis.office))
    assert counts[0] == counts[1] <= 8


def _caller(office: Office) -> Any:
    from types import SimpleNamespace

    person = office.people["berg"]
    return SimpleNamespace(
        multi_tenant=False, journal_id=str(office.journal.pk), orgnrs=[office.organisation.orgnr],
        sid="", pid=person.pid, client_id="",
    )  # fmt: skip

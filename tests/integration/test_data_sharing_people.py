"""Practitioner, Person and Organization in Datadeling (fhir.md 3.2–3.4, integration.md 6)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.audit.models import AuditEvent
from sfm.core.ids import synthetic_id
from sfm.identity import principal
from sfm.identity.models import Practitioner
from sfm.tenancy import journals
from sfm.tenancy.models import Journal, Organisation
from sfm.tenancy.scope import journal_scope
from tests.integration.data_sharing import DNR, ENH, FNR, HER, HPR, Epj, faults, patient
from tests.office import open_office
from tests.tokens import CHILD, PEOPLE

if TYPE_CHECKING:
    from tests.office import Office
    from tests.tokens import Issuer

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
NEW = synthetic_id(date(1985, 6, 7), serial=11)
EPJ_INFO = "http://ehelse.no/fhir/StructureDefinition/sfm-epjinfo"


def someone(kind: str = "Practitioner", **changes: Any) -> dict[str, Any]:
    whole = {
        "resourceType": kind,
        "identifier": [{"system": FNR, "value": NEW}],
        "active": True,
        "name": [{"family": "Demoskog", "given": ["Ada"]}],
        "qualification": [
            {"code": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9060", "code": "SP"}]}}
        ],
    }
    if kind == "Person":
        del whole["qualification"]
    return {name: value for name, value in (whole | changes).items() if value is not None}


def unit(**changes: Any) -> dict[str, Any]:
    whole = {
        "resourceType": "Organization",
        "extension": [
            {
                "url": EPJ_INFO,
                "extension": [
                    {
                        "url": "systeminfo",
                        "extension": [
                            {"url": "systemcode", "valueString": "AbcEpj"},
                            {"url": "updatetime", "valueDateTime": "2026-01-15T08:00:00+01:00"},
                        ],
                    }
                ],
            }
        ],
        "identifier": [{"system": ENH, "value": CHILD}, {"system": HER, "value": "8801777"}],
        "active": False,
        "type": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9051", "code": "3"}]}],
        "name": "Østmarka Legekontor",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def test_health_personnel_are_registered_without_prescribing_right(office: Office, admin: Epj) -> None:
    numbers = [{"system": FNR, "value": NEW}, {"system": HPR, "value": "991234"}]
    answer = admin.post("Practitioner", someone(identifier=numbers))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert [one["value"] for one in made["identifier"]] == [NEW, "991234"]
    assert admin.get(f"Practitioner/{made['id']}").json() == made
    with journal_scope(office.journal):
        row = Practitioner.objects.get(pk=made["id"])
        assert (row.hpr_rights, row.system_admin, row.personnel_category) == ({}, False, "SP")
        assert AuditEvent.objects.filter(action="Practitioner.create", subject_id=made["id"]).exists()


@pytest.mark.parametrize(
    "form", [f"identifier={FNR}|{NEW}", "given=Ad", "family=demo&given=ada", "active=true&family=Demoskog"]
)
def test_people_are_found(admin: Epj, form: str) -> None:
    made = admin.post("Practitioner", someone()).json()
    found = admin.search("Practitioner", form).json()
    assert made["id"] in [entry["resource"]["id"] for entry in found["entry"]]
    assert admin.search("Practitioner", "family=Ingensteds").json()["total"] == 0


def test_hpr_wins_over_the_record_system(office: Office, admin: Epj) -> None:
    berg = office.people["berg"]
    said = someone(
        identifier=[{"system": HPR, "value": berg.hpr}], name=[{"family": "Annet", "given": ["Navn"]}]
    )
    shown = admin.put(f"Practitioner/{berg.pk}", said).json()
    assert shown["name"][0]["family"] == berg.family_name
    assert shown["qualification"][0]["code"]["coding"][0]["code"] == berg.personnel_category
    assert shown["identifier"][0]["value"] == PEOPLE["berg"]["pid"]


def test_inactive_closes_access_at_once(
    office: Office, admin: Epj, epj: Epj, django_capture_on_commit_callbacks: Any
) -> None:
    berg = office.people["berg"]
    assert epj.get("Task?type=None").status_code == 200
    numbers = [{"system": HPR, "value": berg.hpr}]
    with django_capture_on_commit_callbacks(execute=True) as called:
        gone = admin.put(f"Practitioner/{berg.pk}", someone(identifier=numbers, active=False))
    assert gone.json()["active"] is False
    assert called  # their sessions end with the transaction
    assert epj.get("Task?type=None").status_code == 403


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"identifier": None}, [("required", "Practitioner.identifier")]),
        ({"name": [{"family": "X"}]}, [("required", "Practitioner.name[0].given")]),
        ({"identifier": [{"system": HPR, "value": "x"}]}, [("value", "Practitioner.identifier[0].value")]),
        ({"identifier": [{"system": DNR, "value": NEW}]}, [("value", "Practitioner.identifier[0].value")]),
        ({"active": 1}, [("value", "Practitioner.active")]),
    ],
)
def test_faults_of_a_practitioner(
    admin: Epj, changes: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    answer = admin.post("Practitioner", someone(**changes))
    assert (answer.status_code, faults(answer)) == (400, expected)


def test_twice_and_two_people_in_one(office: Office, admin: Epj) -> None:
    admin.post("Practitioner", someone())
    assert faults(admin.post("Practitioner", someone())) == [("duplicate", "Practitioner.identifier")]
    two = [{"system": FNR, "value": NEW}, {"system": HPR, "value": office.people["berg"].hpr}]
    assert faults(admin.post("Practitioner", someone(identifier=two))) == [
        ("business-rule", "Practitioner.identifier")
    ]
    berg = office.people["berg"]
    assert faults(admin.put(f"Practitioner/{berg.pk}", someone())) == [
        ("duplicate", "Practitioner.identifier")
    ]


def test_a_person_starts_without_rights_and_may_be_both(office: Office, admin: Epj) -> None:
    person = admin.post("Person", someone("Person")).json()
    with journal_scope(office.journal):
        row = Practitioner.objects.get(pk=person["id"])
        assert (row.system_admin, row.system_owner, row.personnel_category) == (False, False, "")
    assert admin.get(f"Practitioner/{person['id']}").status_code == 404
    both = admin.post("Practitioner", someone()).json()
    assert both["id"] == person["id"]
    assert admin.get(f"Person?_id={person['id']}&name=skog").json()["total"] == 1


def test_a_pin_is_reset_though_none_is_kept(office: Office, admin: Epj, epj: Epj) -> None:
    person = office.people["berg"]
    named = {"name": "identifier", "valueIdentifier": {"system": HPR, "value": person.hpr}}
    said = {"resourceType": "Parameters", "parameter": [named]}
    for address in (f"Practitioner/{person.pk}/$resetPIN", "Practitioner/$reset-pin"):
        answer = admin.post(address, said)
        assert (answer.status_code, answer.json()["issue"][0]["severity"]) == (200, "information")
    with journal_scope(office.journal):
        rows = AuditEvent.objects.filter(action="Practitioner.resetPIN")
        assert {str(row.subject_id) for row in rows} == {str(person.pk)}
        assert len(rows) == 2
    assert epj.post("Practitioner/$resetPIN", said).status_code == 403
    assert admin.post("Practitioner/$resetPIN", {"resourceType": "Parameters"}).status_code == 400
    named["valueIdentifier"] = {"system": HPR, "value": "9999999"}
    assert admin.post("Practitioner/$resetPIN", said).status_code == 404


def test_only_administrators(office: Office, epj: Epj, admin: Epj) -> None:
    made = admin.post("Person", someone("Person")).json()
    for answer in (
        epj.post("Person", someone("Person")),
        epj.get(f"Person/{made['id']}"),
        epj.get("Practitioner"),
        epj.get("Organization"),
        epj.put(f"Organization/{office.organisation.pk}", unit()),
        Epj(office.caller("holm")).put(f"Person/{made['id']}", someone("Person", active=False)),
    ):
        assert (answer.status_code, faults(answer)) == (403, [("forbidden", "")])
    unknown = admin.get(f"Person/{uuid4()}")
    assert (unknown.status_code, faults(unknown)) == (404, [("not-found", "")])


def test_one_more_unit_in_the_journal(office: Office, admin: Epj) -> None:
    part = {"partOf": {"reference": f"Organization/{office.organisation.pk}"}}
    answer = admin.post("Organization", unit(**part, active=True))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["active"], made["partOf"]["reference"]) == (False, f"Organization/{office.organisation.pk}")
    assert made["extension"] == unit()["extension"]
    opened = admin.put(f"Organization/{made['id']}", unit(**part, active=True))
    assert opened.json()["active"] is True
    assert admin.get(f"Organization?identifier={HER}|8801777&active=true").json()["total"] == 1
    assert admin.put(f"Organization/{made['id']}", unit(**part)).json()["active"] is False
    assert faults(admin.post("Organization", unit())) == [("duplicate", "Organization.identifier")]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": None}, "Organization.name"),
        ({"type": None}, "Organization.type"),
        ({"type": [{"coding": [{"code": "77"}]}]}, "Organization.type"),
        ({"identifier": [{"system": ENH, "value": CHILD}]}, "Organization.identifier"),
        (
            {"identifier": [{"system": ENH, "value": "1"}, {"system": HER, "value": "1"}]},
            "Organization.identifier",
        ),
        (
            {"identifier": [{"system": ENH, "value": CHILD}, {"system": HER, "value": "8802001"}]},
            "Organization.identifier",
        ),
    ],
)
def test_faults_of_a_unit(admin: Epj, changes: dict[str, Any], path: str, other_journal: Journal) -> None:
    answer = admin.post("Organization", unit(**changes))
    assert (answer.status_code, [where for _, where in faults(answer)]) == (400, [path])


def test_a_unit_of_another_journal_is_unknown(admin: Epj, other_journal: Journal) -> None:
    foreign = Organisation.objects.get(journal=other_journal)
    assert admin.get(f"Organization/{foreign.pk}").status_code == 404
    assert admin.put(f"Organization/{foreign.pk}", unit()).status_code == 404


def test_option_a_makes_a_journal_from_nothing(
    committed: tuple[Journal, Journal], issuer: Issuer, redis_client: Any
) -> None:
    office = open_office(committed[0], issuer)
    journal_id = uuid4()
    superuser = Epj(office.caller("dal", journal_id=journal_id))
    assert superuser.get("Organization").status_code == 403
    stranger = Epj(office.caller("dal", journal_id=uuid4(), extra={"client_id": "stranger"}))
    assert stranger.post("Organization", unit()).status_code == 403
    bad = superuser.post("Organization", unit(name=None))
    assert (bad.status_code, Journal.objects.filter(pk=journal_id).exists()) == (400, False)

    answer = superuser.post("Organization", unit())
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["identifier"][0]["value"] == str(journal_id)
    people = superuser.get("Person").json()
    assert [entry["resource"]["identifier"][0]["value"] for entry in people["entry"]] == [
        PEOPLE["dal"]["pid"]
    ]
    assert superuser.post("Practitioner", someone()).status_code == 201
    assert superuser.post("Patient", patient()).status_code == 201  # before the unit is in use
    assert superuser.get("Task?type=None").status_code == 403
    assert superuser.put(f"Organization/{made['id']}", unit(active=True)).status_code == 200
    assert Epj(office.caller("berg", journal_id=journal_id)).get("Person").status_code == 403
    wrong = {principal.ORGNR + "child": None}
    elsewhere = Epj(office.caller("dal", journal_id=uuid4(), extra=wrong)).post("Organization", unit())
    assert elsewhere.status_code == 400
    journals.drop(Journal.objects.get(pk=journal_id))

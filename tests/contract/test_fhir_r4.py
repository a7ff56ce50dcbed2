"""Every resource of Datadeling against an independent model of FHIR R4, and the statement against what is served."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client

from sfm.core import clock
from sfm.fhir.data_sharing.r4 import json_form, xml_form
from sfm.fhir.data_sharing.r4.check import check
from sfm.medication.models import JournalNote, WorkItem
from sfm.tenancy.scope import journal_scope
from tests.integration.data_sharing import BASE, FNR, KARI, Epj
from tests.integration.test_data_sharing_list import Open
from tests.integration.test_data_sharing_people import someone

if TYPE_CHECKING:
    from sfm.fest.catalogue import Catalogue
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at", "ignore::DeprecationWarning")


def hold_against_r4(resource: dict[str, Any]) -> None:
    """fhir.resources' R4B models, which equal R4 for our types, and our own table; neither may find a fault."""
    from fhir.resources.R4B import get_fhir_model_class

    get_fhir_model_class(resource["resourceType"]).model_validate_json(json.dumps(resource))
    check(json_form.read(json.dumps(resource).encode()), resource["resourceType"])


@pytest.fixture
def filled(office: Office, epj: Epj) -> Open:
    opened, now = Open(office, epj), clock.now()
    with journal_scope(office.journal):
        WorkItem.objects.create(code=4, patient_key=opened.key, owner_hpr=office.people["berg"].hpr,
                                created=now, updated=now)  # fmt: skip
        JournalNote.objects.create(
            patient_key=opened.key, event="ReseptRenewal", text="En setning.", treatment_id=opened.row.pk,
            at=now, performer_id=uuid4(), performer_name="Demolege",
        )  # fmt: skip
    return opened


def test_everything_written_is_strictly_r4(epj: Epj, admin: Epj, filled: Open, fest: Catalogue) -> None:
    from sfm.fest.models import Drug

    drug = Drug.objects.filter(kind="package").exclude(varenr="").first()
    assert drug is not None
    admin.post("Practitioner", someone())
    by_ticket = f"patientTicket={filled.ticket}"
    answers = {
        "List": epj.get(f"List?{by_ticket}"),
        "MedicationStatement": epj.get(f"MedicationStatement?{by_ticket}"),
        "AllergyIntolerance": epj.get(f"AllergyIntolerance?{by_ticket}"),
        "Patient": epj.get(f"Patient?{by_ticket}"),
        "Task": epj.get("Task?type=KJ"),
        "Basic": epj.get(f"Basic?_query=JOURNALNOTE&{by_ticket}"),
        "indicator": epj.get("Basic?_tag=indicator&type=Verbose"),
        "Medication": epj.get(f"Medication?_id={drug.varenr}"),
        "Practitioner": admin.get("Practitioner"),
        "Person": admin.get("Person"),
        "Organization": admin.get("Organization"),
        "nothing": epj.search("Patient", f"identifiers={FNR}|{KARI[::-1]}"),
        "fault": epj.post("Patient", {"resourceType": "Patient", "gender": 1}),
        "metadata": Client().get(f"{BASE}metadata"),
    }
    for name, answer in answers.items():
        content = answer.json()
        hold_against_r4(content)
        assert name in ("nothing", "fault", "metadata") or content["entry"], name
        for entry in content.get("entry", []):
            hold_against_r4(entry["resource"])


def test_xml_and_json_hold_the_same_content(epj: Epj, filled: Open) -> None:
    for where in ("List", "MedicationStatement", "AllergyIntolerance", "Patient"):
        address = f"{where}?patientTicket={filled.ticket}"
        with clock.frozen_at(clock.now()):  # the letter in the list says when it was written
            in_json = json_form.read(epj.get(address).content)
            in_xml = xml_form.read(epj.get(f"{address}&_format=xml").content)
        assert in_xml == in_json


def test_the_capability_statement_is_true(epj: Epj) -> None:
    answer = Client().get(f"{BASE}metadata")
    assert answer.status_code == 200
    for alias in ("", "fhir/", "v2/fhir/"):
        assert Client().get(f"/datadeling/{alias}metadata").json()["rest"] == answer.json()["rest"]
    assert Client().get(f"{BASE}metadata?_format=xml").status_code == 200
    listed = {
        (one["type"], interaction["code"])
        for one in answer.json()["rest"][0]["resource"]
        for interaction in one["interaction"]
    }
    assert listed == _answered(epj, {kind for kind, _ in listed})


def _answered(epj: Epj, kinds: set[str]) -> set[tuple[str, str]]:
    """What an admitted caller meets with anything else than 501."""
    calls = {
        "read": ("GET", "/x", None),
        "search-type": ("GET", "", None),
        "create": ("POST", "", {}),
        "update": ("PUT", "/x", {}),
        "delete": ("DELETE", "/x", None),
        "patch": ("PATCH", "/x", {}),
        "history-instance": ("GET", "/x/_history", None),
    }
    return {
        (kind, name)
        for kind in kinds
        for name, (method, rest, content) in calls.items()
        if epj._send(method, f"{kind}{rest}", content, {}).status_code != 501
    }

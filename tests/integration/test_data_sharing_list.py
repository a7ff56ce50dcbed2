"""The list, its statements, critical reactions, tasks and notes, as an EPJ reads them by ticket (fhir.md 3.5–3.11)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from lxml import etree

from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.fhir.data_sharing.r4 import json_form
from sfm.fhir.data_sharing.r4.check import check
from sfm.medication.models import CriticalReaction, JournalNote, SourceStatus, Treatment, WorkItem
from sfm.patients import vault
from sfm.tenancy.scope import journal_scope
from tests.factories import contents, invented_products, treatments
from tests.integration.data_sharing import FNR, KARI, OLA, Epj, faults, patient, ticket_of

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from sfm.fest.catalogue import Catalogue
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
PROFILE = "http://ehelse.no/fhir/StructureDefinition/"
STATE = "http://testserver/StructureDefinition/sfm-open-list-state"


class Open:
    """A patient with a treatment, a reaction and a look-up behind them, and the caller's ticket."""

    def __init__(self, office: Office, epj: Epj, pid: str = KARI) -> None:
        assert epj.post("Patient", patient(pid=pid)).status_code == 201
        self.ticket = ticket_of(office, epj, pid)
        with journal_scope(office.journal):
            found = vault.find(pid)
            assert found is not None
            self.key: UUID = found
            self.row = treatments.with_prescription(self.key)
            treatments.medication_list(self.key, version=7)
            now = clock.now()
            self.reaction = CriticalReaction.objects.create(
                patient_key=self.key, agent_kind="atc", agent_code="J01CE02", agent_text="Fenoksymetylpenicillin <b>",
                reaction="1", severity="1", certainty="3", verification="1", known_to=["lokal"],
                updated=now, created=now,
            )  # fmt: skip
            for source, at in (("RF", now), ("KJ", None)):
                SourceStatus.objects.create(
                    patient_key=self.key, source=source, state="ok" if at else "failed", succeeded_at=at
                )


@pytest.fixture
def opened(office: Office, epj: Epj) -> Open:
    return Open(office, epj)


def extension(resource: dict[str, Any], url: str) -> dict[str, Any]:
    parts = next(one for one in resource["extension"] if one["url"] == url)["extension"]
    return {part["url"]: next(value for name, value in part.items() if name != "url") for part in parts}


def test_the_list_and_its_statements(office: Office, epj: Epj, opened: Open) -> None:
    bundle = epj.get(f"List?patientTicket={opened.ticket}&_summary=false").json()
    (shown, statement) = [entry["resource"] for entry in bundle["entry"]]
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "include"]
    assert shown["entry"][0]["item"]["reference"] == f"MedicationStatement/{opened.row.pk}"
    assert shown["meta"]["versionId"] == "7"
    assert shown["subject"]["reference"] == f"Patient/{opened.ticket}"
    assert list(extension(shown, "http://ehelse.no/fhir/StructureDefinition/SfmLibListMetaData")) == [
        "lastRFLookup"
    ]
    state = extension(shown, STATE)
    assert (state["signed"], state["unsignedChanges"], "lastChanged" in state) == (False, 0, True)
    assert statement["status"] == "active"
    assert statement["dosage"][0]["text"] == opened.row.dosage_text
    assert statement["dosage"][0]["extension"][0]["url"].endswith("sfm-use")
    assert "timing" not in statement["dosage"][0]
    assert statement["contained"][0]["code"]["text"] == opened.row.name_form_strength
    text = epj.get(f"List?patientTicket={opened.ticket}").content.decode()
    assert str(opened.key) not in text
    assert KARI not in text
    assert opened.ticket not in bundle["link"][0]["url"]
    with journal_scope(office.journal):
        assert AuditEvent.objects.filter(action="List.read", patient_key=opened.key).count() == 2


def test_the_summary_is_safe_xhtml_with_reactions_first(epj: Epj, opened: Open) -> None:
    bundle = epj.get(f"List?patientTicket={opened.ticket}&_summary=true").json()
    assert len(bundle["entry"]) == 1
    div = bundle["entry"][0]["resource"]["text"]["div"]
    root = etree.fromstring(div)
    said = " ".join(root.itertext())
    assert root.tag == "{http://www.w3.org/1999/xhtml}div"
    assert said.index("Fenoksymetylpenicillin <b>") < said.index(opened.row.substance.lower())
    assert "Ikke signert" not in said


def test_unsent_changes_and_future_start_show(office: Office, epj: Epj, opened: Open) -> None:
    with journal_scope(office.journal):
        later = clock.today() + timedelta(days=9)
        Treatment.objects.filter(pk=opened.row.pk).update(unsent_verb="changed", starts_on=later)
    bundle = epj.get(f"List?patientTicket={opened.ticket}").json()
    shown, statement = (entry["resource"] for entry in bundle["entry"])
    assert "Ikke signert" in shown["text"]["div"]
    assert f"{later:%d.%m.%Y} *</b>" in shown["text"]["div"]
    assert extension(shown, STATE)["unsignedChanges"] == 1
    assert (statement["status"], statement["effectivePeriod"]["start"]) == ("intended", later.isoformat())


@pytest.mark.parametrize("extra", [0, 12])
def test_a_list_costs_the_same_however_long(
    office: Office,
    epj: Epj,
    opened: Open,
    extra: int,
    django_assert_max_num_queries: Any,
) -> None:
    with journal_scope(office.journal):
        for _ in range(extra):
            treatments.treatment(opened.key)
    with django_assert_max_num_queries(30):
        assert epj.get(f"List?patientTicket={opened.ticket}").status_code == 200


def test_statements_and_reactions_one_by_one(epj: Epj, opened: Open) -> None:
    by_ticket = f"patientTicket={opened.ticket}"
    with clock.frozen_at(clock.now()):  # without FEST, a statement says when it was written
        (entry,) = epj.get(f"MedicationStatement?{by_ticket}").json()["entry"]
        assert epj.get(f"MedicationStatement/{opened.row.pk}?{by_ticket}").json() == entry["resource"]
    (entry,) = epj.get(f"AllergyIntolerance?{by_ticket}").json()["entry"]
    reaction = epj.get(f"AllergyIntolerance/{opened.reaction.pk}?{by_ticket}").json()
    assert reaction == entry["resource"]
    assert reaction["code"]["coding"][0]["code"] == "J01CE02"
    assert reaction["reaction"][0]["manifestation"][0]["coding"][0]["code"] == "1"
    assert (reaction["criticality"], reaction["patient"]["reference"]) == ("high", f"Patient/{opened.ticket}")


def test_a_statement_tells_of_its_prescription_and_who_stands_behind_it(epj: Epj, opened: Open) -> None:
    (entry,) = epj.get(f"MedicationStatement?patientTicket={opened.ticket}").json()["entry"]
    statement = entry["resource"]
    terms = extension(statement, f"{PROFILE}sfm-reseptamendment")
    assert terms["itemgroup"]["coding"][0]["code"] == "L"
    assert terms["typeresept"]["coding"][0]["code"] == "E"
    assert terms["rfstatus"][0]["valueCodeableConcept"]["coding"][0]["code"] == "E"
    assert terms["reseptdate"] == (clock.today() - timedelta(days=30)).isoformat()
    behind = extension(statement, f"{PROFILE}sfm-regInfo")
    assert behind["provider"] == {"type": "Practitioner", "display": "Demolege, Dagny"}
    assert behind["type"]["coding"][0]["code"] == "1"
    assert "ReseptId" in [one["type"]["text"] for one in statement["identifier"]]


def test_wares_follow_profiles_of_their_own(office: Office, epj: Epj, opened: Open) -> None:
    with journal_scope(office.journal):
        given = {"dosage": contents.dosage("etter behov")}
        strips, drink = (
            treatments.with_prescription(opened.key, content=contents.content(product=one, **given))
            for one in (invented_products.STRIPS, invented_products.DRINK)
        )
        said = {"performer_id": uuid4(), "performer_name": "Demolege", "at": clock.now(), "text": "Startet."}
        JournalNote.objects.create(
            patient_key=opened.key,
            event="TreatmentCreated",
            treatment_id=drink.pk,
            comment="Lite appetitt",
            **said,
        )
    by_ticket = f"patientTicket={opened.ticket}"
    shown, *items = (entry["resource"] for entry in epj.get(f"List?{by_ticket}").json()["entry"])
    found = {one["id"]: one for one in items}
    profiles = {pk: one["meta"]["profile"][0].rpartition("/")[2] for pk, one in found.items()}
    assert profiles == {
        str(opened.row.pk): "sfm-MedicationStatement",
        str(strips.pk): "sfm-BandaPrescription",
        str(drink.pk): "sfm-NutritionStatement",
    }
    assert {one["item"]["reference"] for one in shown["entry"]} == {
        f"{one['resourceType']}/{pk}" for pk, one in found.items()
    }
    ware = found[str(strips.pk)]
    assert extension(ware, f"{PROFILE}sfm-reseptdocbanda")["productgroup"]["coding"][0]["code"] == "5040101"
    assert extension(ware, f"{PROFILE}sfm-reseptamendment")["itemgroup"]["coding"][0]["code"] == "A"
    for one in (ware, found[str(drink.pk)]):
        check(json_form.read(json.dumps(one).encode()), "Basic")
    assert epj.get(f"Basic/{strips.pk}?{by_ticket}").json()["identifier"] == ware["identifier"]
    assert epj.get(f"MedicationStatement/{strips.pk}?{by_ticket}").status_code == 404
    assert epj.get(f"MedicationStatement?{by_ticket}").json()["total"] == 1
    period = f"from={clock.today()}T00:00:00&to={clock.today()}T23:59:59"
    given_now = epj.get(f"List?{by_ticket}&_query=administration&{period}").json()["entry"]
    assert {one["resource"]["id"] for one in given_now} >= set(found)
    note = epj.get(f"Basic?_query=JOURNALNOTE&{by_ticket}").json()["entry"][0]["resource"]
    told = extension(note, f"{PROFILE}JournalNote")
    assert (told["reference"]["reference"], told["comment"]) == (f"Basic/{drink.pk}", "Lite appetitt")
    assert epj.get(f"Basic/{note['id']}?{by_ticket}").json() == note


def test_one_patients_ticket_opens_nothing_of_another(office: Office, epj: Epj, opened: Open) -> None:
    other = Open(office, epj, OLA)
    nurse, mine = Epj(office.caller("nes")), f"patientTicket={opened.ticket}"
    list_id = epj.get(f"List?patientTicket={other.ticket}").json()["entry"][0]["resource"]["id"]
    answers = [
        epj.get(f"MedicationStatement/{other.row.pk}?{mine}"),
        epj.get(f"AllergyIntolerance/{other.reaction.pk}?{mine}"),
        epj.get(f"List/{list_id}?{mine}"),
        epj.get(f"MedicationStatement/{uuid4()}?{mine}"),
        *(
            nurse.get(f"{kind}?{mine}")
            for kind in ("List", "MedicationStatement", "AllergyIntolerance", "Task")
        ),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {str(faults(answer)) for answer in answers} == {"[('not-found', '')]"}
    assert {answer.json()["issue"][1]["details"]["text"] for answer in answers} == {"Fant ikke det du ba om."}


def test_a_ticket_is_needed_and_the_administrator_sees_no_medicines(
    office: Office, epj: Epj, admin: Epj
) -> None:
    for kind in ("List", "MedicationStatement", "AllergyIntolerance"):
        assert (epj.get(kind).status_code, faults(epj.get(kind))) == (400, [("value", "")])
    assert epj.get("List?_query=other&patientTicket=x").status_code == 501
    assert epj.get("List?_query=administration&patientTicket=x").status_code == 404


def test_tasks_are_filtered_and_the_missing_look_up_is_said(office: Office, epj: Epj, opened: Open) -> None:
    berg, now = office.people["berg"], clock.now()
    with journal_scope(office.journal):
        for code, key, hpr in ((4, opened.key, berg.hpr), (8, None, "")):
            WorkItem.objects.create(code=code, patient_key=key, owner_hpr=hpr, created=now, updated=now)
    assert _codes(epj.get("Task?type=None")) == {"4", "8"}
    assert _codes(epj.get("Task?TYPE=nonpatient")) == {"8"}
    assert _codes(epj.get("Task?codeNot=4,5")) == {"8"}
    assert _codes(epj.get(f"Task?owner={berg.hpr}")) == {"4"}
    assert _codes(epj.get(f"Task?patientTicket={opened.ticket}")) == {"4"}
    assert _codes(epj.search("Task", f"pid={KARI}")) == {"4"}
    assert _codes(epj.get("Task?_lastUpdated=gt2999-01-01")) == set()
    looked = epj.get("Task?type=MD").json()
    assert looked["entry"][-1]["search"]["mode"] == "outcome"
    for wrong in ("type=XX", "code=x", "owner=x", "pid=12345678901", "_lastUpdated=gtx"):
        assert epj.search("Task", wrong).status_code == 400, wrong


def _codes(answer: Any) -> set[str]:
    return {entry["resource"]["code"]["coding"][0]["code"] for entry in answer.json().get("entry", [])}


def test_our_own_tasks_are_told_to_those_who_know_them(
    office: Office, epj: Epj, opened: Open, settings: SettingsWrapper
) -> None:
    """101 and 105 fall back on 10, and are then one; 111 falls back on nothing."""
    now = clock.now()
    with journal_scope(office.journal):
        for code in (101, 105, 111, 107):
            WorkItem.objects.create(code=code, patient_key=opened.key, created=now, updated=now)
    shown = [entry["resource"]["code"]["coding"] for entry in epj.get("Task").json()["entry"]]
    assert sorted(coding[0]["code"] for coding in shown) == ["10", "4"]
    assert all(len(coding) == 1 for coding in shown)
    settings.EXTENDED_TASK_CLIENTS = [office.client.client_id]
    shown = [entry["resource"]["code"]["coding"] for entry in epj.get("Task").json()["entry"]]
    assert sorted([one["code"] for one in coding] for coding in shown) == [
        ["101", "10"], ["105", "10"], ["107", "4"], ["111"],
    ]  # fmt: skip


def test_notes_and_the_change_indicator(office: Office, epj: Epj, opened: Open) -> None:
    now = clock.now()
    with journal_scope(office.journal):
        for event, at in (
            ("ReseptRenewal", now),
            ("LibSigned", now),
            ("TreatmentCreated", now - timedelta(days=3)),
        ):
            JournalNote.objects.create(
                patient_key=opened.key, event=event, text="Fornyet: metoprolol. To setninger.", encounter="enc-1",
                at=at, performer_id=office.people["berg"].pk, performer_name="Demolege",
            )  # fmt: skip
    since = (now - timedelta(hours=1)).isoformat().replace("+", "%2B")
    by_ticket = f"Basic?_query=JOURNALNOTE&patientTicket={opened.ticket}"
    notes = epj.get(by_ticket).json()
    assert notes["total"] == 3
    note = notes["entry"][1]["resource"]
    said = extension(note, "http://ehelse.no/fhir/StructureDefinition/JournalNote")
    assert (said["title"], said["type"]["display"]) == ("Fornyet: metoprolol", "Resept fornyet")
    assert note["author"]["identifier"]["value"] == office.people["berg"].hpr
    assert epj.get(f"{by_ticket}&modified=gt{since}").json()["total"] == 2
    assert epj.get("Basic?_query=JOURNALNOTE&encounterIdentifier=enc-2").json()["total"] == 0
    (entry,) = epj.get("Basic?_tag=indicator").json()["entry"]
    info = extension(entry["resource"], "http://ehelse.no/fhir/StructureDefinition/sfm-IndicatorInfo")
    assert info["count"] == 1
    assert entry["resource"]["subject"]["identifier"] == {"system": FNR, "value": KARI}
    old = (clock.today() - timedelta(days=5)).isoformat()
    verbose = epj.get(f"Basic?_tag=indicator&from={old}&type=Verbose").json()["entry"][0]["resource"]
    assert [part["url"] for part in verbose["extension"][0]["extension"]].count("event") == 2
    assert epj.search("Basic", f"_tag=indicator&identifier={FNR}|{OLA}").json()["total"] == 0
    assert epj.get("Basic?_tag=indicator&type=x").status_code == 400
    assert epj.get("Basic").status_code == 400


def test_the_indicator_is_not_for_polling(epj: Epj, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from sfm.fhir.data_sharing import indicators

    monkeypatch.setattr(indicators, "PER_HOUR", 2)
    answers = [epj.get("Basic?_tag=indicator") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (faults(answers[2]), answers[2]["Retry-After"]) == ([("throttled", "")], "60")


def test_a_product_of_fest(epj: Epj, fest: Catalogue) -> None:
    from sfm.fest.models import Drug

    drug = Drug.objects.filter(kind="package").exclude(varenr="").first()
    assert drug is not None
    by_number = epj.get(f"Medication?_id={drug.varenr}").json()["entry"][0]["resource"]
    by_id = epj.get(f"Medication?code=http://ehelse.no/fhir/CodeSystem/FEST|{drug.key}").json()["entry"][0][
        "resource"
    ]
    assert by_number["code"]["text"] == by_id["code"]["text"]
    assert epj.get(f"Medication/{by_id['id']}").json() == by_id
    assert epj.get("Medication?_id=ID_unknown").json()["total"] == 0
    named = [one["resource"] for one in epj.get(f"Medication?name={drug.name.split()[0]}").json()["entry"]]
    assert all(epj.get(f"Medication/{one['id']}").json() == one for one in named[:2])
    assert epj.get("Medication").status_code == 400
    assert epj.get("Medication/unknown").status_code == 404

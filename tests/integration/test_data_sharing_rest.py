"""The rest of Datadeling: diagnoses and INR, doses counted out, letters, statistics, definitions, look-ups."""

from __future__ import annotations

import base64
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from lxml import etree

from sfm.core import clock
from sfm.exchange import joining, lookup
from sfm.fhir.data_sharing import task_look_ups
from sfm.medication.models import (
    JournalNote,
    Measurement,
    MedicationList,
    SourceStatus,
    StatedDiagnosis,
    Treatment,
    WorkItem,
)
from sfm.medication.rules import dosage_data
from sfm.medication.rules.dosage import Dosage, DosagePeriod, FixedDose, StructuredDosage
from sfm.patients import vault
from sfm.tenancy.scope import journal_scope
from tests.contract.test_fhir_r4 import hold_against_r4
from tests.integration.data_sharing import FNR, KARI, OLA, Epj, faults, patient, ticket_of
from tests.integration.test_data_sharing_list import Open

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at", "ignore::DeprecationWarning")
ICPC = "urn:oid:2.16.578.1.12.4.1.1.7170"
NPU = "urn:oid:2.16.578.1.12.4.1.1.7280"
ATC = "urn:oid:2.16.578.1.12.4.1.1.7180"


@pytest.fixture
def opened(office: Office, epj: Epj) -> Open:
    return Open(office, epj)


def condition(ticket: str, **changes: Any) -> dict[str, Any]:
    whole = {
        "resourceType": "Condition",
        "identifier": [{"value": "epj-17"}],
        "code": {"coding": [{"system": ICPC, "code": "K86", "display": "Hypertensjon ukomplisert"}]},
        "subject": {"reference": f"Patient/{ticket}"},
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def inr(ticket: str, **changes: Any) -> dict[str, Any]:
    whole = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": NPU, "code": "NPU01685"}]},
        "subject": {"reference": f"Patient/{ticket}"},
        "effectiveDateTime": "2026-03-02T08:00:00+01:00",
        "valueQuantity": {"value": 2.4},
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


class TestWhatTheRecordSystemSays:
    def test_a_diagnosis_is_written_changed_and_read_back(
        self, office: Office, epj: Epj, opened: Open
    ) -> None:
        made = epj.post("Condition", condition(opened.ticket))
        assert made.status_code == 201
        hold_against_r4(made.json())
        ident = made.json()["id"]
        other = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "I10"}]}
        changed = epj.put(f"Condition/{ident}", condition(opened.ticket, code=other))
        assert changed.json()["code"]["coding"][0]["code"] == "I10"
        stale = epj.put(f"Condition/{ident}", condition(opened.ticket), **{"If-Match": made["ETag"]})
        assert stale.status_code == 412
        found = epj.get(f"Condition?patientTicket={opened.ticket}").json()
        assert [e["resource"]["id"] for e in found["entry"]] == [ident]
        with journal_scope(office.journal):
            assert StatedDiagnosis.objects.get().patient_key == opened.key

    def test_an_inr_is_written_and_read_back(self, office: Office, epj: Epj, opened: Open) -> None:
        made = epj.post("Observation", inr(opened.ticket))
        assert made.status_code == 201
        hold_against_r4(made.json())
        assert made.json()["valueQuantity"]["value"] == 2.4
        by_text = inr(opened.ticket, code={"text": "INR"})
        assert epj.put(f"Observation/{made.json()['id']}", by_text).status_code == 200
        with journal_scope(office.journal):
            row = Measurement.objects.get()
            assert (row.value, row.version, row.stated_by) == (Decimal("2.40"), 2, office.people["berg"].name)

    def test_anything_else_is_refused_with_words(self, epj: Epj, opened: Open) -> None:
        bad: list[tuple[str, dict[str, Any], str]] = [
            ("Condition", condition(opened.ticket, code={"text": "Vondt"}), "Condition.code"),
            ("Condition", condition("", subject=None), "Condition.subject"),
            ("Observation", inr(opened.ticket, code={"text": "HbA1c"}), "Observation.code"),
            ("Observation", inr(opened.ticket, valueQuantity={"value": 900}), "Observation.value[x]"),
        ]
        for kind, content, path in bad:
            answer = epj.post(kind, content)
            assert (answer.status_code, [where for _, where in faults(answer)]) == (400, [path]), kind
        assert epj.post("Condition", condition(str(uuid4()))).status_code == 404

    def test_nobody_reads_or_changes_another_patients(self, office: Office, epj: Epj, opened: Open) -> None:
        other = Open(office, epj, OLA)
        ident = epj.post("Condition", condition(opened.ticket)).json()["id"]
        assert epj.get(f"Condition/{ident}?patientTicket={other.ticket}").status_code == 404
        assert epj.put(f"Condition/{ident}", condition(other.ticket)).status_code == 404


def dosed(row: Treatment, **given: Any) -> None:
    morning = FixedDose(amount=Decimal("1.5"), time_of_day="1", **given)
    dosage = Dosage(unit="13", instruction=StructuredDosage(periods=(DosagePeriod(fixed=(morning,)),)))
    row.dosage, row.dosage_kind, row.dose_unit = dosage_data.to_data(dosage), "structured", "13"
    row.save()


class TestAdministration:
    ASKED = "List?_query=administration&patientTicket={}&from={}T00:00:00&to={}T23:59:59"

    def ask(self, epj: Epj, ticket: str, days: int = 1) -> Any:
        first = clock.today() + timedelta(days=1)
        return epj.get(self.ASKED.format(ticket, first, first + timedelta(days=days)))

    def test_the_first_dosage_is_the_text_and_the_rest_are_doses(
        self, office: Office, epj: Epj, opened: Open
    ) -> None:
        with journal_scope(office.journal):
            dosed(opened.row)
        answer = self.ask(epj, opened.ticket).json()
        statement = answer["entry"][1]["resource"]
        hold_against_r4(statement)
        text, *doses = statement["dosage"]
        assert text["text"]
        assert [dose["sequence"] for dose in doses] == [2, 3]
        quantity = doses[0]["doseAndRate"][0]["doseQuantity"]
        assert (quantity["value"], quantity["unit"]) == (1.5, "tablett")
        assert doses[0]["timing"]["event"][0][11:16] == "08:00"

    def test_what_has_ended_before_is_not_given(self, office: Office, epj: Epj, opened: Open) -> None:
        with journal_scope(office.journal):
            opened.row.discontinued_at = clock.now()
            opened.row.save()
        assert len(self.ask(epj, opened.ticket).json()["entry"]) == 1

    def test_nothing_is_given_after_the_last_day_of_the_dose(
        self, office: Office, epj: Epj, opened: Open
    ) -> None:
        with journal_scope(office.journal):
            opened.row.dosage_ends_on = clock.today() + timedelta(days=1)
            dosed(opened.row)
        _, *doses = self.ask(epj, opened.ticket).json()["entry"][1]["resource"]["dosage"]
        assert len(doses) == 1

    def test_what_hangs_on_an_unknown_first_day_is_not_counted_out(
        self, office: Office, epj: Epj, opened: Open
    ) -> None:
        with journal_scope(office.journal):
            opened.row.starts_on = None
            dosed(opened.row)
            assert len(self.ask(epj, opened.ticket).json()["entry"][1]["resource"]["dosage"]) == 3
            dosed(opened.row, every_n_days=2)
        assert len(self.ask(epj, opened.ticket).json()["entry"][1]["resource"]["dosage"]) == 1

    def test_the_period_must_be_one(self, epj: Epj, opened: Open) -> None:
        assert epj.get(f"List?_query=administration&patientTicket={opened.ticket}").status_code == 400
        assert self.ask(epj, opened.ticket, days=800).status_code == 400


def test_the_list_carries_its_own_letter(epj: Epj, opened: Open) -> None:
    made = epj.get(f"List?patientTicket={opened.ticket}").json()["entry"][0]["resource"]
    url = "http://ehelse.no/fhir/StructureDefinition/sfm-correspondancedata"
    letter = next(one for one in made["extension"] if one["url"] == url)
    root = etree.fromstring(base64.b64decode(letter["valueBase64Binary"]))
    names = [etree.QName(one).localname for one in root]
    assert names == ["Dato", "Signert", "SisteOppslag", "Cave", "Legemiddel"]
    assert root.findtext("{*}Cave/{*}Agens") == "Fenoksymetylpenicillin <b>"
    assert root.find("{*}Legemiddel/{*}Atc") is not None


class TestStatistics:
    def test_who_uses_a_medicine_now_and_who_did(self, office: Office, epj: Epj, opened: Open) -> None:
        code = opened.row.atc
        assert epj.search("Patient", f"medications={ATC}|{code}").json()["total"] == 1
        assert epj.search("Patient", f"medications={ATC}|{code[:3]}").json()["total"] == 1
        assert epj.search("Patient", f"medications={ATC}|X99").json()["total"] == 0
        with journal_scope(office.journal):
            opened.row.starts_on = clock.today() - timedelta(days=400)
            opened.row.discontinued_at = clock.now() - timedelta(days=200)
            opened.row.lifecycle = "discontinued"
            opened.row.save()
        year = f"{clock.today() - timedelta(days=365)},{clock.today() - timedelta(days=300)}"
        assert epj.search("Patient", f"medications={ATC}|{code}").json()["total"] == 0
        assert epj.search("Patient", f"medications={ATC}|{code}&period={year}").json()["total"] == 1

    def test_bad_questions_and_people_without_the_right(self, epj: Epj, office: Office) -> None:
        for wrong in (
            "medications=urn:x|1",
            f"medications={ATC}|N02&period=x",
            f"medications={ATC}|N02&period=2026-02-01,2026-01-01",
        ):
            assert epj.search("Patient", wrong).status_code == 400, wrong


@pytest.mark.parametrize("base", ["/datadeling/v2/", "/basis/v2/"])
def test_what_we_write_is_looked_up_by_anyone(base: str) -> None:
    get = Client().get
    least = {"StructureDefinition": 40, "CodeSystem": 12, "ValueSet": 3, "OperationDefinition": 4}
    for kind, count in least.items():
        found = get(base + kind).json()
        assert found["total"] >= count
        for entry in found["entry"]:
            hold_against_r4(entry["resource"])
            assert get(f"{base}{kind}/{entry['resource']['id']}").json() == entry["resource"]
    asked = f"{base}StructureDefinition?url=http://testserver/StructureDefinition/sfm-open-list-state"
    assert get(asked).json()["total"] == 1
    assert get(f"{base}CodeSystem/unknown").status_code == 404
    told = get(f"{base}metadata").json()["rest"][0]
    assert set(least) < {one["type"] for one in told["resource"]}
    for one in told.get("operation", ()):
        assert get(f"{base}OperationDefinition?url={one['definition']}").json()["total"] == 1


def test_messages_are_found_with_their_bytes(office: Office, epj: Epj, opened: Open) -> None:
    from sfm.exchange.models import Message

    with journal_scope(office.journal):
        row = Message.objects.create(
            kind="ERM1",
            direction="out",
            patient_key=opened.key,
            raw=b"<M1/>",
            sha256="x",
            generated_at=clock.now(),
        )
    by_ticket = f"patientTicket={opened.ticket}"
    (entry,) = epj.get(f"Basic?_query=MESSAGES&{by_ticket}").json()["entry"]
    hold_against_r4(entry["resource"])
    binary = epj.get(f"Binary/{row.pk}?{by_ticket}").json()
    assert base64.b64decode(binary["data"]) == b"<M1/>"
    assert epj.get(f"Binary/{uuid4()}?{by_ticket}").status_code == 404
    assert epj.get("Basic?_query=MESSAGES").status_code == 400


class TestLookUpsBehindTasks:
    @pytest.fixture(autouse=True)
    def _soon(self, settings: Any) -> None:
        settings.SFM_TASK_LOOKUP_WAIT = 0.0

    def test_the_named_are_asked_about_and_news_becomes_a_task(
        self, office: Office, epj: Epj, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def start(*, patient_key: Any, by: Any, token: str) -> bool:
            asked.append((patient_key, bool(token)))
            SourceStatus.objects.update_or_create(
                patient_key=patient_key, source="KJ",
                defaults={"state": "ok", "news": 2, "asked_at": clock.now(), "asked_by": by.practitioner_id},
            )  # fmt: skip
            return True

        monkeypatch.setattr(task_look_ups.lookup, "start", start)
        found = epj.search("Task", f"type=KJ&pid={KARI}").json()
        assert asked == [(opened.key, True)]
        assert [e["resource"]["code"]["coding"][0]["code"] for e in found["entry"]] == ["10"]
        with journal_scope(office.journal):
            assert WorkItem.objects.get(code=10).patient_key == opened.key

    def test_what_is_still_running_is_said(
        self, epj: Epj, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def start(*, patient_key: Any, by: Any, token: str) -> bool:
            SourceStatus.objects.filter(patient_key=patient_key, source="KJ").update(
                state="asking", asked_at=clock.now()
            )
            return True

        monkeypatch.setattr(lookup, "start", start)
        found = epj.search("Task", f"type=KJ&pid={KARI}").json()
        said = found["entry"][-1]["resource"]["issue"][0]["details"]["text"]
        assert "pågår fortsatt for 1" in said


def test_a_closed_review_is_read_and_who_is_due_is_named(office: Office, epj: Epj, opened: Open) -> None:
    from sfm.medication.models import MedicationReview, ReviewLine

    with journal_scope(office.journal):
        row = MedicationReview.objects.create(
            patient_key=opened.key, template="gp", participants=["Vilde Demoberg"], sources=[], state="closed",
            conclusion="Halverer dosen.", next_on=clock.today(), started_by_id=uuid4(), started_by="Vilde Demoberg",
            started_at=clock.now(), closed_by="Vilde Demoberg", closed_at=clock.now(),
        )  # fmt: skip
        ReviewLine.objects.create(
            review_id=row.pk, patient_key=opened.key, treatment_id=opened.row.pk, name="Demol tab 5 mg",
            text="For høy dose", updated=clock.now(),
        )  # fmt: skip
    (entry,) = epj.get(f"Basic?_query=DRUGREVIEW&patientTicket={opened.ticket}").json()["entry"]
    hold_against_r4(entry["resource"])
    parts = {part["url"]: part for part in entry["resource"]["extension"][0]["extension"]}
    assert parts["conclusion"]["valueString"] == "Halverer dosen."
    assert parts["assessment"]["extension"][1]["valueString"] == "For høy dose"
    tomorrow = clock.today() + timedelta(days=1)
    (due,) = epj.search("Basic", f"_query=DRUGREVIEW&due=lt{tomorrow}").json()["entry"]
    assert due["resource"]["subject"]["identifier"]["value"] == KARI
    assert epj.search("Basic", f"_query=DRUGREVIEW&due=lt{clock.today()}").json()["total"] == 0
    assert epj.search("Basic", "_query=DRUGREVIEW").status_code == 400
    assert epj.search("Basic", "_query=DRUGREVIEW&due=soon").status_code == 400


class TestTheEndOfAPatient:
    def test_a_closed_patient_has_no_ticket_until_opened_again(
        self, office: Office, epj: Epj, opened: Open
    ) -> None:
        ident = epj.search("Patient", f"identifiers={FNR}|{KARI}").json()["entry"][0]["resource"]["id"]
        assert epj.put(f"Patient/{ident}", patient(active=False)).json()["active"] is False
        assert "patient-unknown" in ticket_of(office, epj, KARI)
        assert epj.get(f"List?patientTicket={opened.ticket}").status_code == 404
        assert epj.put(f"Patient/{ident}", patient()).json()["active"] is True
        assert ticket_of(office, epj, KARI)

    def test_two_entries_of_one_person_become_one(self, office: Office, epj: Epj) -> None:
        first = epj.post("Patient", patient()).json()["id"]
        other = epj.post("Patient", patient(pid=OLA)).json()["id"]
        link = [{"other": {"reference": f"Patient/{other}"}, "type": "replaces"}]
        assert epj.put(f"Patient/{first}", patient(link=link)).status_code == 200
        found = epj.search("Patient", f"identifiers={FNR}|{OLA}").json()["entry"][0]["resource"]
        assert (found["id"], found["identifier"][0]["value"]) == (first, KARI)
        again = epj.put(
            f"Patient/{first}", patient(link=[{"other": {"reference": "Patient/x"}, "type": "replaces"}])
        )
        assert faults(again) == [("value", "Patient.link")]

    def test_what_is_known_of_the_one_that_goes_follows(self, office: Office, epj: Epj, opened: Open) -> None:
        other = epj.post("Patient", patient(pid=OLA)).json()["id"]
        mine = epj.search("Patient", f"identifiers={FNR}|{KARI}").json()["entry"][0]["resource"]["id"]
        with journal_scope(office.journal):
            into = vault.find(OLA)
            said = {"event": "LibSigned", "text": "Signert.", "performer_id": uuid4(), "at": clock.now()}
            note = JournalNote.objects.create(patient_key=opened.key, **said)
            before = _everything_about(opened.key)
            MedicationList.objects.filter(patient_key=opened.key).update(has_pll=True, in_lar=True)
        link = [{"other": {"reference": f"Patient/{mine}"}, "type": "replaces"}]
        assert epj.put(f"Patient/{other}", patient(pid=OLA, link=link)).status_code == 200
        assert epj.get(f"List?patientTicket={opened.ticket}").status_code == 404
        shown = epj.get(f"List?patientTicket={ticket_of(office, epj, OLA)}").json()
        assert before["Treatment"] == len(shown["entry"][0]["resource"]["entry"])
        with journal_scope(office.journal):
            assert vault.find(KARI) == into
            assert not _everything_about(opened.key)
            assert _everything_about(into).items() >= before.items()
            head = MedicationList.objects.get(patient_key=into)
            assert (head.has_pll, head.in_lar, head.pll_outdated) == (True, True, True)
            with pytest.raises(IntegrityError), transaction.atomic():  # history is closed again
                JournalNote.objects.filter(pk=note.pk).update(patient_key=opened.key)


def _everything_about(key: object) -> dict[str, int]:
    """Rows by model, without the log, the list's head and the state of the sources."""
    found = {model.__name__: model.objects.filter(patient_key=key).count() for model in joining._models()}
    return {name: count for name, count in found.items() if count}

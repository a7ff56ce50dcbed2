"""The five ways to end a treatment (clinical.md 4.7), as the RF simulator has them: M5, M1, and the entry of M25.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sfm.core import clock
from sfm.exchange import dispatch
from sfm.medication.actions import treatments
from sfm.medication.models import JournalNote, Prescription, Treatment
from sfm.wire import messages, schemas
from tests import plain_http
from tests.factories import contents, sending
from tests.integration.rf_services import Simulated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.wire.m251 import SharedListEntry

pytestmark = pytest.mark.usefixtures("in_journal")
LATER = timedelta(days=40)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What RF got with the discontinuation."""

    recalls: list[Any]
    prescriptions: list[Any]
    entry: SharedListEntry


@pytest.fixture
def rf(rf_process: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulated]:
    service = Simulated(rf_process.url)
    monkeypatch.setattr(dispatch.client, "connect", lambda: service.gateway)
    yield service
    service.close()


def started(patient: UUID, by: Actor, **given: Any) -> Treatment:
    row = treatments.create(content=contents.content(**given), by=by, patient=patient)
    sending.sign(patient, by)
    assert sending.work()
    row.refresh_from_db()
    return row


def ended(rf: Simulated, row: Treatment, by: Actor, **how: Any) -> Seen:
    before = set(rf.state()["messages"])
    treatments.discontinue(
        treatment_id=row.pk, reason="L", by=by, patient=row.patient_key, version=row.version, **how
    )
    sending.sign(row.patient_key, by)
    sending.work()
    fresh = [opened(rf, msg_id) for msg_id, one in rf.state()["messages"].items() if msg_id not in before]
    (shared,) = [one.body for one in fresh if one.kind.code == "ERM251"]
    (entry,) = [entry for entry in shared.entries if entry.id == str(row.pk)]
    return Seen(
        recalls=[one.body for one in fresh if one.kind.code == "ERM5"],
        prescriptions=[one.body for one in fresh if one.kind.code == "ERM1"],
        entry=entry,
    )


def opened(rf: Simulated, msg_id: str) -> Any:
    raw = plain_http.get(f"{rf.url}/api/messages/{msg_id}.xml").content
    if schemas.directory():
        assert schemas.validate(raw) == []
    return messages.open_message(raw)


def last_dose_day(entry: SharedListEntry) -> date | None:
    (period,) = entry.parsed_medication().prescribing.dosage
    return date.fromisoformat(str(period.ends.value)[:10]) if period.ends else None


def stop_day(entry: SharedListEntry) -> date:
    assert entry.discontinuation is not None
    return clock.local(entry.discontinuation.at).date()


def test_here_and_now(rf, doctor, patient):
    seen = ended(rf, started(patient, doctor), doctor, note="Utslett på armene")
    assert [one.reason.code for one in seen.recalls] == ["2"]
    assert (seen.prescriptions, seen.entry.type.code, seen.entry.prescription_id) == ([], "U", None)
    assert (stop_day(seen.entry), seen.entry.discontinuation.reason.code) == (clock.today(), "L")
    assert JournalNote.objects.get(event="TreatmentDiscontinued").comment == "Utslett på armene"


def test_in_future_without_a_prescription(rf, doctor, patient):
    at = clock.today() + LATER
    seen = ended(rf, started(patient, doctor, prescription=None), doctor, at=at)
    assert (seen.recalls, seen.prescriptions) == ([], [])
    assert stop_day(seen.entry) == last_dose_day(seen.entry) == at


def test_in_future_and_the_patient_has_enough(rf, doctor, patient):
    at = clock.today() + LATER
    seen = ended(rf, started(patient, doctor), doctor, at=at, plan="has_enough")
    assert [one.reason.code for one in seen.recalls] == ["2"]
    assert (seen.entry.type.code, stop_day(seen.entry), last_dose_day(seen.entry)) == ("U", at, None)


def test_in_future_and_on_without_a_prescription(rf, doctor, patient):
    at = clock.today() + LATER
    seen = ended(rf, started(patient, doctor), doctor, at=at, plan="without_prescription")
    assert [one.reason.code for one in seen.recalls] == ["4"]
    assert seen.entry.type.code == "U"
    assert stop_day(seen.entry) == last_dose_day(seen.entry) == at


def test_in_future_and_able_to_fetch_more(rf, doctor, patient):
    at = clock.today() + LATER
    row = started(patient, doctor)
    old = Prescription.objects.get(treatment_id=row.pk)
    seen = ended(rf, row, doctor, at=at, plan="may_fetch_more")
    (recall,), (new,) = seen.recalls, seen.prescriptions
    assert (recall.reason.code, recall.prescription_id) == ("3", str(old.pk))
    assert recall.new_prescription_id == seen.entry.prescription_id
    assert seen.entry.type.code == "E"
    assert at == new.expires_on == seen.entry.expires_on == stop_day(seen.entry) == last_dose_day(seen.entry)
    statuses = {one["status"] for one in rf.state()["prescriptions"].values()}
    assert statuses == {"T", "E"}


def test_a_renewal_not_yet_sent_does_not_go_when_the_patient_has_enough(rf, doctor, patient):
    row = started(patient, doctor)
    row = treatments.renew(treatment_id=row.pk, by=doctor, patient=patient, version=row.version)
    seen = ended(rf, row, doctor, at=clock.today() + LATER, plan="has_enough")
    assert (len(seen.recalls), seen.prescriptions) == (1, [])

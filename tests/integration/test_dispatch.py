"""From the outbox to RF and back: exactly once, in order, and in plain Norwegian. The same promises hold against
the fake and against the simulator over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sfm.core import clock
from sfm.exchange import dispatch, lookup, verifying
from sfm.exchange.models import Message
from sfm.medication.actions import treatments
from sfm.medication.models import MedicationList, Prescription, SourceStatus, Treatment, WorkItem
from sfm.medication.queries import in_use
from sfm.outbox import queue
from sfm.outbox.models import OutboxEntry
from sfm.tenancy.models import Organisation
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.integration.rf_services import Fake, Simulated
from tests.integration.test_verify import EPJ

pytestmark = pytest.mark.usefixtures("in_journal")


@pytest.fixture(params=["fake", "simulator"])
def rf(request, monkeypatch):
    service = Fake() if request.param == "fake" else Simulated(request.getfixturevalue("rf_process").url)
    monkeypatch.setattr(dispatch.client, "connect", lambda: service.gateway)
    yield service
    service.close()


def create(patient, by, **given):
    return treatments.create(content=contents.content(**given), by=by, patient=patient)


def renewed(patient, by):
    """A prescription RF has accepted, and its renewal, signed."""
    row = create(patient, by)
    sending.sign(patient, by)
    sending.work()
    row.refresh_from_db()
    treatments.renew(treatment_id=row.pk, by=by, patient=patient, version=row.version)
    sending.sign(patient, by)
    return row


def later(seconds):
    return clock.frozen_at(clock.now() + timedelta(seconds=seconds))


def shown(row, by):
    return in_use.row(row.pk, patient_key=row.patient_key, actor=by)


def test_a_prescription_and_the_list_arrive_once(rf, doctor, patient):
    row = create(patient, doctor)
    sending.sign(patient, doctor)
    sending.work()
    assert rf.accepted("ERM1") == [str(Prescription.objects.get().pk)]
    head = MedicationList.objects.get(pk=patient)
    assert rf.accepted("ERM251") == [str(head.pll_head)]
    assert (head.has_pll, head.pll_outdated) == (True, False)
    assert shown(row, doctor).prescription.status == "Ekspederbar"
    assert not OutboxEntry.objects.exclude(state="done").exists()


def test_the_recall_of_a_renewal_follows_its_prescription(rf, doctor, patient):
    renewed(patient, doctor)
    sending.work()
    assert len(rf.accepted("ERM1")) == 2
    assert len(rf.accepted("ERM5")) == 1
    assert len(rf.accepted("ERM251")) == 2
    statuses = Prescription.objects.values_list("rf_status", "recall_delivery")
    assert sorted(statuses) == [("E", ""), ("T", "accepted")]


def test_a_lost_answer_is_not_a_second_prescription(rf, doctor, patient):
    create(patient, doctor)
    rf.lose_next_answer("ERM1")
    sending.sign(patient, doctor)
    sending.work()
    assert Message.objects.get(kind="ERM1").state == "unknown"
    with later(10):
        sending.work()
    assert len(rf.accepted("ERM1")) == 1
    assert Prescription.objects.get().delivery == "awaiting_confirmation"
    assert Message.objects.get(kind="ERM251").state == "blocked"


def test_the_next_look_up_settles_an_unknown_outcome(doctor, patient, request, monkeypatch):
    rf = Simulated(request.getfixturevalue("rf_process").url)
    monkeypatch.setattr(dispatch.client, "connect", lambda: rf.gateway)
    row = create(patient, doctor)
    rf.lose_next_answer("ERM1")
    sending.sign(patient, doctor)
    sending.work()
    with later(10):
        sending.work()
        lookup.start(patient_key=patient, by=doctor, force=True)
        sending.work()
    rf.close()
    assert Prescription.objects.get().delivery == "accepted"
    assert Message.objects.get(kind="ERM1").state == "accepted"
    assert shown(row, doctor).prescription.status == "Ekspederbar"


def test_a_worker_that_dies_after_sending_leaves_one_prescription(rf, doctor, patient):
    create(patient, doctor)
    sending.sign(patient, doctor)
    (lost,) = queue.lease(("send",), limit=1)
    message = Message.objects.get(pk=lost.subject)
    rf.gateway.submit(bytes(message.raw), kind=message.kind)
    Message.objects.filter(pk=message.pk).update(attempts=1, state="sending")
    with later(90):
        sending.work()
    assert len(rf.accepted("ERM1")) == 1
    with pytest.raises(queue.LeaseLost):
        queue.done(lost)


def test_rf_down_loses_nothing(rf, doctor, patient):
    row = create(patient, doctor)
    rf.go_down()
    sending.sign(patient, doctor)
    sending.work()
    assert shown(row, doctor).prescription.status == "Sendes …"
    rf.come_up()
    with later(15):
        sending.work()
    assert len(rf.accepted("ERM1")) == 1


def test_after_four_minutes_it_must_be_signed_again(rf, doctor, patient):
    row = create(patient, doctor)
    rf.go_down()
    sending.sign(patient, doctor)
    sending.work()
    with later(245):
        sending.work()
        row = shown(row, doctor)
        assert "Må signeres på nytt" in row.prescription.error
        assert row.unsent
        assert WorkItem.objects.filter(code=4, open=True).exists()
        rf.come_up()
    sending.sign(patient, doctor)
    sending.work()
    assert len(rf.accepted("ERM1")) == 1


def test_a_refusal_stands_on_the_row_in_norwegian(rf, doctor, patient):
    row = create(patient, doctor)
    rf.refuse("ERM1", "330")
    sending.sign(patient, doctor)
    sending.work()
    cell = shown(row, doctor).prescription
    assert "pasientsikkerhetshensyn" in cell.error
    assert "(330)" in cell.error
    assert shown(row, doctor).unsent
    assert not rf.accepted("ERM251")
    assert WorkItem.objects.filter(code=107, open=True, owner_id=doctor.practitioner_id).exists()


def test_a_refused_renewal_keeps_the_old_prescription(rf, doctor, patient):
    create(patient, doctor)
    sending.sign(patient, doctor)
    sending.work()
    rf.refuse("ERM1", "330")
    row = Treatment.objects.get()
    treatments.renew(treatment_id=row.pk, by=doctor, patient=patient, version=row.version)
    sending.sign(patient, doctor)
    sending.work()
    assert not rf.accepted("ERM5")
    old = Prescription.objects.get(delivery="accepted")
    assert (old.rf_status, old.recall_delivery) == ("E", "draft")
    assert Message.objects.filter(kind="ERM5").get().state == "blocked"
    row.refresh_from_db()
    assert row.unsent_verb == "renewed"


def test_a_list_on_an_old_base_is_fetched_merged_and_shown(rf, doctor, patient):
    create(patient, doctor)
    rf.another_doctor_sends_a_list(sending.PID)
    sending.sign(patient, doctor)
    sending.work()
    head = MedicationList.objects.get(pk=patient)
    assert Message.objects.get(kind="ERM251").state == "rejected"
    assert head.pll_outdated
    assert head.pll_head is not None
    assert SourceStatus.objects.get(source="PLL").state == "ok"
    assert sending.sign.__module__  # the person signs again, on the new base
    Treatment.objects.filter(review="unseen_new").update(review="confirmed")
    sending.sign(patient, doctor)
    sending.work()
    assert not MedicationList.objects.get(pk=patient).pll_outdated


def test_withdrawn_while_held_is_never_sent(rf, doctor, patient, settings):
    settings.SEND_HOLD = 10
    row = create(patient, doctor)
    sending.sign(patient, doctor)
    for message in Message.objects.filter(state="held"):
        assert dispatch.withdraw(message)
    with later(30):
        sending.work()
    assert not rf.accepted("ERM1")
    assert shown(row, doctor).unsent


def test_a_row_recalled_while_dispensed_waits(rf, doctor, patient):
    """13 from RF is not a failure: the recall is taken, and done when dispensing ends."""
    row = rows.with_prescription(patient, by=doctor)
    treatments.discontinue(treatment_id=row.pk, reason="A", by=doctor, patient=patient, version=row.version)
    rf.refuse("ERM5", "13")
    sending.sign(patient, doctor)
    sending.work()
    assert Message.objects.get(kind="ERM5").state == "accepted"
    assert Prescription.objects.get().recall_delivery == "accepted"


def test_rf_verifies_a_unit_that_comes_into_use(doctor, rf):
    unit = Organisation.objects.get(pk=doctor.organisation_id)
    unit.epj_info = EPJ
    verifying.verify(unit, by=doctor)
    sending.work()
    unit.refresh_from_db()
    assert (unit.rf_state, unit.rf_note) == ("verified", "")

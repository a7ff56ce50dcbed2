"""What must not happen to a prescription on its way: lost without a word, or signed twice because nobody was sure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.core import clock
from sfm.core.ids import PatientKey
from sfm.exchange import answers, dispatch, envelopes, evidence, lookup, outcomes, questions
from sfm.exchange.models import Message
from sfm.gateways.rf import client
from sfm.medication.actions import treatments
from sfm.medication.models import MedicationList, Prescription, SourceStatus, WorkItem
from sfm.medication.queries import in_use
from sfm.outbox import queue
from sfm.outbox.models import OutboxEntry
from sfm.patients import vault
from tests.factories import contents, sending
from tests.fakes import FakeRf

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sfm.core.actor import Actor

pytestmark = pytest.mark.usefixtures("in_journal")


@pytest.fixture
def rf(monkeypatch: pytest.MonkeyPatch) -> FakeRf:
    fake = FakeRf()
    monkeypatch.setattr(client, "connect", lambda: fake)
    return fake


@pytest.fixture
def signed(rf: FakeRf, patient: PatientKey, doctor: Actor) -> Message:
    """A new prescription and the list, promised to the workers."""
    treatments.create(content=contents.content(), by=doctor, patient=patient)
    sending.sign(patient, doctor)
    return Message.objects.get(kind="ERM1")


def later(seconds: int) -> AbstractContextManager[None]:
    return clock.frozen_at(clock.now() + timedelta(seconds=seconds))


def asked(patient: PatientKey, doctor: Actor, **changes: Any) -> evidence.Evidence:
    """What an M9.6 that lists nothing proves, asked now by the patient's number."""
    question = questions.made(
        "RF",
        person=vault.open_identity(patient),
        patient_key=patient,
        author=envelopes.author(doctor),
        by=doctor,
        token="",
    )
    question.save(force_insert=True)
    said: dict[str, Any] = {"seen": {}, "only_own": False, "search_status": "4"} | changes
    return evidence.of(question, **said)


def awaiting(message: Message) -> None:
    outcomes._awaiting(message)


def test_a_worker_that_never_came_back_may_have_sent_it(rf: FakeRf, signed: Message) -> None:
    """Killed after the bytes went out, and nobody there for four minutes: RF has it, so nobody signs it again."""
    (lost,) = queue.lease(("send",), limit=1)
    dispatch._mark_sending(signed)
    rf.submit(bytes(signed.raw), kind=signed.kind)
    with later(245):
        sending.work()
    assert Message.objects.get(pk=signed.pk).state == "awaiting_confirmation"
    assert Prescription.objects.get().delivery == "awaiting_confirmation"
    assert lost.attempts == 1


def test_what_rf_never_got_is_signed_again(rf: FakeRf, signed: Message) -> None:
    rf.down = True
    sending.work()
    assert Message.objects.get(pk=signed.pk).state == "queued"
    with later(245):
        sending.work()
    assert Message.objects.get(pk=signed.pk).state == "resign"


def test_an_error_of_our_own_ends_where_the_sender_sees_it(
    rf: FakeRf, signed: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight attempts fall over before anything is sent: the prescription comes back, and no list waits for ever."""

    def broken(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(dispatch, "_mark_sending", broken)
    OutboxEntry.objects.filter(subject=signed.pk).update(attempts=7)
    sending.work()
    assert Message.objects.get(pk=signed.pk).state == "resign"
    assert WorkItem.objects.filter(code=4, open=True).exists()
    with later(5):
        sending.work()
    assert Message.objects.get(kind="ERM251").state == "blocked"
    assert MedicationList.objects.get().pll_outdated
    assert not OutboxEntry.objects.filter(state__in=("waiting", "leased")).exists()


def test_an_error_that_cannot_even_be_told_still_stops(
    rf: FakeRf, signed: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(dispatch, "_mark_sending", broken)
    monkeypatch.setattr(outcomes, "too_late", broken)
    OutboxEntry.objects.filter(subject=signed.pk).update(attempts=7)
    sending.work()
    assert Message.objects.get(pk=signed.pk).state == "failed"


def test_a_question_that_falls_over_is_not_asked_for_ever(
    rf: FakeRf, patient: PatientKey, doctor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_message: Message) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(answers.FETCHERS, "RF", broken)
    lookup.start(patient_key=patient, by=doctor, force=True)
    OutboxEntry.objects.filter(kind="ask").update(attempts=7)
    sending.work()
    assert SourceStatus.objects.get(source="RF").state == "failed"


def test_a_question_older_than_the_last_attempt_proves_nothing(
    signed: Message, patient: PatientKey, doctor: Actor
) -> None:
    """RF may have answered it before the prescription came."""
    with later(-5):
        early = asked(patient, doctor)
    awaiting(signed)
    outcomes.settle_by_evidence(patient, early)
    assert Message.objects.get(pk=signed.pk).state == "awaiting_confirmation"
    outcomes.settle_by_evidence(patient, asked(patient, doctor))
    assert Message.objects.get(pk=signed.pk).state == "resign"


@pytest.mark.parametrize("answer", [{"only_own": True}, {"search_status": "2"}], ids=str)
def test_an_answer_that_shows_little_proves_little(
    signed: Message, patient: PatientKey, doctor: Actor, answer: dict[str, Any]
) -> None:
    awaiting(signed)
    outcomes.settle_by_evidence(patient, asked(patient, doctor, **answer))
    assert Message.objects.get(pk=signed.pk).state == "awaiting_confirmation"


def test_a_list_sent_into_the_dark_is_owed_until_rf_names_it(
    rf: FakeRf, signed: Message, patient: PatientKey
) -> None:
    sending.work()
    message = Message.objects.get(kind="ERM251")
    awaiting(message)
    assert MedicationList.objects.get().pll_outdated
    outcomes.settle_list_by_evidence(patient, None, clock.now() - timedelta(seconds=5))
    assert Message.objects.get(pk=message.pk).state == "awaiting_confirmation"
    outcomes.settle_list_by_evidence(patient, message.pk, clock.now())
    assert Message.objects.get(pk=message.pk).state == "accepted"
    assert not MedicationList.objects.get().pll_outdated


def test_a_list_rf_does_not_name_is_signed_again(rf: FakeRf, signed: Message, patient: PatientKey) -> None:
    message = Message.objects.get(kind="ERM251")
    awaiting(message)
    outcomes.settle_list_by_evidence(patient, uuid4(), clock.now())
    assert Message.objects.get(pk=message.pk).state == "resign"
    assert MedicationList.objects.get().pll_outdated
    assert WorkItem.objects.filter(code=4, open=True).exists()


def test_a_listed_prescription_is_there_whatever_else_is_hidden(
    signed: Message, patient: PatientKey, doctor: Actor
) -> None:
    awaiting(signed)
    seen = {str(signed.subject_id): False}
    outcomes.settle_by_evidence(patient, asked(patient, doctor, seen=seen, only_own=True))
    assert Message.objects.get(pk=signed.pk).state == "accepted"


def test_a_locked_prescription_is_missed_only_where_its_number_was_named() -> None:
    row = Prescription(locked=True, reference_number="1234567890")
    asked: dict[str, Any] = {"asked_at": clock.now(), "seen": {}, "by_patient": True}
    assert not evidence.Evidence(**asked, reference_numbers=frozenset()).would_show(row)
    assert evidence.Evidence(**asked, reference_numbers=frozenset({"1234567890"})).would_show(row)


def test_what_rf_no_longer_lists_is_not_called_dispensable(
    rf: FakeRf, signed: Message, patient: PatientKey, doctor: Actor
) -> None:
    early = asked(patient, doctor)
    sending.work()
    evidence.mark_missing(patient, early)  # RF was asked before it had the prescription
    with later(400):
        evidence.mark_missing(patient, asked(patient, doctor, only_own=True))
        evidence.mark_missing(patient, asked(patient, doctor, seen={str(signed.subject_id): False}))
    assert Prescription.objects.get().is_active
    with later(400):
        evidence.mark_missing(patient, asked(patient, doctor))
    gone = Prescription.objects.get()
    assert (gone.is_active, gone.rf_status) == (False, "E")
    ((row,),) = (group.rows for group in in_use.load(patient, actor=doctor).groups)
    assert row.prescription.status == "Finnes ikke lenger i Reseptformidleren"
    assert "renew" in row.actions

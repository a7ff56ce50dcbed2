"""The outbox: promised with the change, done exactly once, in order for each patient."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction

from sfm.core import clock
from sfm.outbox import queries, queue
from sfm.outbox.models import OutboxEntry, State
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from sfm.tenancy.models import Journal

KIND = "rf.send"
PATIENT = UUID(int=1)


def _put(order: int = 0, patient: UUID | None = PATIENT, **more: object) -> OutboxEntry:
    return queue.put(kind=KIND, patient_key=patient, order=order, **{"subject": uuid4(), **more})  # type: ignore[arg-type]


def _lease(limit: int = 10) -> list[int]:
    return [entry.pk for entry in queue.lease([KIND], limit=limit)]


@pytest.mark.usefixtures("in_journal")
class TestQueue:
    def test_a_promise_falls_with_its_transaction(self) -> None:
        @transaction.atomic
        def fails_half_way() -> None:
            _put()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fails_half_way()
        assert _lease() == []

    def test_what_is_leased_is_not_leased_again_until_the_lease_runs_out(self) -> None:
        entry = _put()
        assert _lease() == [entry.pk]
        assert _lease() == []
        with clock.frozen_at(clock.now() + timedelta(seconds=settings.OUTBOX_LEASE + 1)):
            assert _lease() == [entry.pk]

    def test_only_the_holder_of_the_lease_can_finish(self) -> None:
        _put()
        slow = queue.lease([KIND])[0]
        with clock.frozen_at(clock.now() + timedelta(seconds=settings.OUTBOX_LEASE + 1)):
            quick = queue.lease([KIND])[0]
        with pytest.raises(queue.LeaseLost):
            queue.done(slow)
        queue.done(quick)
        assert _lease() == []

    def test_a_retry_comes_back_when_it_is_due(self) -> None:
        _put()
        queue.retry(queue.lease([KIND])[0], after=timedelta(minutes=1), problem="RF-nede")
        assert _lease() == []
        with clock.frozen_at(clock.now() + timedelta(minutes=2)):
            again = queue.lease([KIND])[0]
        assert (again.attempts, again.problem) == (2, "RF-nede")

    def test_the_list_waits_for_the_prescriptions_before_it_and_they_for_nobody(self) -> None:
        first, second, whole_list = _put(1), _put(1), _put(2)
        entries = queue.lease([KIND])
        assert [entry.pk for entry in entries] == [first.pk, second.pk]
        queue.done(entries[0])
        assert _lease() == []
        queue.done(entries[1])
        assert _lease() == [whole_list.pk]

    def test_the_next_sending_waits_for_the_list_of_the_one_before(self) -> None:
        whole_list, next_prescription = _put(2), _put(1)
        held = queue.lease([KIND])
        assert [entry.pk for entry in held] == [whole_list.pk]
        queue.dead_letter(held[0], problem="226")
        assert _lease() == [next_prescription.pk]

    def test_one_patient_never_waits_for_another_and_a_lookup_waits_for_nobody(self) -> None:
        _put(2)
        held = _put(1, available_at=clock.now() + timedelta(hours=1))
        other, lookup = _put(1, UUID(int=2)), _put(0)
        leased = _lease()
        assert {other.pk, lookup.pk} < set(leased)
        assert held.pk not in leased

    def test_the_same_promise_twice_is_one_entry(self) -> None:
        subject = uuid4()
        one, two = (queue.put(kind=KIND, subject=subject) for _ in range(2))
        assert one.pk == two.pk

    def test_a_held_message_can_be_withdrawn_until_somebody_has_begun(self) -> None:
        held = _put(available_at=clock.now() + timedelta(seconds=10))
        assert queue.withdraw(kind=KIND, subject=held.subject)
        begun = _put()
        queue.lease([KIND])
        assert not queue.withdraw(kind=KIND, subject=begun.subject)
        with clock.frozen_at(clock.now() + timedelta(minutes=5)):
            assert _lease() == [begun.pk]

    def test_a_dead_letter_is_seen_and_can_be_revived(self) -> None:
        entry = _put()
        queue.dead_letter(queue.lease([KIND])[0], problem="313")
        assert [(dead.id, dead.problem) for dead in queries.dead_letters()] == [(entry.pk, "313")]
        assert [(row.state, row.count) for row in queries.counts()] == [(State.DEAD, 1)]
        assert queue.revive(entry.pk)
        assert not queue.revive(entry.pk)
        assert queries.is_due()
        queue.dead_letter(queue.lease([KIND])[0], problem="313")
        again = _put(subject=entry.subject)
        assert not queue.revive(entry.pk), "promised anew"
        assert _lease() == [again.pk]

    def test_a_retry_waits_longer_each_time_but_never_for_ever(self) -> None:
        waits = [queue.backoff(attempt).total_seconds() for attempt in range(1, 12)]
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (5, 600)


def test_a_promise_outside_a_transaction_is_refused(committed: tuple[Journal, Journal]) -> None:
    with journal_scope(committed[0]), pytest.raises(queue.NotInTransaction):
        _put()


def test_many_workers_take_every_entry_exactly_once(committed: tuple[Journal, Journal]) -> None:
    journal, _ = committed
    with journal_scope(journal), transaction.atomic():
        promised = [_put(patient=None).pk for _ in range(60)]
    taken: list[int] = []
    threads = [threading.Thread(target=_drain, args=(journal, taken)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == promised


def _drain(journal: Journal, taken: list[int]) -> None:
    try:
        with journal_scope(journal):
            while entries := queue.lease([KIND], limit=3):
                taken.extend(entry.pk for entry in entries)
                for entry in entries:
                    queue.done(entry)
    finally:
        connection.close()


def test_a_worker_skips_what_another_one_is_just_taking(committed: tuple[Journal, Journal]) -> None:
    journal, _ = committed
    with journal_scope(journal):
        with transaction.atomic():
            entry = _put()
        found: list[int] = []
        with transaction.atomic():
            OutboxEntry.objects.select_for_update().get(pk=entry.pk)
            other = threading.Thread(target=_drain, args=(journal, found))
            other.start()
            other.join(timeout=5)
        assert not other.is_alive()
        assert found == []

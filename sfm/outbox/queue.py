"""The transactional outbox: work is promised with the change that causes it, and done exactly once afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from sfm.core import clock
from sfm.outbox.models import UNFINISHED, OutboxEntry, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet


class NotInTransaction(RuntimeError):
    """A promise outside the transaction that makes it true could be kept for a change that never happened."""


class LeaseLost(RuntimeError):
    """The lease ran out and another worker took the entry over."""


def put(
    *,
    kind: str,
    subject: UUID,
    patient_key: UUID | None = None,
    order: int = 0,
    available_at: datetime | None = None,
) -> OutboxEntry:
    """Promise work, inside the domain's transaction. Promising the same again while it is unfinished changes nothing.

    `order` 0 may overtake. Entries of one patient with another order than an earlier unfinished one wait for it:
    give M1 and M5 order 1 and the list (M25.1) order 2. `available_at` holds the entry back («Angre sending»).
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(kind)
    now = clock.now()
    entry, _ = OutboxEntry.objects.get_or_create(
        kind=kind,
        subject=subject,
        state__in=UNFINISHED,
        defaults={
            "state": State.WAITING,
            "patient_key": patient_key,
            "order": order,
            "available_at": available_at or now,
            "created": now,
        },
    )
    return entry


def put_new(*, kind: str, subjects: Iterable[UUID], patient_key: UUID | None = None) -> None:
    """Promise work about subjects made in this very transaction, which nobody can have promised already: one query."""
    if not connection.in_atomic_block:
        raise NotInTransaction(kind)
    OutboxEntry.objects.bulk_create(
        [OutboxEntry(kind=kind, subject=subject, patient_key=patient_key) for subject in subjects]
    )


def lease(kinds: Sequence[str], *, limit: int = 10) -> list[OutboxEntry]:
    """Take up to `limit` entries that are due, oldest first. An entry nobody finished in time is taken again."""
    now = clock.now()
    until = now + timedelta(seconds=settings.OUTBOX_LEASE)
    with transaction.atomic():
        due = (
            _due(now).filter(kind__in=kinds).order_by("id").select_for_update(skip_locked=True, of=("self",))
        )
        entries = list(due[:limit])
        for entry in entries:
            entry.state, entry.lease, entry.leased_until = State.LEASED, uuid4(), until
            entry.attempts += 1
        OutboxEntry.objects.bulk_update(entries, ["state", "lease", "leased_until", "attempts"])
    return entries


def done(entry: OutboxEntry) -> None:
    """Finished. Raises LeaseLost when another worker has taken over; then undo what can be undone."""
    _settle(entry, state=State.DONE, finished=clock.now(), leased_until=None, problem="")


def retry(entry: OutboxEntry, *, after: timedelta, problem: str = "") -> None:
    """Back in the queue, due again after a while. `problem` is an error code."""
    _settle(
        entry,
        state=State.WAITING,
        available_at=clock.now() + after,
        leased_until=None,
        lease=None,
        problem=problem[:80],
    )


def dead_letter(entry: OutboxEntry, *, problem: str) -> None:
    """Given up; waits for a person. It no longer holds back what comes after it."""
    _settle(entry, state=State.DEAD, finished=clock.now(), leased_until=None, problem=problem[:80])


def withdraw(*, kind: str, subject: UUID) -> bool:
    """Undo a promise nobody has begun on. False when it is too late."""
    waiting = OutboxEntry.objects.filter(kind=kind, subject=subject, state=State.WAITING, attempts=0)
    return bool(waiting.update(state=State.WITHDRAWN, finished=clock.now()))


def revive(entry_id: int) -> bool:
    """Put a dead letter back in the queue, by a person's decision. False when there is no such dead letter, or the
    work has been promised anew meanwhile."""
    anew = OutboxEntry.objects.filter(
        kind=OuterRef("kind"), subject=OuterRef("subject"), state__in=UNFINISHED
    )
    dead = OutboxEntry.objects.filter(~Exists(anew), pk=entry_id, state=State.DEAD)
    return bool(dead.update(state=State.WAITING, available_at=clock.now(), finished=None, lease=None))


def backoff(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … at most 10 minutes."""
    return timedelta(seconds=min(5 * 2 ** max(attempts - 1, 0), 600))


def _due(now: datetime) -> QuerySet[OutboxEntry]:
    takeable = Q(state=State.WAITING, available_at__lte=now) | Q(state=State.LEASED, leased_until__lt=now)
    before = OutboxEntry.objects.filter(
        patient_key=OuterRef("patient_key"), id__lt=OuterRef("id"), order__gt=0, state__in=UNFINISHED
    ).exclude(order=OuterRef("order"))
    return OutboxEntry.objects.filter(takeable).filter(Q(order=0) | ~Exists(before))


def _settle(entry: OutboxEntry, **values: object) -> None:
    mine = OutboxEntry.objects.filter(pk=entry.pk, lease=entry.lease, state=State.LEASED)
    if not mine.update(**values):
        raise LeaseLost(str(entry.pk))
    for name, value in values.items():
        setattr(entry, name, value)

"""What waits, and what has stopped: for the provider portal and the organisation's message log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from sfm.core import clock
from sfm.outbox.models import UNFINISHED, OutboxEntry, State

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One kind of work in one state."""

    kind: str
    state: str
    count: int
    oldest: datetime


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    id: int
    kind: str
    subject: UUID
    problem: str
    attempts: int
    created: datetime
    stopped: datetime | None


def counts() -> tuple[QueueRow, ...]:
    rows = (
        OutboxEntry.objects.exclude(state__in=[State.DONE, State.WITHDRAWN])
        .values("kind", "state")
        .annotate(count=Count("id"), oldest=Min("created"))
        .order_by("kind", "state")
    )
    return tuple(QueueRow(**row) for row in rows)


def dead_letters(limit: int = 100) -> tuple[DeadLetter, ...]:
    rows = OutboxEntry.objects.filter(state=State.DEAD).order_by("-finished")[:limit]
    return tuple(
        DeadLetter(
            id=row.pk,
            kind=row.kind,
            subject=row.subject,
            problem=row.problem,
            attempts=row.attempts,
            created=row.created,
            stopped=row.finished,
        )
        for row in rows
    )


def waiting_since() -> timedelta | None:
    """How long the oldest unfinished entry has waited; None when the queue is empty."""
    oldest = OutboxEntry.objects.filter(state__in=UNFINISHED).aggregate(oldest=Min("created"))["oldest"]
    return clock.now() - oldest if oldest else None


def is_due() -> bool:
    """Is there anything to do now? One indexed query."""
    due = OutboxEntry.objects.filter(state__in=UNFINISHED, available_at__lte=clock.now())
    return bool(due.exists())

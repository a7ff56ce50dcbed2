"""Counts of each journal, for the people who run the service. Numbers only: no row of a patient is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.exchange.models import Message
from sfm.identity.models import Practitioner
from sfm.outbox import queries
from sfm.outbox.models import State
from sfm.outbox.queries import DeadLetter, QueueRow
from sfm.tenancy import schemas
from sfm.tenancy.models import Journal
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

SHOWN = 100  # journals on a page; a cell holds about a thousand


@dataclass(frozen=True, kw_only=True)
class QueueFigures:
    journal_id: UUID
    name: str
    rows: tuple[QueueRow, ...]
    dead: tuple[DeadLetter, ...]
    waited: timedelta | None

    @property
    def waiting(self) -> int:
        return sum(row.count for row in self.rows if row.state != State.DEAD)

    @property
    def stopped(self) -> int:
        return sum(row.count for row in self.rows if row.state == State.DEAD)


@dataclass(frozen=True, kw_only=True)
class JournalFigures:
    """`behind`: migrations not yet run. `size`: bytes on disk. Counts are None where the schema cannot be asked."""

    journal: Journal
    units: int
    behind: int
    size: int
    users: int | None = None
    messages: int | None = None


def queues(journals: list[Journal]) -> list[QueueFigures]:
    return [_queue(journal) for journal in journals if journal.ready]


def journals(found: list[Journal]) -> list[JournalFigures]:
    sizes = schemas.sizes()
    return [_journal(journal, sizes.get(journal.schema_name, 0)) for journal in found]


def all_journals() -> list[Journal]:
    return list(Journal.objects.order_by("name", "created").prefetch_related("organisations")[:SHOWN])


def _queue(journal: Journal) -> QueueFigures:
    with journal_scope(journal):
        rows = queries.counts()
        return QueueFigures(
            journal_id=journal.pk,
            name=journal.name,
            rows=rows,
            dead=queries.dead_letters() if any(row.state == State.DEAD for row in rows) else (),
            waited=queries.waiting_since() if rows else None,
        )


def _journal(journal: Journal, size: int) -> JournalFigures:
    units, behind = len(journal.organisations.all()), schemas.missing_migrations(journal.schema_name)
    if behind or not journal.ready:
        return JournalFigures(journal=journal, units=units, behind=behind, size=size)
    with journal_scope(journal):
        users, messages = Practitioner.objects.count(), Message.objects.count()
    return JournalFigures(
        journal=journal, units=units, behind=behind, size=size, users=users, messages=messages
    )

"""Counts of each journal, for the people who run the service. Numbers only: no row of a patient is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from sfm.exchange.models import Message
from sfm.identity.models import Practitioner
from sfm.outbox import queries
from sfm.outbox.models import State
from sfm.outbox.queries import DeadLetter, QueueRow
from sfm.tenancy.models import Journal
from sfm.tenancy.scope import SCHEMA_NAME, journal_scope

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
    sizes = _sizes()
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
    units, behind = len(journal.organisations.all()), _behind(journal.schema_name)
    if behind or not journal.ready:
        return JournalFigures(journal=journal, units=units, behind=behind, size=size)
    with journal_scope(journal):
        users, messages = Practitioner.objects.count(), Message.objects.count()
    return JournalFigures(
        journal=journal, units=units, behind=behind, size=size, users=users, messages=messages
    )


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Every migration of the parts that live in a journal. The code does not change while it runs."""
    labels = {name.rpartition(".")[2] for name in settings.TENANT_APPS}
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return frozenset((app, name) for app, name in known if app in labels)


def _behind(schema: str) -> int:
    if not SCHEMA_NAME.fullmatch(schema):
        return len(_migrations())
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{schema}.django_migrations"])
        if (cursor.fetchone() or [None])[0] is None:
            return len(_migrations())
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations')  # noqa: S608 -- matched above
        return len(_migrations() - set(cursor.fetchall()))


def _sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname LIKE 'j\\_%%' GROUP BY n.nspname"
        )
        return dict(cursor.fetchall())

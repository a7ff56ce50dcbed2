"""The registry's verbs: make a journal, migrate it, check that all is as it should be."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sfm.core.errors import Conflict, NotFound
from sfm.tenancy import keys, provisioning
from sfm.tenancy.models import Journal, Organisation, OrganisationType
from sfm.tenancy.scope import SCHEMA_NAME, leave

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

log = logging.getLogger(__name__)
KEPT = 5.0  # seconds: the registry is asked with every request, and changes once a year
_found: dict[UUID, tuple[float, Journal]] = {}


def create(*, name: str, organisation_type: int = OrganisationType.OTHER, id: UUID | None = None) -> Journal:  # noqa: A002
    """A new journal with its schema and key. On failure nothing remains. Not inside a transaction of the caller.

    Takes a schema made ahead of need; makes one on the spot where the role may. Raises provisioning.NoneReady.
    """
    journal_id = id or uuid4()
    if Journal.objects.filter(pk=journal_id).exists():
        raise Conflict("Journalen finnes allerede.")
    spare = provisioning.take()
    if spare is None and not provisioning.may_create():
        log.error("no spare schema for a new journal; is `manage.py provision` running?")
        raise provisioning.NoneReady
    journal = Journal(
        id=journal_id,
        schema_name=spare or f"j_{journal_id.hex}",
        name=name,
        organisation_type=organisation_type,
        ready=bool(spare),
    )
    try:
        with transaction.atomic():
            journal.save()
    except IntegrityError as error:  # another call was first with the id; nothing of theirs is touched
        if spare is not None:
            provisioning.give_back(spare)
        raise Conflict("Journalen finnes allerede.") from error
    try:
        keys.new_journal_key(journal.pk)
        if spare is None:
            migrate(journal)
    except BaseException:
        _undo(journal)
        raise
    return journal


def migrate(journal: Journal) -> None:
    """Bring one journal's schema up to date. Nobody enters meanwhile; an interrupted run can be repeated."""
    Journal.objects.filter(pk=journal.pk).update(ready=False)
    forget()
    provisioning.migrate(journal.schema_name)
    Journal.objects.filter(pk=journal.pk).update(ready=True)
    journal.ready = True


def migrate_all() -> int:
    """Migrate, one by one, the journals that are behind; the others stay open. Returns how many were behind."""
    behind = [journal for journal in Journal.objects.order_by("created") if _is_behind(journal)]
    for journal in behind:
        migrate(journal)
    return len(behind)


def _is_behind(journal: Journal) -> bool:
    if not journal.ready:
        return True
    connection.set_tenant(journal, include_public=False)  # type: ignore[attr-defined]
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    finally:
        leave()


def find(journal_id: UUID) -> Journal:
    """The active journal with this id, at most five seconds old. Unknown, inactive and half-made look the same."""
    kept = _found.get(journal_id)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    journal: Journal | None = Journal.objects.filter(pk=journal_id, active=True, ready=True).first()
    if journal is None:
        raise NotFound(detail="no such journal in use")
    _found[journal_id] = (time.monotonic() + KEPT, journal)
    return journal


def forget() -> None:
    """Ask the registry again, at once."""
    _found.clear()


def in_use() -> list[Journal]:
    return list(Journal.objects.filter(active=True, ready=True).order_by("created"))


def models() -> list[type[Model]]:
    """Every model that lives in a journal."""
    tenant_apps: Iterable[str] = settings.TENANT_APPS
    return [
        model
        for config in apps.get_app_configs()
        if config.name in tenant_apps
        for model in config.get_models(include_auto_created=True)
    ]


def problems() -> list[str]:
    """What is wrong with the registry and its schemas; empty when all is well."""
    tables = _tables_by_schema()
    expected = {model._meta.db_table for model in models() if model._meta.managed}
    found = [
        f"tabellen {table} hører hjemme i journaler, men finnes i public"
        for table in sorted(expected & tables.get("public", set()))
    ]
    for journal in Journal.objects.order_by("created"):
        found += _problems_of(journal, tables.get(journal.schema_name), expected)
    registered = set(Journal.objects.values_list("schema_name", flat=True)) | provisioning.spares()
    found += [
        f"skjemaet {schema} hører ikke til noen journal"
        for schema in sorted(set(tables) - registered - {"public"})
    ]
    return found


def _problems_of(journal: Journal, tables: set[str] | None, expected: set[str]) -> list[str]:
    if not SCHEMA_NAME.fullmatch(journal.schema_name):
        return [f"{journal.pk}: ugyldig skjemanavn"]
    if tables is None:
        return [f"{journal.pk}: skjemaet mangler"]
    found = [f"{journal.pk}: tabellen {table} mangler" for table in sorted(expected - tables)]
    if not journal.ready:
        found.append(f"{journal.pk}: ikke ferdig migrert")
    if not journal.keys.exists():
        found.append(f"{journal.pk}: nøkkel mangler")
    return found


def _tables_by_schema() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid"
            " AND c.relkind IN ('r', 'p') WHERE n.nspname = 'public' OR n.nspname LIKE 'j\\_%%'"
        )
        found: dict[str, set[str]] = {}
        for schema, table in cursor.fetchall():
            found.setdefault(schema, set()).update([table] if table else [])
    return found


def drop(journal: Journal) -> None:
    """Erase a journal for good: its schema and its keys. Back-ups become unreadable with the keys."""
    provisioning.drop(journal.schema_name)
    with transaction.atomic():
        Organisation.objects.filter(parent__journal=journal).update(parent=None)
        journal.organisations.all().delete()
        journal.keys.all().delete()
        Journal.objects.filter(pk=journal.pk).delete()
        forget()
    keys.forget(journal.pk)


def _undo(journal: Journal) -> None:
    log.error("journal %s could not be made; removing what was begun", journal.pk)
    drop(journal)

"""Schemas made ahead of need. The web role may not create anything, and a record system that registers waits for its
answer: so the owner keeps a few empty, migrated schemas ready, and a new journal takes one."""

from __future__ import annotations

import logging
from uuid import uuid4

from django.core.management import call_command
from django.db import connection, transaction

from sfm.core.errors import Unavailable
from sfm.tenancy import roles, schemas
from sfm.tenancy.models import SpareSchema
from sfm.tenancy.scope import SCHEMA_NAME, leave

log = logging.getLogger(__name__)


class NoneReady(Unavailable):
    """No spare schema, and no right to make one. Whoever runs the service should look at `manage.py provision`."""

    text = "Ny journal kan ikke opprettes akkurat nå. Prøv igjen om et minutt."


def take() -> str | None:
    """The name of a schema that is ready and nobody's, now the caller's. None when there is none."""
    with transaction.atomic():
        ready = SpareSchema.objects.select_for_update(skip_locked=True).filter(soiled=False).order_by("pk")
        for spare in ready[:3]:
            if not schemas.missing_migrations(spare.schema_name):
                spare.delete()
                return str(spare.schema_name)
    return None


def give_back(name: str) -> None:
    """It was taken and not used."""
    SpareSchema.objects.create(schema_name=name)


def may_create() -> bool:
    """Whether this process runs with a role that may make schemas."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_user, current_database(), 'CREATE')")
        return bool(cursor.fetchone()[0])


def keep(wanted: int) -> tuple[int, int]:
    """As the owner: remove what is soiled or behind, and make schemas until `wanted` are ready. (made, removed)"""
    removed = 0
    for spare in SpareSchema.objects.order_by("pk"):
        if spare.soiled or schemas.missing_migrations(spare.schema_name):
            drop(spare.schema_name)
            removed += 1
    made = 0
    while SpareSchema.objects.filter(soiled=False).count() < wanted:
        _make()
        made += 1
    return made, removed


def _make() -> None:
    name = f"j_{uuid4().hex}"
    SpareSchema.objects.create(
        schema_name=name, soiled=True
    )  # until it is whole: an interrupted one is removed
    migrate(name)
    SpareSchema.objects.filter(schema_name=name).update(soiled=False)


def migrate(name: str) -> None:
    """Create the schema where it is missing, and bring it up to date."""
    if not SCHEMA_NAME.fullmatch(name):
        raise ValueError("a schema name is made, never given")
    leave()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"')  # matched against j_<32 hex> above
    call_command("migrate_schemas", schema_name=name, interactive=False, verbosity=0)
    leave()
    roles.grant(name)


def drop(name: str) -> None:
    """Remove the schema; without the right to, leave it to the owner, empty of meaning: its key is gone."""
    if not SCHEMA_NAME.fullmatch(name):
        raise ValueError("not a journal's schema")
    leave()
    if not roles.owns(name):
        SpareSchema.objects.update_or_create(schema_name=name, defaults={"soiled": True})
        log.warning("schema %s waits for the owner to remove it", name)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')  # matched above
        SpareSchema.objects.filter(schema_name=name).delete()


def spares() -> set[str]:
    return set(SpareSchema.objects.values_list("schema_name", flat=True))

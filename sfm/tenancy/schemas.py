"""What the database itself says about the journals' schemas: how far migrated, how large. No row is read."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from sfm.tenancy.scope import SCHEMA_NAME


def missing_migrations(schema: str) -> int:
    """How many migrations of this version of the product the schema lacks."""
    if not SCHEMA_NAME.fullmatch(schema):
        return len(_migrations())
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{schema}.django_migrations"])
        if (cursor.fetchone() or [None])[0] is None:
            return len(_migrations())
        cursor.execute(f'SELECT app, name FROM "{schema}".django_migrations')  # noqa: S608 -- matched above
        return len(_migrations() - set(cursor.fetchall()))


def sizes() -> dict[str, int]:
    """Bytes on disk, with indexes, by schema."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname LIKE 'j\\_%%' GROUP BY n.nspname"
        )
        return dict(cursor.fetchall())


def server_version() -> str:
    """Asked of the server, so that an answer shows that it answers."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """Every migration of the parts that live in a journal. The code does not change while it runs."""
    labels = {name.rpartition(".")[2] for name in settings.TENANT_APPS}
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return frozenset((app, name) for app, name in known if app in labels)

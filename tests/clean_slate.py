"""Puts the database back after a test that really committed.

Django's own way (truncate every table) would take the two journals with it. Here each table gets back the
rows it had when the test run began, in all schemas, and journals made by the test are dropped.
"""

# ruff: noqa: S608  (table names come from the catalogue)
from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import TransactionTestCase

_KEPT = "test_remembered"
_OURS = "n.nspname = 'public' OR n.nspname ~ '^j_[0-9a-f]{32}$'"


def remember() -> None:
    """Copy every table aside, and make the end of each committing test bring the copies back."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_KEPT} CASCADE; CREATE SCHEMA {_KEPT}")
        for schema, table in _tables(cursor):
            cursor.execute(f'CREATE TABLE {_KEPT}."{schema}.{table}" AS TABLE "{schema}"."{table}"')
    TransactionTestCase._fixture_teardown = _restore  # type: ignore[attr-defined]


def _restore(_case: TransactionTestCase) -> None:
    connection.set_schema_to_public()  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        # Neither foreign keys nor the triggers of append-only tables stand in the way of this role.
        cursor.execute("SET session_replication_role = replica")
        remembered = {tuple(name.split(".", 1)) for name in _remembered(cursor)}
        present = set(_tables(cursor))
        for schema in {schema for schema, table in present} - {schema for schema, table in remembered}:
            cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
        changed = [pair for pair in sorted(present & remembered) if _differs(cursor, *pair)]
        for schema, table in changed:
            cursor.execute(f'DELETE FROM "{schema}"."{table}"')
            cursor.execute(f'INSERT INTO "{schema}"."{table}" SELECT * FROM {_KEPT}."{schema}.{table}"')
        cursor.execute("SET session_replication_role = origin")


def _tables(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE c.relkind = 'r' AND c.relname <> 'django_migrations' AND ({_OURS})"
    )
    return list(cursor.fetchall())


def _remembered(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [_KEPT])
    return [name for (name,) in cursor.fetchall()]


def _differs(cursor: Any, schema: str, table: str) -> bool:
    now, before = f'"{schema}"."{table}"', f'{_KEPT}."{schema}.{table}"'
    one_way, other_way = f"TABLE {now} EXCEPT ALL TABLE {before}", f"TABLE {before} EXCEPT ALL TABLE {now}"
    cursor.execute(f"SELECT EXISTS ({one_way}) OR EXISTS ({other_way})")
    return bool(cursor.fetchone()[0])

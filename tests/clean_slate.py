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
_put_back_by = [0]  # the number of the last transaction that belongs to what is remembered
_OURS = "n.nspname = 'public' OR n.nspname ~ '^j_[0-9a-f]{32}$'"


def remember() -> None:
    """Copy every table aside, and make the end of each committing test bring the copies back."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_KEPT} CASCADE; CREATE SCHEMA {_KEPT}")
        for schema, table in _tables(cursor):
            cursor.execute(f'CREATE TABLE {_KEPT}."{schema}.{table}" AS TABLE "{schema}"."{table}"')
        _now(cursor)
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
        for schema, table in _changed(cursor, sorted(present & remembered)):
            cursor.execute(f'DELETE FROM "{schema}"."{table}"')
            cursor.execute(f'INSERT INTO "{schema}"."{table}" SELECT * FROM {_KEPT}."{schema}.{table}"')
        cursor.execute("SET session_replication_role = origin")
        _now(cursor)


def _tables(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE c.relkind = 'r' AND c.relname <> 'django_migrations' AND ({_OURS})"
    )
    return list(cursor.fetchall())


def _remembered(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [_KEPT])
    return [name for (name,) in cursor.fetchall()]


def _changed(cursor: Any, tables: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those with another number of rows, or with a row that was written after they were last as remembered."""
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT '{schema}', '{table}' WHERE (SELECT count(*) FROM \"{schema}\".\"{table}\")"
            f' <> (SELECT count(*) FROM {_KEPT}."{schema}.{table}")'
            f' OR EXISTS (SELECT FROM "{schema}"."{table}" WHERE xmin::text::bigint > {_put_back_by[0]})'
            for schema, table in tables
        )
    )
    return list(cursor.fetchall())


def _now(cursor: Any) -> None:
    """Everything is as remembered: what is written from here on is the next test's."""
    cursor.execute("SELECT txid_current()")
    _put_back_by[:] = cursor.fetchone()

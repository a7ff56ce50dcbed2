"""What a version replaced: kept so that it can be put back, and shown to whoever wants to know what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from psycopg import sql

from sfm.fest.importer.staging import TABLES
from sfm.fest.models import Drug, Replaced, Version

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

KEPT_VERSIONS = 5  # older ones cannot be rolled back to
SHOWN = 200
KINDS = ("group", "brand", "package")


def keep_all(cursor: CursorWrapper, table: str, version: int, *, straight: bool) -> None:
    """Before a full file replaces a table: every row it will change, end or add."""
    keep_changed(cursor, table, version, straight=straight)
    if not straight:
        _run(
            cursor,
            'INSERT INTO fest_replaced (version_id, "table", key, row) SELECT %s, %s, old.key, to_jsonb(old) '
            "FROM {table} AS old WHERE expired_on IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM {stage} AS new WHERE new.key = old.key)",
            table,
            version,
            table,
        )


def keep_changed(cursor: CursorWrapper, table: str, version: int, *, straight: bool) -> None:
    """What the stage will change or add. A table that was empty has nothing but new rows."""
    if straight:
        _run(
            cursor,
            'INSERT INTO fest_replaced (version_id, "table", key, row) SELECT %s, %s, key, NULL FROM {table}',
            table,
            version,
            table,
        )
        return
    _run(
        cursor,
        'INSERT INTO fest_replaced (version_id, "table", key, row) SELECT %s, %s, new.key, to_jsonb(old) '
        "FROM {stage} AS new LEFT JOIN {table} AS old ON old.key = new.key "
        "WHERE old.key IS NULL OR old.entry_id <> new.entry_id OR old.expired_on IS NOT NULL",
        table,
        version,
        table,
    )


def keep_ended(cursor: CursorWrapper, table: str, version: int, entries: list[str]) -> None:
    """Before an increment ends entries: the rows that go with them."""
    _run(
        cursor,
        'INSERT INTO fest_replaced (version_id, "table", key, row) SELECT %s, %s, old.key, to_jsonb(old) '
        "FROM {table} AS old WHERE expired_on IS NULL AND entry_id = ANY(%s) "
        "AND NOT EXISTS (SELECT 1 FROM {stage} AS new WHERE new.key = old.key)",
        table,
        version,
        table,
        entries,
    )


def forget_old() -> None:
    """Only the newest versions can be rolled back: history is not kept for ever."""
    newest = Version.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT_VERSIONS]
    Replaced.objects.exclude(version_id__in=list(newest)).delete()


@dataclass(frozen=True, kw_only=True)
class ProductChange:
    name: str
    kind: str  # group | brand | package
    what: str  # new | changed | expired


def products_changed(version: Version) -> tuple[list[ProductChange], int]:
    """Named products of a version that came, changed or went; the first of them, and how many there are in all."""
    rows = Replaced.objects.filter(version=version, table="drug").filter(
        Q(row__isnull=True) | Q(row__kind__in=KINDS)
    )
    before = dict(rows.values_list("key", "row"))
    now = Drug.objects.filter(key__in=before, kind__in=KINDS).values_list("key", "name", "kind", "expired_on")
    found = [
        ProductChange(name=name, kind=kind, what=_what(before[key], expired=expired is not None))
        for key, name, kind, expired in now
    ]
    found.sort(key=lambda one: (("expired", "new", "changed").index(one.what), one.name.lower()))
    return found[:SHOWN], len(found)


def _what(row: dict[str, object] | None, *, expired: bool) -> str:
    if expired:
        return "expired"
    return "new" if row is None or row.get("expired_on") else "changed"


def _run(cursor: CursorWrapper, template: str, table: str, *parameters: Any) -> None:
    statement = sql.SQL(template).format(
        stage=sql.Identifier(f"stage_{table}"), table=sql.Identifier(TABLES[table]._meta.db_table)
    )
    cursor.execute(statement, list(parameters))

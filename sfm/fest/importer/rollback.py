"""Back to the version before: rows are put back as they were, and what the version brought is marked expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from psycopg import sql

from sfm.core import clock
from sfm.core.errors import Conflict
from sfm.fest.importer.run import lock
from sfm.fest.importer.staging import TABLES
from sfm.fest.models import Replaced, Version

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

NOTHING = "Det finnes ingen tidligere versjon å gå tilbake til."
FORGOTTEN = (
    "Versjonen er for gammel: det den erstattet er ikke tatt vare på lenger. Importer ønsket fil på nytt."
)


def roll_back(*, by: str) -> Version:
    """Take the previous version into use again. A file that was rolled back is not taken in by itself afterwards.

    :raises Conflict: there is none, or what it looked like is no longer kept.
    :raises Busy: an import is running.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor)
        current = Version.objects.select_related("previous").filter(is_current=True).first()
        if current is None or current.previous is None:
            raise Conflict(NOTHING)
        if not Replaced.objects.filter(version=current).exists() and any(current.changes.values()):
            raise Conflict(FORGOTTEN)
        for table in TABLES:
            _restore(cursor, table, current)
        Replaced.objects.filter(version=current).delete()
        Version.objects.filter(pk=current.pk).update(
            is_current=False, rolled_back_at=clock.now(), rolled_back_by=by[:255]
        )
        previous = current.previous
        Version.objects.filter(pk=previous.pk).update(is_current=True)
    return previous


def _restore(cursor: CursorWrapper, table: str, current: Version) -> None:
    model = TABLES[table]
    names = [field.column or field.name for field in model._meta.concrete_fields if field.name != "key"]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    old = sql.SQL(", ").join(sql.Identifier("old", name) for name in names)
    place = sql.Identifier(model._meta.db_table)
    cursor.execute(
        sql.SQL(
            "UPDATE {table} AS now SET ({columns}) = (SELECT {old} FROM jsonb_populate_record(NULL::{table}, kept.row) "
            'AS old) FROM fest_replaced AS kept WHERE kept.version_id = %s AND kept."table" = %s '
            "AND kept.key = now.key AND kept.row IS NOT NULL"
        ).format(table=place, columns=columns, old=old),
        [current.pk, table],
    )
    cursor.execute(
        sql.SQL(
            "UPDATE {table} AS now SET expired_on = %s FROM fest_replaced AS kept WHERE kept.version_id = %s "
            'AND kept."table" = %s AND kept.key = now.key AND kept.row IS NULL AND now.expired_on IS NULL'
        ).format(table=place),
        [clock.today(), current.pk, table],
    )

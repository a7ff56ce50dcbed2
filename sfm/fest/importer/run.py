"""Imports a file: everything in one transaction, so that readers see the old catalogue until the new one is whole."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from sfm.core import clock
from sfm.fest.importer import guards, source
from sfm.fest.importer.errors import Busy
from sfm.fest.importer.reader import Reading, check_root, read
from sfm.fest.importer.schema import validate
from sfm.fest.importer.staging import TABLES, Changes, Stage
from sfm.fest.models import Version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.backends.utils import CursorWrapper

ADVISORY_LOCK = 0x4D_3330  # «M30»


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an import did."""

    version: int
    extracted_at: str
    counts: dict[str, int]
    changes: dict[str, Changes]

    @property
    def unchanged(self) -> bool:
        return not self.changes


def import_file(where: str, *, check_schema: bool = False) -> Report:
    """Take a file or an address into use as the catalogue.

    The same file again changes nothing and says so.

    :raises Refused: with the reason; the catalogue in use stays as it was.
    :raises Busy: another import is running.
    """
    with source.fetched(where) as path:
        with source.xml_stream(path) as stream:
            check_root(stream)
        if check_schema:
            validate(path)
        with transaction.atomic(), connection.cursor() as cursor:
            _lock(cursor)
            return _import(path, where, cursor)


def _lock(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    row = cursor.fetchone()
    if not (row and row[0]):
        raise Busy


def _import(path: Path, where: str, cursor: CursorWrapper) -> Report:
    current = Version.objects.filter(is_current=True).first()
    fingerprint = source.digest(path)
    if current and current.sha256 == fingerprint:
        return Report(
            version=current.pk, extracted_at=current.extracted_at, counts=current.counts, changes={}
        )
    reading = Reading()
    with _no_cycles_to_collect(), Stage(cursor, _next_version(cursor)) as stage:
        size = _read_into(stage, reading, path, current)
    guards.complete(reading.counts, current)
    guards.whole(reading.references, set().union(*stage.seen.values()))
    if "drug" not in stage.straight:
        guards.keeps_packages(**_package_loss(cursor))
    version = _record(reading, current, pk=stage.version, source=where, sha256=fingerprint, size=size)
    changes = {name: stage.swap(name, clock.today()) for name in TABLES}
    version.changes = {name: [change.written, change.expired] for name, change in changes.items()}
    version.save(update_fields=["changes"])
    return Report(
        version=version.pk, extracted_at=reading.extracted_at, counts=dict(reading.counts), changes=changes
    )


@contextmanager
def _no_cycles_to_collect() -> Iterator[None]:
    """Millions of short-lived rows, none of them in a cycle: looking for cycles costs a tenth of the reading."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _read_into(stage: Stage, reading: Reading, path: Path, current: Version | None) -> int:
    """Bytes of XML read."""
    with source.xml_stream(path) as stream:
        for table, cells in read(stream, reading, on_extracted=lambda: guards.newer(reading, current)):
            stage.add(table, cells)
        size = stream.tell()
    stage.finish()
    return size


def _next_version(cursor: CursorWrapper) -> int:
    cursor.execute("SELECT nextval(pg_get_serial_sequence('fest_version', 'id'))")
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _package_loss(cursor: CursorWrapper) -> dict[str, int]:
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM stage_drug new WHERE new.key = old.key)) "
        "FROM fest_drug old WHERE kind = 'package' AND expired_on IS NULL"
    )
    active, lost = cursor.fetchone() or (0, 0)
    return {"active": active, "lost": lost}


def _record(reading: Reading, current: Version | None, **facts: Any) -> Version:
    Version.objects.filter(is_current=True).update(is_current=False)
    return Version.objects.create(
        extracted_at=reading.extracted_at,
        extracted_on=reading.extracted_on,
        counts=dict(reading.counts),
        imported_at=clock.now(),
        is_current=True,
        previous=current,
        **facts,
    )

"""Imports a file: everything in one transaction, so that readers see the old catalogue until the new one is whole."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from sfm.core import clock
from sfm.fest.importer import guards, history, source
from sfm.fest.importer.errors import Busy, Refused
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


def import_file(where: str, *, check_schema: bool = False, accepted: str = "") -> Report:
    """Take a file or an address into use as the catalogue.

    The same file again changes nothing and says so. `accepted`: who takes responsibility for a file that is smaller
    than it should be, or that was rolled back, and why.

    :raises Refused: with the reason; the catalogue in use stays as it was.
    :raises Busy: another import is running.
    """
    with source.fetched(where) as path:
        with source.xml_stream(path) as stream:
            check_root(stream)
        if check_schema:
            validate(path)
        with transaction.atomic(), connection.cursor() as cursor:
            lock(cursor)
            return _import(path, where, cursor, accepted)


def lock(cursor: CursorWrapper) -> None:
    """One import at a time, until the transaction ends. Raises Busy."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    row = cursor.fetchone()
    if not (row and row[0]):
        raise Busy


def already_known(current: Version | None, fingerprint: str, *, accepted: str) -> Report | None:
    """The report of a file that is in use already. Raises Refused for one that somebody has rolled back."""
    if current and current.sha256 == fingerprint:
        return Report(
            version=current.pk, extracted_at=current.extracted_at, counts=current.counts, changes={}
        )
    undone = Version.objects.filter(sha256=fingerprint, rolled_back_at__isnull=False).order_by("-pk").first()
    if undone is not None and undone.rolled_back_at is not None and not accepted:
        raise Refused(
            f"Filen ble tatt ut av bruk {clock.local(undone.rolled_back_at):%d.%m.%Y} av {undone.rolled_back_by}. "
            "Den tas ikke inn igjen uten at noen godtar den."
        )
    return None


def _import(path: Path, where: str, cursor: CursorWrapper, accepted: str) -> Report:
    current = Version.objects.filter(is_current=True).first()
    fingerprint = source.digest(path)
    same = already_known(current, fingerprint, accepted=accepted)
    if same is not None:
        return same
    reading = Reading()
    with _no_cycles_to_collect(), Stage(cursor, next_version(cursor)) as stage:
        size = _read_into(stage, reading, path, current)
    guards.complete(reading.counts, None if accepted else current)
    guards.whole(reading.references, set().union(*stage.seen.values()))
    if "drug" not in stage.straight and not accepted:
        guards.keeps_packages(**_package_loss(cursor))
    facts = {"source": where, "sha256": fingerprint, "size": size, "accepted_by": accepted}
    version = record_version(reading, current, pk=stage.version, **facts)
    if current is not None:
        for name in TABLES:
            history.keep_all(cursor, name, stage.version, straight=name in stage.straight)
        history.forget_old()
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


def next_version(cursor: CursorWrapper) -> int:
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


def record_version(reading: Reading, current: Version | None, **facts: Any) -> Version:
    """The new version, current from now on."""
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

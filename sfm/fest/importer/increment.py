"""An incremental file (fest.md 4.4): what is new or changed, and the ids of entries that have ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from django.db import connection, transaction
from lxml import etree
from psycopg import sql

from sfm.core import clock
from sfm.fest.importer import guards, history, source
from sfm.fest.importer.elements import local
from sfm.fest.importer.errors import Refused
from sfm.fest.importer.reader import BROKEN, Reading, check_root, entry_rows, note_extraction
from sfm.fest.importer.run import Report, already_known, lock, next_version, record_version
from sfm.fest.importer.staging import TABLES, Changes, Stage
from sfm.fest.importer.vocabulary import ENTRY_TAGS, EXTRACTED
from sfm.fest.models import Version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.backends.utils import CursorWrapper

    from sfm.fest.importer.entries import Row

ENDED = "U"  # 7446
NO_BASE = "Det finnes ingen katalog å bygge videre på. Importer en hel fil først."
DANGLING = "Den inkrementelle filen viser til {count} oppføringer som mangler, f.eks. {example}. Importer en hel fil."
# catalogue → the tables its entries become, with the kind of drug where one table holds several
CATALOGUE_TABLES: dict[str, tuple[tuple[str, str], ...]] = {
    "LegemiddelMerkevare": (("drug", "brand"),),
    "Legemiddelpakning": (("drug", "package"),),
    "LegemiddelVirkestoff": (("drug", "group"),),
    "Legemiddeldose": (("drug", "dose"),),
    "Virkestoff": (("substance", ""), ("strength", "")),
    "Handelsvare": (("commodity", ""),),
    "Refusjon": (("reimbursementgroup", ""),),
    "Vilkar": (("term", ""),),
    "VarselSlv": (("notice", ""),),
    "Kodeverk": (("codevalue", ""),),
    "Byttegruppe": (("substitutiongroup", ""),),
    "Interaksjon": (("interaction", ""), ("notassessed", "")),
    "StrDosering": (("shortdose", ""),),
}
# what an active row may not be left without: (query of the keys it names, restricted to those that have ended)
LEFT_BEHIND = (
    "SELECT d.key FROM fest_drug d WHERE d.expired_on IS NULL AND d.kind = 'package' AND EXISTS "
    "(SELECT 1 FROM jsonb_array_elements(d.detail->'info') part WHERE part->>'brand' = ANY(%s))",
    "SELECT d.key FROM fest_drug d WHERE d.expired_on IS NULL AND d.kind = 'group' AND "
    "(d.detail->'brands' ?| %s OR d.detail->'packages' ?| %s OR d.detail->'strengths' ?| %s)",
    "SELECT d.key FROM fest_drug d WHERE d.expired_on IS NULL AND d.kind = 'brand' AND d.detail->'strengths' ?| %s",
    "SELECT s.key FROM fest_strength s WHERE s.expired_on IS NULL AND s.substance = ANY(%s)",
)


@dataclass(kw_only=True)
class IncrementReading(Reading):
    ended: list[str] = field(default_factory=list)  # entry ids


def import_increment(where: str) -> Report:
    """Build on the catalogue in use. The same file again changes nothing.

    :raises Refused: with the reason; the catalogue in use stays as it was.
    :raises Busy: another import is running.
    """
    with source.fetched(where) as path:
        with source.xml_stream(path) as stream:
            check_root(stream)
        with transaction.atomic(), connection.cursor() as cursor:
            lock(cursor)
            return _import(path, where, cursor)


def _import(path: Path, where: str, cursor: CursorWrapper) -> Report:
    current = Version.objects.filter(is_current=True).first()
    if current is None:
        raise Refused(NO_BASE)
    fingerprint = source.digest(path)
    same = already_known(current, fingerprint, accepted="")
    if same is not None:
        return same
    before, reading = active_counts(cursor), IncrementReading()
    with Stage(cursor, next_version(cursor)) as stage:
        with source.xml_stream(path) as stream:
            for table, cells in _read(stream, reading, current):
                stage.add(table, cells)
            size = stream.tell()
        stage.finish()
    version = record_version(
        reading, current, pk=stage.version, source=where, sha256=fingerprint, size=size, kind="increment"
    )
    changes = {name: _merge(cursor, stage, name, reading.ended) for name in TABLES}
    after = active_counts(cursor)
    guards.still_complete(before, after)
    _whole(cursor, stage, reading)
    version.counts = current.counts | after
    version.changes = {name: [change.written, change.expired] for name, change in changes.items()}
    version.save(update_fields=["changes", "counts"])
    history.forget_old()
    return Report(
        version=version.pk, extracted_at=reading.extracted_at, counts=version.counts, changes=changes
    )


def _read(stream: IO[bytes], reading: IncrementReading, current: Version) -> Iterator[Row]:
    try:
        context = etree.iterparse(
            stream, events=("end",), tag=(*ENTRY_TAGS, EXTRACTED), huge_tree=True, no_network=True,
            resolve_entities=False,
        )  # fmt: skip
        for _, element in context:
            if element.tag == EXTRACTED:
                note_extraction(element, reading)
                guards.newer(reading, current)
            elif _status(element) == ENDED:
                reading.ended.append((element[0].text or "").strip())
                element.clear()
            else:
                yield from entry_rows(element, reading)
    except BROKEN as error:
        raise Refused(f"Filen er avkortet eller ødelagt: {error}") from error
    if not reading.extracted_at:
        raise Refused("Filen mangler HentetDato.")


def _status(element: etree._Element) -> str:
    return next((child.get("V") or "" for child in element if local(child.tag) == "Status"), "")


def _merge(cursor: CursorWrapper, stage: Stage, table: str, ended: list[str]) -> Changes:
    """New and changed rows written, rows of ended entries marked; the rest of the table is not looked at."""
    straight = table in stage.straight
    history.keep_changed(cursor, table, stage.version, straight=straight)
    if straight:
        return Changes(written=len(stage.seen[table]), expired=0)
    history.keep_ended(cursor, table, stage.version, ended)
    written = stage.upsert(table)
    place = sql.Identifier(TABLES[table]._meta.db_table)
    cursor.execute(
        sql.SQL(
            "UPDATE {table} AS old SET expired_on = %s WHERE expired_on IS NULL AND entry_id = ANY(%s) "
            "AND NOT EXISTS (SELECT 1 FROM {stage} AS new WHERE new.key = old.key)"
        ).format(table=place, stage=sql.Identifier(f"stage_{table}")),
        [clock.today(), ended],
    )
    return Changes(written=written, expired=cursor.rowcount)


def active_counts(cursor: CursorWrapper) -> dict[str, int]:
    """Entries in force per catalogue, as a full file would count them."""
    found = {}
    for catalogue, places in CATALOGUE_TABLES.items():
        found[catalogue] = 0
        for table, kind in places:
            where = sql.SQL(" AND kind = {kind}").format(kind=sql.Literal(kind)) if kind else sql.SQL("")
            query = sql.SQL("SELECT count(DISTINCT entry_id) FROM {table} WHERE expired_on IS NULL{where}")
            cursor.execute(query.format(table=sql.Identifier(TABLES[table]._meta.db_table), where=where))
            row = cursor.fetchone()
            found[catalogue] += int(row[0]) if row else 0
    return found


def _whole(cursor: CursorWrapper, stage: Stage, reading: IncrementReading) -> None:
    """Nothing in force names what is not: neither what came, nor what was there and lost something."""
    missing = reading.references - set().union(*stage.seen.values())
    if missing:
        missing -= _known(cursor, missing)
    if missing:
        raise Refused(DANGLING.format(count=len(missing), example=min(missing)))
    gone = _keys_ended(cursor, stage.version)
    for query in LEFT_BEHIND if gone else ():
        cursor.execute(query, [gone] * query.count("%s"))
        left = cursor.fetchone()
        if left:
            raise Refused(DANGLING.format(count="utgåtte", example=left[0]))


def _known(cursor: CursorWrapper, keys: set[str]) -> set[str]:
    found: set[str] = set()
    for model in TABLES.values():
        query = sql.SQL("SELECT key FROM {table} WHERE expired_on IS NULL AND key = ANY(%s)")
        cursor.execute(query.format(table=sql.Identifier(model._meta.db_table)), [list(keys)])
        found.update(row[0] for row in cursor.fetchall())
    return found


def _keys_ended(cursor: CursorWrapper, version: int) -> list[str]:
    """Keys of products and substances the increment has marked."""
    found: list[str] = []
    for table in ("drug", "substance", "strength"):
        query = sql.SQL(
            "SELECT kept.key FROM fest_replaced kept JOIN {table} now ON now.key = kept.key "
            'WHERE kept.version_id = %s AND kept."table" = %s AND now.expired_on IS NOT NULL'
        )
        cursor.execute(query.format(table=sql.Identifier(TABLES[table]._meta.db_table)), [version, table])
        found += [row[0] for row in cursor.fetchall()]
    return found

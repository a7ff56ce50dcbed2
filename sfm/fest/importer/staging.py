"""Rows go by COPY to temporary tables, and from there in one transaction into the catalogue."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from psycopg import sql

from sfm.fest import models
from sfm.fest.importer.errors import Refused

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import date

    from django.db.backends.utils import CursorWrapper

    from sfm.fest.importer.drugs import Cells

TABLES: dict[str, type[models.FestRow]] = {
    model._meta.model_name or "": model
    for model in (
        models.Drug,
        models.Substance,
        models.Strength,
        models.SubstitutionGroup,
        models.ReimbursementGroup,
        models.Term,
        models.Interaction,
        models.NotAssessed,
        models.ShortDose,
        models.Commodity,
        models.Notice,
        models.CodeValue,
    )
}
NATURAL_KEYS = {
    "commodity",
    "codevalue",
    "shortdose",
}  # FEST gives these no inner id, so a key may come twice
BATCH = 1_000  # rows per COPY: a few megabytes at most
UNDER_WAY = 3  # batches that may wait for the database while reading goes on


def columns(model: type[models.FestRow]) -> list[str]:
    """Column names in the order the readers produce cells; the bookkeeping columns come last and are ours."""
    names = [field.column or field.name for field in model._meta.concrete_fields]
    own = ["key", "entry_id"]
    return own + [name for name in names if name not in {*own, "first_version_id", "expired_on"}]


@dataclass(frozen=True, kw_only=True)
class Changes:
    written: int
    expired: int


class Stage:
    """Temporary tables of one import; they vanish with its transaction.

    A thread of its own carries the batches, so that PostgreSQL writes while we read. Until `finish` it alone uses the
    connection. An empty table needs no stage: its rows are copied straight in.
    """

    def __init__(self, cursor: CursorWrapper, version: int) -> None:
        self.cursor, self.version = cursor, version
        self.seen: dict[str, set[str]] = {name: set() for name in TABLES}
        self.waiting: dict[str, list[Cells]] = {name: [] for name in TABLES}
        self.columns = {name: columns(model) for name, model in TABLES.items()}
        self.carrier = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fest-copy")
        self.under_way: deque[Future[None]] = deque()
        self.straight = {name for name, model in TABLES.items() if not model._default_manager.exists()}
        for name in TABLES:
            # an import inside a longer transaction finds the previous one's
            self._run("DROP TABLE IF EXISTS pg_temp.{stage}", name)
            self._run(
                "CREATE TEMP TABLE {stage} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA", name
            )

    def add(self, table: str, cells: Cells) -> None:
        """Keep a row. A second row with the same key refuses the file, or is dropped where FEST has no key."""
        key = cells[0]
        if key in self.seen[table]:
            if table in NATURAL_KEYS:
                return
            raise Refused(f"Id {key or '(tom)'} forekommer to ganger i filen.")
        self.seen[table].add(key)
        waiting = self.waiting[table]
        waiting.append(cells)
        if len(waiting) >= BATCH:
            self._copy(table)

    def finish(self) -> None:
        for table in TABLES:
            self._copy(table)
        while self.under_way:
            self.under_way.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.carrier.shutdown(wait=True, cancel_futures=True)

    def _copy(self, table: str) -> None:
        if len(self.under_way) >= UNDER_WAY:
            self.under_way.popleft().result()
        batch, self.waiting[table] = self.waiting[table], []
        self.under_way.append(self.carrier.submit(self._carry, table, batch))

    def _carry(self, table: str, batch: list[Cells]) -> None:
        straight = table in self.straight
        template = (
            "COPY {table} ({columns}, first_version_id) FROM STDIN"
            if straight
            else "COPY {stage} ({columns}) FROM STDIN"
        )
        with self.cursor.copy(self._sql(template, table)) as copy:
            for cells in batch:
                copy.write_row((*cells, self.version) if straight else cells)

    def swap(self, table: str, today: date) -> Changes:
        """Make the table equal to the stage: new and changed rows written, missing ones marked expired."""
        if table in self.straight:
            return Changes(written=len(self.seen[table]), expired=0)
        written = self.upsert(table)
        self._run(
            "UPDATE {table} AS old SET expired_on = %s WHERE expired_on IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM {stage} AS new WHERE new.key = old.key)",
            table,
            today,
        )
        return Changes(written=written, expired=self.cursor.rowcount)

    def upsert(self, table: str) -> int:
        """New and changed rows of the stage written; how many."""
        self._run(
            "INSERT INTO {table} AS old ({columns}, first_version_id) SELECT {columns}, %s FROM {stage} "
            "ON CONFLICT (key) DO UPDATE SET ({columns}, first_version_id, expired_on) = ({excluded}, %s, NULL) "
            "WHERE old.entry_id <> EXCLUDED.entry_id OR old.expired_on IS NOT NULL",
            table,
            self.version,
            self.version,
        )
        return int(self.cursor.rowcount)

    def _sql(self, template: str, table: str) -> sql.Composed:
        names = self.columns[table]
        return sql.SQL(template).format(
            stage=sql.Identifier(f"stage_{table}"),
            table=sql.Identifier(TABLES[table]._meta.db_table),
            columns=sql.SQL(", ").join(map(sql.Identifier, names)),
            excluded=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in names),
        )

    def _run(self, template: str, table: str, *parameters: Any) -> None:
        self.cursor.execute(self._sql(template, table), parameters)

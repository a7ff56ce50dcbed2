"""(Sammenstilling) Local rows, PLL, RF and KJ put together (clinical.md 7.2, eresept.md 9.5). Pure.

The same input in any order gives the same decisions; running it again on its own result brings no news; a row with
unsent work is never changed; what a source leaves out ends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sfm.medication.rules.renewal_chains import Chains

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

ACTIVE = frozenset("EUBH")  # 7408: can be dispensed on, or will be
RANK = {"PLL": 0, "RF": 1, "KJ": 2}


class Kind(StrEnum):
    SAME = "same"
    NEW = "new_elsewhere"
    CHANGED = "changed_elsewhere"
    DISCONTINUED = "discontinued_elsewhere"
    RECALLED = "recalled_elsewhere"
    STATUS = "status"  # an own or known prescription moved in RF
    ATTACHED = "attached"  # a prescription belonging to a known row
    HISTORY = "dispensed_info_only"
    CONFLICT = "local_unsent_conflict"
    LOOSE = "loose"
    REVIVED = "revived"  # erased here, and somebody else has put it into the list since: a person decides


@dataclass(frozen=True, kw_only=True)
class Record:
    """One thing a source says. `fields` is what is compared; `data` is what will be written."""

    source: str  # PLL | RF | KJ
    lib_id: str = ""
    resept_id: str = ""
    previous_id: str = ""
    status: str = ""  # 7408
    recalled: bool = False
    discontinued: bool = False
    changed_at: datetime | None = None
    by: str = ""
    by_short: str = ""  # as the list says it
    fields: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_force(self) -> bool:
        """A prescription that can be dispensed on, or will be."""
        return self.status in ACTIVE and not self.recalled

    @property
    def order(self) -> tuple[int, str, str, float, str, str]:
        """The same whatever order they came in; of two that tell of the same thing, the newest first."""
        newest = -self.changed_at.timestamp() if self.changed_at else 0.0
        said = f"{self.status}{self.recalled}{self.discontinued}{sorted(self.fields.items())}"
        return (RANK[self.source], self.lib_id, self.resept_id, newest, said, self.previous_id)


@dataclass(frozen=True, kw_only=True)
class Local:
    """A row of ours. `base` is what its unsent work started from; None when nothing is unsent."""

    id: UUID
    lib_id: str
    resept_ids: frozenset[str] = frozenset()
    recalled_ids: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    base: Mapping[str, str] | None = None
    active: bool = True
    erased: bool = False  # entered in error here: a list that still has it does not bring it back
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to make of a record: for the row `row`, or for a new row when that is None."""

    kind: Kind
    record: Record
    row: UUID | None = None
    lib_id: str = ""  # of the list entry a prescription belongs to, when that entry is new here too
    changes: tuple[tuple[str, str, str], ...] = ()  # (field, before, after)
    adopt: bool = (
        False  # the row takes the entry's lib_id: two wrote the same prescription, one entry remains
    )
    follows: str = ""  # the prescription of its chain that makes a new row: it joins that row


def normalised(text: str) -> str:
    """Two ways of writing the same: case, spaces and a last full stop do not count."""
    return " ".join(text.replace("\u00a0", " ").casefold().split()).rstrip(".")


def merge(local: Iterable[Local], records: Iterable[Record]) -> tuple[Decision, ...]:
    """One decision per record."""
    return _Merge(local).run(sorted(records, key=lambda record: record.order))


class _Merge:
    def __init__(self, local: Iterable[Local]) -> None:
        rows = sorted(local, key=lambda row: row.lib_id)
        self.by_lib = {row.lib_id: row for row in rows}
        self.by_id = {row.id: row for row in rows}
        self.by_resept = {resept: row for row in rows for resept in sorted(row.resept_ids)}
        self.new_entries: dict[str, str] = {}  # resept-id → lib_id of an entry new to us
        self.named: dict[str, UUID] = {}  # resept-id → our row whose entry in the list names it
        self.placed: dict[str, tuple[UUID | None, str]] = {}  # resept-id → where it went in this merge
        self.seen: set[tuple[str, str, str]] = set()
        self.listed: set[str] = set()
        self.in_rf: set[str] = set()  # resept-ids RF speaks of: its word on them goes before KJ's
        self.adopted: set[UUID] = set()
        self.chains = Chains(())
        self.heads: dict[str, str] = {}  # resept-id unknown here → the one of its chain that makes the row

    def run(self, records: list[Record]) -> tuple[Decision, ...]:
        fresh = []
        for record in records:
            key = (record.source, record.lib_id, record.resept_id)
            if key not in self.seen:
                self.seen.add(key)
                fresh.append(record)
        self.listed = {record.lib_id for record in fresh if record.lib_id}
        self.in_rf = {record.resept_id for record in fresh if record.source == "RF"}
        listed = sorted(  # of two entries with one prescription it belongs to the one in use
            (record for record in fresh if record.lib_id), key=lambda record: record.discontinued
        )
        entries = [self._entry(record) for record in listed]
        told = [record for record in fresh if not record.lib_id]
        self.chains = Chains(told)
        self._find_heads()
        return (*entries, *(self._prescription(record) for record in self._in_turn(told)))

    def _in_turn(self, told: list[Record]) -> list[Record]:
        """A renewal after what it renews; but what makes a row before those that join it."""
        place = {ident: number for number, ident in enumerate(self.chains.oldest_first())}
        joined = set(self.heads.values())
        return sorted(told, key=lambda one: (one.resept_id not in joined, place[one.resept_id], one.order))

    def _find_heads(self) -> None:
        """Of a chain none of which is known here the newest in force makes the row, and the others join it."""
        for ident, record in self.chains.first.items():
            if ident in self.heads or not self._is_loose(record):
                continue
            chain = [ident, *self.chains.kin(ident)]
            loose = [one for one in chain if self._is_loose(self.chains.first.get(one))]
            head = max(loose, key=self._newest)
            self.heads |= {one: head for one in chain if one in self.chains.first and one != head}

    def _is_loose(self, record: Record | None) -> bool:
        if record is None or not record.in_force or record.resept_id in self.by_resept:
            return False
        return self._place(record) is None

    def _newest(self, ident: str) -> tuple[int, float, str]:
        record = self.chains.first[ident]
        written = record.changed_at.timestamp() if record.changed_at else 0.0
        return self.chains.depth(ident), written, ident

    def _entry(self, record: Record) -> Decision:
        row = self.by_lib.get(record.lib_id)
        if row is not None:
            if record.resept_id and not row.erased and not record.discontinued:
                self.named.setdefault(record.resept_id, row.id)
            return _compare(row, record)
        row = self._same_prescription(record)
        if row is not None and row.base is None:
            self.adopted.add(row.id)
            found = _compare(row, record)
            return Decision(
                kind=found.kind,
                record=record,
                row=row.id,
                changes=found.changes,
                lib_id=record.lib_id,
                adopt=True,
            )
        if row is not None:
            return Decision(kind=Kind.CONFLICT, record=record, row=row.id, changes=_differences(row, record))
        if record.resept_id:
            self.new_entries.setdefault(record.resept_id, record.lib_id)
        return Decision(kind=Kind.NEW, record=record, lib_id=record.lib_id)

    def _same_prescription(self, record: Record) -> Local | None:
        """Our row for the entry's prescription, unless the list has an entry of ours for that row already."""
        row = self.by_resept.get(record.resept_id) if record.resept_id else None
        taken = row is None or row.lib_id in self.listed or row.id in self.adopted
        return None if taken else row

    def _prescription(self, record: Record) -> Decision:
        row = self.by_resept.get(record.resept_id)
        if row is not None:
            known = record.resept_id in row.recalled_ids
            news = record.recalled and not known and not self._rf_says_otherwise(record)
            return Decision(kind=Kind.RECALLED if news else Kind.STATUS, record=record, row=row.id)
        if record.resept_id in self.placed:  # another source said it first; this one adds its dispensings
            where, lib_id = self.placed[record.resept_id]
            return Decision(kind=Kind.STATUS, record=record, row=where, lib_id=lib_id)
        return self._unknown(record)

    def _rf_says_otherwise(self, record: Record) -> bool:
        """KJ adds dispensings to what RF tells; of the status RF decides."""
        return record.source == "KJ" and record.resept_id in self.in_rf

    def _unknown(self, record: Record) -> Decision:
        place = self._place(record)
        head = self.heads.get(record.resept_id, "") if place is None else ""
        self.placed[record.resept_id] = place or (None, "")
        if place is None and not head:
            kind = Kind.LOOSE if record.in_force else Kind.HISTORY
            return Decision(kind=kind, record=record)
        row, lib_id = place or (None, "")
        changes = self._renewed(record, row)
        kind = Kind.CHANGED if changes else Kind.ATTACHED
        return Decision(kind=kind, record=record, row=row, lib_id=lib_id, changes=changes, follows=head)

    def _place(self, record: Record) -> tuple[UUID | None, str] | None:
        """The row of ours, or the new entry, that a prescription unknown here belongs to: by the list's word, or by the
        nearest of its chain. One that can be dispensed on is never hidden behind a row that is erased or ended."""
        for ident in (record.resept_id, *self.chains.kin(record.resept_id)):
            if ident in self.new_entries:
                return None, self.new_entries[ident]
            known = self.by_id.get(self.named[ident]) if ident in self.named else self.by_resept.get(ident)
            if known is not None and (not record.in_force or (known.active and not known.erased)):
                return known.id, ""
        return None

    def _renewed(self, record: Record, place: UUID | None) -> tuple[tuple[str, str, str], ...]:
        """What a renewal of a prescription of the row changes on it."""
        known = (self.by_resept.get(ident) for ident in self.chains.ancestors(record.resept_id))
        row = next((one for one in known if one is not None), None)
        if row is None or row.id != place or not self._rules(record, row):
            return ()
        return _differences(row, record)

    def _rules(self, record: Record, row: Local) -> bool:
        """A renewal written elsewhere changes the row, unless the list speaks of it: then the list decides."""
        if row.base is not None or row.lib_id in self.listed or not record.in_force:
            return False
        return not _is_newer(row.changed_at, record.changed_at)


def _compare(row: Local, record: Record) -> Decision:
    if row.erased:
        older = row.base is not None or _is_newer(row.changed_at, record.changed_at)
        return Decision(kind=Kind.SAME if older else Kind.REVIVED, record=record, row=row.id)
    changes = _differences(row, record)
    ended = record.discontinued and row.active
    if not changes and not ended:
        return Decision(kind=Kind.SAME, record=record, row=row.id)
    if row.base is not None:
        untouched = not ended and not _between(row.base, record.fields)
        kind = Kind.SAME if untouched else Kind.CONFLICT
        return Decision(kind=kind, record=record, row=row.id, changes=changes)
    if _is_newer(row.changed_at, record.changed_at):
        return Decision(kind=Kind.SAME, record=record, row=row.id)
    kind = Kind.DISCONTINUED if ended else Kind.CHANGED
    return Decision(kind=kind, record=record, row=row.id, changes=changes)


def _is_newer(ours: datetime | None, theirs: datetime | None) -> bool:
    return ours is not None and theirs is not None and ours >= theirs


def _differences(row: Local, record: Record) -> tuple[tuple[str, str, str], ...]:
    return _between(row.fields, record.fields)


def _between(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Only what both sides say something about."""
    return tuple(
        (name, ours[name], theirs[name])
        for name in sorted(ours.keys() & theirs.keys())
        if normalised(ours[name]) != normalised(theirs[name])
    )

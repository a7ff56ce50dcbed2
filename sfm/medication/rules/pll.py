"""(PLL) What belongs in the shared list, and merging with a list that changed meanwhile (eresept.md 9). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

TAIL = timedelta(days=90)  # a discontinued entry stays this long (rule 9)
NOT_LISTED = ("4",)  # 9101 vaccine (rule 6); supplements are listed


@dataclass(frozen=True, kw_only=True)
class Facts:
    lifecycle: str
    review: str
    use_type: str
    product_kind: str
    discontinued_at: datetime | None
    shelf: str = product_kinds.LIB
    locked: bool = False  # stands on a locked prescription


def belongs(row: Facts, now: datetime) -> bool:
    """Rules 6, 9, 10, 11 and 13: complete, no vaccines, no wares, nothing locked, 90 days' tail, nothing entered in
    error, nothing undecided."""
    if row.lifecycle == "entered_in_error" or row.use_type in NOT_LISTED:
        return False
    if row.shelf != product_kinds.LIB or row.locked:  # rules 6 and 11: RF refuses what is locked (239)
        return False
    if row.review in ("pending_decision", "history_only", "dismissed"):
        return False
    if row.discontinued_at is None:
        return row.lifecycle != "discontinued"
    return now - row.discontinued_at <= TAIL  # also one whose day has come without anybody touching the row


class Outcome(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"
    GONE = "gone"
    CONFLICT = "conflict"


@dataclass(frozen=True, kw_only=True)
class Merged:
    """One entry after the merge. `entry` is what stands; `theirs` the other side of a conflict."""

    id: str
    outcome: Outcome
    entry: Mapping[str, Any] | None
    theirs: Mapping[str, Any] | None = None
    duplicate: bool = False  # both sides added the same substance: warn


def three_way(
    base: Mapping[str, Mapping[str, Any]],
    theirs: Mapping[str, Mapping[str, Any]],
    ours: Mapping[str, Mapping[str, Any]],
) -> tuple[Merged, ...]:
    """The table of eresept.md 9.5, by entry id. Entries are compared without `changed_at`, which only breaks ties."""
    same_prescription = _same_prescription(base, theirs, ours)
    merged = []
    for id_ in sorted(base.keys() | theirs.keys() | ours.keys()):
        if id_ in same_prescription:
            continue  # their id keeps the entry
        merged.append(_one(id_, base.get(id_), theirs.get(id_), ours.get(id_)))
    return tuple(_marked(one, base, theirs, ours) for one in merged)


def _one(
    id_: str,
    base: Mapping[str, Any] | None,
    theirs: Mapping[str, Any] | None,
    ours: Mapping[str, Any] | None,
) -> Merged:
    if base is None:
        found = theirs if theirs is not None else ours
        if theirs is not None and ours is not None and _content(theirs) != _content(ours):
            return Merged(id=id_, outcome=Outcome.CONFLICT, entry=ours, theirs=theirs)
        outcome = Outcome.THEIRS if theirs is not None else Outcome.OURS
        return Merged(id=id_, outcome=outcome, entry=found)
    we_changed = ours is None or _content(ours) != _content(base)
    they_changed = theirs is None or _content(theirs) != _content(base)
    if not they_changed:
        return Merged(id=id_, outcome=Outcome.OURS if ours is not None else Outcome.GONE, entry=ours)
    if not we_changed or _content(ours) == _content(theirs):
        return Merged(id=id_, outcome=Outcome.THEIRS if theirs is not None else Outcome.GONE, entry=theirs)
    return Merged(id=id_, outcome=Outcome.CONFLICT, entry=ours, theirs=theirs)


def _content(entry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if entry is None else {name: value for name, value in entry.items() if name != "changed_at"}


def _same_prescription(
    base: Mapping[str, Mapping[str, Any]],
    theirs: Mapping[str, Mapping[str, Any]],
    ours: Mapping[str, Mapping[str, Any]],
) -> set[str]:
    """Our ids of entries both sides added for the same prescription."""
    their_new = {e["resept_id"] for id_, e in theirs.items() if id_ not in base and e.get("resept_id")}
    return {
        id_
        for id_, e in ours.items()
        if id_ not in base and id_ not in theirs and e.get("resept_id") in their_new
    }


def _marked(
    one: Merged,
    base: Mapping[str, Mapping[str, Any]],
    theirs: Mapping[str, Mapping[str, Any]],
    ours: Mapping[str, Mapping[str, Any]],
) -> Merged:
    substance = (one.entry or {}).get("substance")
    if one.id in base or not substance:
        return one
    other = ours if one.id in theirs else theirs
    twin = any(
        e.get("substance") == substance for id_, e in other.items() if id_ not in base and id_ != one.id
    )
    return Merged(id=one.id, outcome=one.outcome, entry=one.entry, theirs=one.theirs, duplicate=twin)

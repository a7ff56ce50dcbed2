"""(Avgjørelse om en oppføring) What became of each record of a source: by the machine, and by a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.medication.models import MergeDecision, Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

# Known again, and nothing to it: told once of each record, not at every look-up
QUIET = frozenset({"same", "status", "attached"})
# Acts that decide about what a source said, whatever the row's state was
DECIDES = frozenset({"kept_ours", "took_theirs", "brought_back", "entered_in_error", "undone"})


@dataclass(frozen=True, kw_only=True)
class Found:
    """One record, and what the merge made of it. `treatment_id`: the row it stands on; None when it is kept out."""

    source: str
    record: str
    kind: str
    treatment_id: UUID | None
    snapshot_id: UUID | None
    event_id: UUID | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def by_machine(patient: UUID, found: Iterable[Found]) -> int:
    """Keep what differs from what was decided last about the same record; returns how many."""
    last = {(one.source, one.record): one for one in _latest(patient)}
    new = [one for one in found if _is_new(one, last.get((one.source, one.record)))]
    MergeDecision.objects.bulk_create(
        MergeDecision(
            patient_key=patient,
            treatment_id=one.treatment_id,
            source=one.source,
            record=one.record[:80],
            snapshot_id=one.snapshot_id,
            event_id=one.event_id,
            kind=one.kind,
            told=dict(one.told),
            at=clock.now(),
        )
        for one in new
    )
    return len(new)


def decides(before: Mapping[str, Any], row: Treatment, verb: str) -> bool:
    """Whether an act settles something a source brought."""
    waited = before.get("review") not in (None, Review.CONFIRMED)
    return verb in DECIDES or (waited and before.get("review") != row.review)


def by_person(
    row_id: UUID,
    verb: str,
    *,
    by: Actor,
    patient: UUID,
    event_id: UUID | None = None,
    into: UUID | None = None,
    note: str = "",
) -> int:
    """What was decided about every record that stands on the row; `into`: the row they stand on from now. Returns how
    many records it was about."""
    standing = [one for one in _latest(patient) if one.treatment_id == row_id]
    MergeDecision.objects.bulk_create(
        MergeDecision(
            patient_key=patient,
            treatment_id=into or row_id,
            source=one.source,
            record=one.record,
            event_id=event_id,
            kind=verb,
            told={name: one.told[name] for name in ("by", "on") if name in one.told} | {"note": note},
            by_id=by.practitioner_id,
            by_name=by.name,
            at=clock.now(),
        )
        for one in standing
    )
    return len(standing)


def _latest(patient: UUID) -> Iterable[MergeDecision]:
    """The last decision about each record. One SQL query."""
    found = MergeDecision.objects.filter(patient_key=patient)
    return found.order_by("source", "record", "-at", "-id").distinct("source", "record")


def _is_new(one: Found, last: MergeDecision | None) -> bool:
    if last is None:
        return True
    if last.treatment_id != one.treatment_id:
        return one.treatment_id is not None  # what a person has taken away from the list is not told of again
    if one.kind in QUIET:
        return False
    return (last.kind, last.told.get("changes")) != (one.kind, one.told.get("changes"))

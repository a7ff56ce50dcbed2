"""Three-way views in words: of a row in conflict, and of a draft whose ground has moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.core.errors import NotFound
from sfm.medication import content_data, content_rows, their_row
from sfm.medication.models import Draft, Treatment
from sfm.medication.queries import fields, versions, words
from sfm.medication.rules import field_merge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sfm.medication.content import TreatmentContent

SHOWN = tuple(name for name in fields.SHOWN if name not in ("lifecycle", "suspension_note"))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One field: what it was, what each side made of it, and which is preselected ("" when a person must choose)."""

    name: str
    label: str
    base: str
    theirs: str
    ours: str
    chosen: str


@dataclass(frozen=True, kw_only=True)
class ThreeWay:
    choices: tuple[Choice, ...]
    by: str  # who changed it meanwhile
    when: str
    version: int = 0  # of the row, as it is now


def of_row(treatment_id: UUID, *, patient_key: UUID) -> ThreeWay | None:
    """None when there is no conflict. Raises NotFound for a foreign row."""
    row = Treatment.objects.filter(pk=treatment_id, patient_key=patient_key).first()
    if row is None or row.is_erased:
        raise NotFound
    found = row.difference or {}
    if not found.get("conflict"):
        return None
    theirs = their_row.snapshot(row) if their_row.of(row) else found.get("theirs", {})
    ours = content_rows.snapshot(row, SHOWN)
    base = {**ours, **{name: value for name, value in (row.unsent_base or {}).items() if name in SHOWN}}
    theirs = {**base, **{name: value for name, value in theirs.items() if name in SHOWN}}
    return ThreeWay(
        choices=choices(base, theirs, ours),
        by=found.get("their_name") or found.get("by", ""),
        when=_day(found.get("their_time", "")),
        version=row.version,
    )


def of_draft(draft_id: UUID, *, patient_key: UUID) -> ThreeWay | None:
    """None when nothing has happened to the treatment since the draft was written, or it has none."""
    draft = Draft.objects.filter(pk=draft_id, patient_key=patient_key).first()
    if draft is None:
        raise NotFound
    row = (
        Treatment.objects.filter(pk=draft.treatment_id, patient_key=patient_key).first()
        if draft.treatment_id
        else None
    )
    if row is None or row.version == draft.base_version:
        return None
    since = versions.since(row, draft.base_version)
    now = content_rows.snapshot(row, SHOWN)
    base = {name: since.base.get(name) for name in SHOWN}
    ours = _proposed(draft) if draft.kind == "change" else base
    return ThreeWay(
        choices=choices(base, now, {**base, **ours}), by=since.by, when=_moment(since.at), version=row.version
    )


def of_content(
    treatment_id: UUID, content: TreatmentContent, *, patient_key: UUID, seen_version: int
) -> ThreeWay | None:
    """What somebody is about to store on a row that has moved. None when it has moved in nothing that is shown."""
    row = Treatment.objects.filter(pk=treatment_id, patient_key=patient_key).first()
    if row is None or row.is_erased:
        raise NotFound
    since = versions.since(row, seen_version)
    if not since.changes:
        return None
    mine = Treatment()
    content_rows.fill(mine, content)
    said = content_rows.snapshot(mine, SHOWN)
    now = content_rows.snapshot(row, SHOWN)
    base = {name: since.base.get(name) for name in SHOWN}
    ours = {**base, **{name: value for name, value in said.items() if name not in NOT_PROPOSED}}
    return ThreeWay(
        choices=choices(base, now, ours), by=since.by, when=_moment(since.at), version=row.version
    )


def choices(
    base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> tuple[Choice, ...]:
    found = field_merge.three_way(
        {name: fields.said(name, base.get(name)) for name in SHOWN},
        {name: fields.said(name, theirs.get(name)) for name in SHOWN},
        {name: fields.said(name, ours.get(name)) for name in SHOWN},
    )
    return tuple(
        Choice(
            name=one.name,
            label=fields.NAMES[one.name],
            base=one.base,
            theirs=one.theirs,
            ours=one.ours,
            chosen=one.chosen,
        )
        for one in found
    )


def _proposed(draft: Draft) -> dict[str, Any]:
    proposed = Treatment()
    content_rows.fill(proposed, content_data.from_data(draft.proposal))
    said = content_rows.snapshot(proposed, SHOWN)
    return {name: value for name, value in said.items() if name not in NOT_PROPOSED}


NOT_PROPOSED = ("suspended_from", "suspended_to", "discontinuation_reason")


def _day(text: str) -> str:
    return fields.day(text) if text else ""


def _moment(at: datetime | None) -> str:
    return words.clock_time(at) if at else ""

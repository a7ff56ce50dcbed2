"""(Ikke aktuelt) History the journal does not want in its list: put away here, nowhere else (clinical.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Invalid
from sfm.medication import content_rows
from sfm.medication.actions import ledger, rows
from sfm.medication.actions.confirmation import CONFIRM
from sfm.medication.models import Review

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

WHY = "Ikke aktuelt"


@transaction.atomic
def dismiss_history_row(
    *, treatment_id: UUID, by: Actor, patient: UUID, version: int, reason: str = ""
) -> Treatment:
    """A row of dispensings or paper that nobody needs to decide about. A loose prescription is not one."""
    by.require(CONFIRM)
    row = _dismiss(treatment_id, by, patient, version, reason)
    _note([row], reason, by, patient)
    return row


@transaction.atomic
def dismiss_many(*, ids: Iterable[tuple[UUID, int]], by: Actor, patient: UUID) -> int:
    """All of them or none. One note."""
    by.require(CONFIRM)
    done = [_dismiss(pk, by, patient, version, "") for pk, version in ids]
    _note(done, "", by, patient)
    return len(done)


@transaction.atomic
def bring_back(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Undo a dismissal: the row is history to be considered again."""
    by.require(CONFIRM)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    if row.review != Review.DISMISSED:
        raise Invalid("Raden er ikke lagt bort.")
    before = content_rows.snapshot(row)
    row.review = Review.HISTORY_ONLY
    back = rows.store(row, "brought_back", by=by, before=before)
    text = f"Likevel vurdert: {row.name_form_strength}."
    ledger.note("TreatmentNotImported", text, by=by, patient=patient, treatment_id=row.pk)
    return back


def _dismiss(treatment_id: UUID, by: Actor, patient: UUID, version: int, reason: str) -> Treatment:
    row = rows.fetch(treatment_id, patient=patient, version=version)
    if row.review != Review.HISTORY_ONLY:
        raise Invalid("Bare historikk kan legges bort. En resept må bekreftes eller seponeres.")
    before = content_rows.snapshot(row)
    row.review = Review.DISMISSED
    return rows.store(row, "dismissed", by=by, before=before, note=reason.strip())


def _note(done: list[Treatment], reason: str, by: Actor, patient: UUID) -> None:
    names = ", ".join(row.name_form_strength for row in done)
    if names:
        text = f"Ikke tatt inn: {names}. Grunn: {reason.strip() or WHY}."
        ledger.note("TreatmentNotImported", text, by=by, patient=patient)

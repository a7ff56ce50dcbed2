"""(Konflikt) Changed here and elsewhere, and a person chooses: ours, or theirs (clinical.md 4.4, eresept.md 9.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict
from sfm.medication import content_rows, their_row
from sfm.medication.actions import editing, prescriptions, rows
from sfm.medication.models import Review

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment


@transaction.atomic
def keep_ours(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Our unsent work stands, made with knowledge of theirs."""
    row = _in_conflict(treatment_id, by, patient, version)
    before = content_rows.snapshot(row)
    rows.settle_review(row)
    return rows.store(row, "kept_ours", by=by, before=before)


@transaction.atomic
def take_theirs(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Our unsent work is undone, and the row says what they said."""
    row = _in_conflict(treatment_id, by, patient, version)
    theirs = their_row.of(row)
    if not theirs:
        raise Conflict("Den andre versjonen er ikke hentet. Oppdater fra Reseptformidleren først.")
    before = content_rows.snapshot(row)
    prescriptions.drop_draft(row)
    prescriptions.drop_recalls(row)
    content_rows.restore(row, row.unsent_base or {})
    their_row.fill(row, theirs)
    row.unsent_base, row.unsent_verb, row.unsent_by = None, "", None
    row.review, row.review_note, row.difference = Review.CONFIRMED, "", None
    return rows.store(row, "took_theirs", by=by, before=before)


def _in_conflict(treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if not rows.in_conflict(row):
        raise Conflict("Konflikten er allerede avgjort.")
    return row

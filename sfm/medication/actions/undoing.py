"""(Angre) Everything unsent can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict
from sfm.medication import content_rows
from sfm.medication.actions import editing, ledger, prescriptions, rows

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment


@transaction.atomic
def undo(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment | None:
    """Put the row back to what it was before anything unsent. A treatment never sent disappears: None."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if not row.unsent_verb:
        raise Conflict("Det er ingenting usendt å angre på denne raden.")
    before = content_rows.snapshot(row)
    prescriptions.drop_draft(row)
    prescriptions.drop_recalls(row)
    if row.unsent_verb == "created":
        ledger.event(row, "undone", by=by, before=before)
        row.delete()
        return None
    content_rows.restore(row, row.unsent_base or {})
    row.unsent_base, row.unsent_verb, row.unsent_by = None, "", None
    row.version += 1
    row.save()
    ledger.event(row, "undone", by=by, before=before, after=content_rows.snapshot(row))
    return row

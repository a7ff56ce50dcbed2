"""(Angre) Everything unsent can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict
from sfm.medication import content_rows
from sfm.medication.actions import editing, ledger, linking, merge_log, prescriptions, rows
from sfm.medication.models import Treatment

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor


UNDELIVERED_TASK = 107


@transaction.atomic
def undo(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment | None:
    """Put the row back to what it was before anything unsent. A treatment never sent disappears: None."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require_undo(by, row)
    if not row.unsent_verb:
        raise Conflict("Det er ingenting usendt å angre på denne raden.")
    before = content_rows.snapshot(row)
    prescriptions.drop_draft(row)
    prescriptions.drop_recalls(row)
    if row.unsent_verb == "created":
        ledger.event(row, "undone", by=by, before=before)
        row.delete()
        _nothing_ready(patient)
        return None
    linking.unlink(row)
    noted = (row.unsent_base or {}).get("_noted")
    content_rows.restore(row, row.unsent_base or {})
    row.unsent_base, row.unsent_verb, row.unsent_by = None, "", None
    row.version += 1
    row.save()
    line = ledger.event(row, "undone", by=by, before=before, after=content_rows.snapshot(row))
    if row.review != before["review"]:
        merge_log.by_person(row.pk, "undone", by=by, patient=patient, event_id=line.pk)
    _nothing_ready(patient)
    if noted:  # a note is never deleted: what was refused and given up gets one of its own
        ledger.close_work_items(UNDELIVERED_TASK, patient=patient)
        text = f"Ikke sendt: {row.name_form_strength}. Endringen er angret."
        ledger.note("ReseptSendFailed", text, by=by, patient=patient, treatment_id=row.pk)
    return row


def _nothing_ready(patient: UUID) -> None:
    if not Treatment.objects.filter(patient_key=patient).exclude(unsent_verb="").exists():
        ledger.close_work_items(ledger.READY_TASK, patient=patient, subject_id=None)

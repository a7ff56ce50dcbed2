"""Who may edit which row: all rows, or only those one has registered oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.models import TreatmentEvent

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

EDIT, EDIT_OWN = "lib.edit_local", "lib.edit_own"


def require(by: Actor, row: Treatment | None = None) -> None:
    """Raise Forbidden unless the actor may edit the row, or, without a row, add one."""
    if by.may(EDIT) or (by.may(EDIT_OWN) and (row is None or _own(by, row))):
        return
    by.require(EDIT)


def _own(by: Actor, row: Treatment) -> bool:
    return TreatmentEvent.objects.filter(
        treatment_id=row.pk, verb="created", by_id=by.practitioner_id
    ).exists()

"""Who may edit which row: all rows, or only those one has registered oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.queries import authorship
from sfm.medication.queries.authorship import EDIT, EDIT_OWN

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

# What somebody without the right to edit may have done to a row, and take back
CONFIRMING = frozenset({"confirmed", "linked"})


def require(by: Actor, row: Treatment | None = None) -> None:
    """Raise Forbidden unless the actor may edit the row, or, without a row, add one."""
    if by.may(EDIT) or (by.may(EDIT_OWN) and (row is None or _own(by, row))):
        return
    by.require(EDIT)


def require_undo(by: Actor, row: Treatment) -> None:
    """Whoever may edit the row; and whoever confirmed it, as long as nothing else is unsent on it."""
    acts = set((row.unsent_base or {}).get("_acts", ()))
    if row.unsent_by == by.practitioner_id and row.unsent_verb in CONFIRMING and acts <= CONFIRMING:
        return
    require(by, row)


def _own(by: Actor, row: Treatment) -> bool:
    return authorship.may_edit(by, patient_key=row.patient_key, treatment_id=row.pk)

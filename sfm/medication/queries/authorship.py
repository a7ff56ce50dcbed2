"""Which rows an actor may edit: all, or only those they registered themselves (lib.edit_own)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.models import TreatmentEvent

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

EDIT, EDIT_OWN = "lib.edit_local", "lib.edit_own"


def own_rows(actor: Actor, patient_key: UUID) -> frozenset[UUID] | None:
    """The patient's rows the actor may edit; None for all of them. No query but for those with `lib.edit_own` alone."""
    if actor.may(EDIT):
        return None
    if not actor.may(EDIT_OWN):
        return frozenset()
    made = TreatmentEvent.objects.filter(patient_key=patient_key, verb="created", by_id=actor.practitioner_id)
    return frozenset(made.values_list("treatment_id", flat=True))


def may_edit(actor: Actor, *, patient_key: UUID, treatment_id: UUID) -> bool:
    own = own_rows(actor, patient_key)
    return own is None or treatment_id in own

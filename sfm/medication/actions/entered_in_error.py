"""(Feilregistrert) A row that should never have been there: out of the list, without the 90 days' tail of what was
really used (clinical.md 3.5, eresept.md 9.2 rule 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Forbidden, Invalid
from sfm.medication import content_rows
from sfm.medication.actions import editing, prescriptions, rows
from sfm.medication.models import Delivery, Lifecycle, Prescription, TreatmentEvent
from sfm.medication.rules import reasons, rights

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

LONGEST = 250  # characters
DISPENSED = "Noe er utlevert på resepten. Behandlingen kan seponeres, ikke slettes."


@transaction.atomic
def mark_entered_in_error(
    *,
    treatment_id: UUID,
    reason: str,
    by: Actor,
    patient: UUID,
    version: int,
    grounds: str = reasons.OWN_INITIATIVE,
) -> Treatment:
    """By whoever wrote it, or a prescriber. What was sent is recalled first (7500 4) when this is signed. `reason` says
    what is wrong; `grounds` is who asked for the deletion (9237)."""
    if grounds not in reasons.DELETION:
        raise Invalid(fields={"grounds": "Velg hvorfor det slettes."})
    if not reason.strip():
        raise Invalid(fields={"reason": "Skriv hva som er feil."})
    if len(reason) > LONGEST:
        raise Invalid(fields={"reason": f"Skriv høyst {LONGEST} tegn."})
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if not (by.may(rights.PRESCRIBE) or _wrote(by, row)):
        raise Forbidden("Bare den som registrerte behandlingen eller en forskriver kan slette den.")
    if row.unsent_verb == "created":
        raise Invalid("Behandlingen er ikke sendt ennå. Angre den i stedet.")
    sent = Prescription.objects.filter(patient_key=patient, treatment_id=row.pk)
    if any(one.last_dispensed_at or one.dispensed for one in sent):
        raise Invalid(DISPENSED)
    before = content_rows.snapshot(row)
    prescriptions.drop_draft(row)
    for one in sent.exclude(delivery=Delivery.DRAFT):
        if one.is_active:
            prescriptions.plan_recall(one, prescriptions.OTHER, by=by, note=reason.strip())
    row.lifecycle, row.deletion_reason = Lifecycle.ENTERED_IN_ERROR, grounds
    rows.settle_review(row)
    return rows.store(
        row, "entered_in_error", by=by, before=before, note=reason.strip(), unsent="entered_in_error"
    )


def _wrote(by: Actor, row: Treatment) -> bool:
    made = TreatmentEvent.objects.filter(treatment_id=row.pk, verb="created", by_id=by.practitioner_id)
    return bool(made.exists())

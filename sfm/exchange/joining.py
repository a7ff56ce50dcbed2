"""(Sammenslåing) Two entries of one person become one: everything known of the one that goes follows the one that
stays (fhir.md 3.1). What the two lists have in common is left for a person to see to, as after any look-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction

from sfm.audit.models import AuditEvent
from sfm.audit.record import record
from sfm.core.errors import Conflict
from sfm.medication.actions import lists
from sfm.medication.models import CriticalReaction, MedicationList, MedicationReview, SourceStatus
from sfm.patients import vault
from sfm.tenancy import joining, journals

if TYPE_CHECKING:
    from django.db.models import Model

    from sfm.core.actor import Actor
    from sfm.core.ids import PatientKey

TWO_REVIEWS: Final = (
    "Begge pasientene har en påbegynt legemiddelgjennomgang. Avslutt den ene før pasientene slås sammen."
)
# The log tells what was done to whom as it was then; heads and sources there are one of per patient
STAYS: Final = (AuditEvent, MedicationList, SourceStatus)
SHARED_LIST: Final = ("has_pll", "pll_head", "pll_signed_by", "pll_signature", "pll_signed_at")
EITHER: Final = (
    "pll_outdated",
    "multidose_physician",
    "multidose_pharmacy",
    "locked_elsewhere",
    "in_lar",
    "newer_identity",
    "no_known_reactions_at",
    "no_known_reactions_by",
)


@transaction.atomic
def join(gone: PatientKey, into: PatientKey, *, by: Actor) -> int:
    """Returns how many rows followed. Raises Conflict for the same entry twice and for two open reviews."""
    if gone == into:
        raise Conflict("En pasient kan ikke slås sammen med seg selv.", code="SFM-409")
    heads = {key: lists.lock(key) for key in sorted((gone, into), key=str)}
    if MedicationReview.objects.filter(patient_key__in=(gone, into), state="open").count() > 1:
        raise Conflict(TWO_REVIEWS, code="SFM-409")
    SourceStatus.objects.filter(patient_key=gone).delete()
    moved = joining.move(gone, into, _models())
    _take_over(heads[gone], into, changed=bool(moved))
    vault.merge(gone, into, by=by)
    record(by, "patient.join", patient=into, subject=("patient", str(gone)), detail={"rows": moved})
    return moved


def _models() -> list[type[Model]]:
    return [
        model
        for model in journals.models()
        if model not in STAYS and any(field.name == "patient_key" for field in model._meta.concrete_fields)
    ]


def _take_over(gone: MedicationList, into: PatientKey, *, changed: bool) -> None:
    """The newest shared list counts; what either entry knew is known."""
    head = lists.touch(into)
    newer = gone.pll_signed_at and (head.pll_signed_at is None or gone.pll_signed_at > head.pll_signed_at)
    for name in SHARED_LIST if newer or not head.has_pll else ():
        setattr(head, name, getattr(gone, name))
    for name in EITHER:
        setattr(head, name, getattr(head, name) or getattr(gone, name))
    if CriticalReaction.objects.filter(patient_key=into, active=True).exists():
        head.no_known_reactions_at, head.no_known_reactions_by = None, ""
    head.pll_outdated = head.pll_outdated or (changed and head.has_pll)
    head.save(update_fields=[*SHARED_LIST, *EITHER])
    MedicationList.objects.filter(patient_key=gone.patient_key).delete()

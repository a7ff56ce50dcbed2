"""(Multidose) Whether a treatment is to be packed by the multidose pharmacy, which has the last word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Invalid
from sfm.medication import content_rows
from sfm.medication.actions import editing, rows
from sfm.medication.models import Lifecycle, MedicationList

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

NO_STRUCTURE = "Legemidlet kan ikke pakkes uten strukturert dosering. Endre doseringen først."


@transaction.atomic
def to_multidose(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """«Flytt til multidose». Only for a multidose patient, and only what has a dose a machine can pack."""
    row = _fetch(treatment_id, by, patient, version)
    head = MedicationList.objects.filter(patient_key=patient).first()
    if head is None or not head.has_multidose:
        raise Invalid("Pasienten har ikke multidose.")
    if row.in_multidose:
        raise Invalid("Legemidlet pakkes allerede i multidose.")
    if row.dosage_kind == "text":
        raise Invalid(NO_STRUCTURE)
    return _move(row, by, packed=True)


@transaction.atomic
def from_multidose(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """«Flytt ut av multidose»."""
    row = _fetch(treatment_id, by, patient, version)
    if not row.in_multidose:
        raise Invalid("Legemidlet pakkes ikke i multidose.")
    return _move(row, by, packed=False)


def _fetch(treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if row.lifecycle not in (Lifecycle.ACTIVE, Lifecycle.SUSPENDED):
        raise Invalid("Behandlingen er ikke i bruk.")
    return row


def _move(row: Treatment, by: Actor, *, packed: bool) -> Treatment:
    before = content_rows.snapshot(row)
    row.in_multidose = packed
    rows.settle_review(row)
    verb = "to_multidose" if packed else "from_multidose"
    return rows.store(row, verb, by=by, before=before, unsent=verb)

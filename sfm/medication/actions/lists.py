"""The list's version: moved under a row lock by every change of anything on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.models import MedicationList

if TYPE_CHECKING:
    from uuid import UUID


def lock(patient: UUID) -> MedicationList:
    """Hold the patient's list until the transaction ends. Taken before anything else of the patient is written, always,
    so that two changes queue instead of deadlocking: triggers write into this row."""
    MedicationList.objects.get_or_create(patient_key=patient)
    return MedicationList.objects.select_for_update().get(patient_key=patient)


def touch(patient: UUID) -> MedicationList:
    """Lock the patient's list, move its version and return it."""
    row = lock(patient)
    row.version += 1
    row.save(update_fields=["version"])
    return row


def version_of(patient: UUID) -> int:
    row = MedicationList.objects.filter(patient_key=patient).only("version").first()
    return row.version if row else 0

"""Rows as they look after they have been sent: for tests that start where signing ended."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sfm.core import clock
from sfm.medication import content_rows
from sfm.medication.models import MedicationList, Prescription, Treatment
from tests.factories import contents

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor


def treatment(patient: UUID | None = None, *, by: Actor | None = None, **given: Any) -> Treatment:
    """A confirmed treatment with nothing unsent. `content` and any column can be given."""
    now = clock.now() - timedelta(days=30)
    row = Treatment(patient_key=patient or uuid4(), sources=["lokal"], last_changed=now, created=now)
    content_rows.fill(row, given.pop("content", None) or contents.content())
    row.registered_by = row.last_changed_by = by.name if by else "Demolege, Dagny"
    for column, value in given.items():
        setattr(row, column, value)
    row.save(force_insert=True)
    return row


def prescription(row: Treatment, *, by: Actor | None = None, **given: Any) -> Prescription:
    """A signed prescription that RF has accepted and finds dispensable."""
    now = clock.now() - timedelta(days=30)
    made = Prescription(
        treatment_id=row.pk,
        patient_key=row.patient_key,
        prescribed_on=clock.today() - timedelta(days=30),
        signed_at=now,
        prescriber_id=by.practitioner_id if by else None,
        prescriber_hpr=by.hpr if by else "",
        prescriber_name=by.name if by else "Demolege, Dagny",
        delivery="accepted",
        rf_status="E",
        created=now,
    )
    content_rows.fill_terms(made, contents.terms())
    for column, value in given.items():
        setattr(made, column, value)
    made.save(force_insert=True)
    return made


def with_prescription(patient: UUID | None = None, *, by: Actor | None = None, **given: Any) -> Treatment:
    row = treatment(patient, by=by, **given)
    prescription(row, by=by)
    return row


def medication_list(patient: UUID, **given: Any) -> MedicationList:
    """With these facts, also when a look-up has made the list already."""
    return MedicationList.objects.update_or_create(patient_key=patient, defaults=given)[0]

"""What the record system says: kept as said, newest wins, never judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.medication.actions import ledger
from sfm.medication.models import Measurement, StatedDiagnosis

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from uuid import UUID

    from sfm.core.actor import Actor


@transaction.atomic
def diagnosis(
    *,
    by: Actor,
    patient: UUID,
    system: str,
    code: str,
    display: str = "",
    source_id: str = "",
    verification: str = "",
    row: StatedDiagnosis | None = None,
) -> StatedDiagnosis:
    """A new diagnosis, or `row` as it now is."""
    kept = row or StatedDiagnosis(patient_key=patient)
    kept.version += row is not None
    kept.system, kept.code, kept.display = system, code, display
    kept.source_id, kept.verification = source_id, verification
    kept.stated_by, kept.updated = by.name, clock.now()
    kept.save()
    ledger.audit("diagnosis.stated", by=by, patient=patient, subject=kept)
    return kept


@transaction.atomic
def inr(
    *,
    by: Actor,
    patient: UUID,
    value: Decimal,
    status: str,
    measured_at: datetime | None = None,
    source_id: str = "",
    row: Measurement | None = None,
) -> Measurement:
    """A new INR, or `row` as it now is."""
    kept = row or Measurement(patient_key=patient, kind="inr")
    kept.version += row is not None
    kept.value, kept.status, kept.measured_at, kept.source_id = value, status, measured_at, source_id
    kept.stated_by, kept.updated = by.name, clock.now()
    kept.save()
    ledger.audit("measurement.stated", by=by, patient=patient, subject=kept)
    return kept

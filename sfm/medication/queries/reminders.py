"""(Forfalt) What a reminder is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from sfm.medication.models import Delivery, Lifecycle, Prescription, Treatment, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

EXPIRES = 116


def newest() -> Iterable[Prescription]:
    """The newest prescription of each treatment in use in the journal. One SQL query."""
    in_use = Treatment.objects.filter(lifecycle=Lifecycle.ACTIVE).values("pk")
    found = Prescription.objects.filter(treatment_id__in=in_use).exclude(delivery=Delivery.DRAFT)
    return (
        found.order_by("treatment_id", "-prescribed_on", "-created")
        .distinct("treatment_id")
        .only("treatment_id", "expires_on", "prescriber_id", "delivery", "rf_status", "recall_delivery")
    )


def of_expiry(prescriptions: Iterable[UUID], *, patient_key: UUID) -> bool:
    """Whether somebody is asked to renew one of them. No SQL where nobody wants such reminders."""
    if EXPIRES not in settings.SFM_REMINDERS:
        return False
    waiting = WorkItem.objects.filter(code=EXPIRES, patient_key=patient_key, open=True)
    return waiting.filter(subject_id__in=list(prescriptions)).exists()

"""(Forfalt) Work items that come of a day having passed: a review of the medicines (111), a date to look at one of them
again (115). Off unless the installation wants them (integration.md 7.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication.actions import ledger, lists
from sfm.medication.models import Lifecycle, MedicationReview, Treatment, WorkItem

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

REVIEW_DUE, TREATMENT_DUE = 111, 115
Due = tuple[int, "UUID", "UUID | None"]  # code, patient, what it is about


def remind(codes: Collection[int]) -> int:
    """Open what is due and not told of, close what is not due any more. Returns how many were opened."""
    due = {one for one in (*_reviews(), *_treatments()) if one[0] in codes}
    waiting = WorkItem.objects.filter(code__in=(REVIEW_DUE, TREATMENT_DUE), open=True)
    told: set[Due] = {
        (item.code, item.patient_key, item.subject_id) for item in waiting if item.patient_key is not None
    }
    for code, patient, subject in sorted(told - due, key=str):
        ledger.close_work_items(code, patient=patient, subject_id=subject)
    for code, patient, subject in sorted(due - told, key=str):
        lists.lock(patient)
        ledger.work_item(code, patient=patient, subject_id=subject)
    return len(due - told)


def _reviews() -> set[Due]:
    """By the patient's last review: its next date has come, and nobody has begun another."""
    last = MedicationReview.objects.order_by("patient_key", "-started_at").distinct("patient_key")
    today = clock.today()
    return {
        (REVIEW_DUE, one.patient_key, None)
        for one in last
        if one.state == "closed" and one.next_on is not None and one.next_on <= today
    }


def _treatments() -> set[Due]:
    passed = Treatment.objects.filter(review_date__lte=clock.today(), lifecycle=Lifecycle.ACTIVE)
    return {
        (TREATMENT_DUE, row.patient_key, row.pk)
        for row in passed.only("patient_key", "discontinued_at", "lifecycle")
        if not row.has_ended
    }

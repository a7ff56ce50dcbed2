"""(Forfalt) Work items that come of a day: a review of the medicines (111), a date to look at one of them again (115),
a prescription that soon expires (116). Off unless the installation wants them (integration.md 7.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from sfm.core import clock
from sfm.medication.actions import ledger, lists, rows
from sfm.medication.models import Lifecycle, MedicationReview, Review, Treatment, WorkItem
from sfm.medication.queries import reminders
from sfm.medication.rules import rights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Prescription

REVIEW_DUE, TREATMENT_DUE, EXPIRES = 111, 115, reminders.EXPIRES
Due = tuple[int, "UUID", "UUID | None"]  # code, patient, what it is about
COURSE = "2"  # 9101: a cure is not renewed


def remind(codes: Collection[int]) -> int:
    """Open what is due and not told of, close what is not due any more. Returns how many were opened."""
    last = _last_prescriptions() if {TREATMENT_DUE, EXPIRES} & set(codes) else {}
    due = _reviews() | _treatments(last) | _expiring(last)
    wanted = {one: owner for one, owner in due.items() if one[0] in codes}
    waiting = WorkItem.objects.filter(code__in=(REVIEW_DUE, TREATMENT_DUE, EXPIRES), open=True)
    told: set[Due] = {
        (item.code, item.patient_key, item.subject_id) for item in waiting if item.patient_key is not None
    }
    for code, patient, subject in sorted(told - wanted.keys(), key=str):
        ledger.close_work_items(code, patient=patient, subject_id=subject)
    new = sorted(_to_tell(wanted.keys() - told), key=str)
    for code, patient, subject in new:
        lists.lock(patient)
        ledger.work_item(code, patient=patient, subject_id=subject, owner_id=wanted[code, patient, subject])
    return len(new)


@transaction.atomic
def dismiss_expiry(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """«Ikke minn om utløpet»: of this prescription nobody is reminded again."""
    by.require(rights.PRESCRIBE)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    own = [one.pk for one in rows.sent_prescriptions(row)]
    closed = ledger.close_work_items(EXPIRES, patient=patient, subject_id__in=own)
    if closed:
        ledger.audit("reminder.dismissed", by=by, patient=patient, subject=row)
    return row


def _to_tell(due: Iterable[Due]) -> set[Due]:
    """One prescription is told of once, whatever became of the work item."""
    found = set(due)
    about = [subject for code, _, subject in found if code == EXPIRES]
    before = set(
        WorkItem.objects.filter(code=EXPIRES, subject_id__in=about).values_list("subject_id", flat=True)
    )
    return {one for one in found if one[0] != EXPIRES or one[2] not in before}


def _reviews() -> dict[Due, UUID | None]:
    """By the patient's last review: its next date has come, and nobody has begun another."""
    last = MedicationReview.objects.order_by("patient_key", "-started_at").distinct("patient_key")
    today = clock.today()
    return {
        (REVIEW_DUE, one.patient_key, None): None
        for one in last
        if one.state == "closed" and one.next_on is not None and one.next_on <= today
    }


def _treatments(last: dict[UUID, Prescription]) -> dict[Due, UUID | None]:
    """For whoever prescribed it here last; for all when that was somewhere else."""
    passed = Treatment.objects.filter(review_date__lte=clock.today(), lifecycle=Lifecycle.ACTIVE)
    return {
        (TREATMENT_DUE, row.patient_key, row.pk): last[row.pk].prescriber_id if row.pk in last else None
        for row in passed.only("patient_key", "discontinued_at", "lifecycle")
        if not row.has_ended
    }


def _expiring(last: dict[UUID, Prescription]) -> dict[Due, UUID | None]:
    """Of treatments in use: the newest prescription runs out within `SFM_EXPIRY_DAYS`, or has done so since it was told
    of. What is to be stopped by then, and a cure, is left alone."""
    until = clock.today() + timedelta(days=settings.SFM_EXPIRY_DAYS)
    soon = {treatment: one for treatment, one in last.items() if one.expires_on <= until and one.is_active}
    in_use = Treatment.objects.filter(
        pk__in=soon, lifecycle=Lifecycle.ACTIVE, review=Review.CONFIRMED, discontinued_at=None
    ).exclude(use_type=COURSE)
    return {
        (EXPIRES, row.patient_key, soon[row.pk].pk): soon[row.pk].prescriber_id
        for row in in_use.only("patient_key", "discontinued_at", "lifecycle")
        if not row.has_ended
    }


def _last_prescriptions() -> dict[UUID, Prescription]:
    """The newest of each treatment in use, of those that are more than a draft."""
    return {one.treatment_id: one for one in reminders.newest() if one.treatment_id}

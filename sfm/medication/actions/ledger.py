"""What every verb leaves behind: the treatment's history, the audit event, and when real, a journal note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from sfm.audit.record import record
from sfm.core import clock
from sfm.medication.models import JournalNote, Review, Treatment, TreatmentEvent, WorkItem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sfm.core.actor import Actor


def event(
    treatment: Treatment,
    verb: str,
    *,
    by: Actor,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> TreatmentEvent:
    """One line of the treatment's history, and the audit event that belongs to it."""
    made: TreatmentEvent = TreatmentEvent.objects.create(
        treatment_id=treatment.id,
        patient_key=treatment.patient_key,
        version=treatment.version,
        verb=verb,
        before=dict(before) if before else None,
        after=dict(after) if after else None,
        note=note,
        by_id=by.practitioner_id,
        by_name=by.name,
        at=clock.now(),
    )
    audit(f"treatment.{verb}", by=by, patient=treatment.patient_key, subject=treatment)
    return made


def audit(
    action: str,
    *,
    by: Actor,
    patient: UUID,
    subject: object = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    record(by, action, patient=patient, subject=subject, detail=detail)


def note(
    name: str, text: str, *, by: Actor, patient: UUID, treatment_id: UUID | None = None, comment: str = ""
) -> None:
    """One human sentence for the EPJ's journal; only for acts that have become real (rulings.md 37). `comment`: what
    the person wrote about it."""
    JournalNote.objects.create(
        patient_key=patient,
        encounter=by.encounter,
        event=name,
        text=text,
        comment=comment.strip() or None,
        treatment_id=treatment_id,
        performer_id=by.practitioner_id,
        performer_name=by.name,
        at=clock.now(),
    )


def work_item(
    code: int,
    *,
    patient: UUID | None,
    owner_hpr: str = "",
    owner_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> WorkItem:
    """Open, or touch, the one open work item of this kind, patient, owner and subject."""
    now = clock.now()
    found, created = WorkItem.objects.get_or_create(
        code=code,
        patient_key=patient,
        owner_hpr=owner_hpr,
        owner_id=owner_id,
        subject_id=subject_id,
        open=True,
        defaults={"created": now, "updated": now},
    )
    if not created:
        WorkItem.objects.filter(pk=found.pk).update(updated=now)
    return found


READY_TASK = 4
# Told because something came in: 8 and 10 changed in RF and KJ, 101 recalled by another, 105 a new list
NEWS_TASKS = (8, 10, 101, 105)
# Handled when opened: 102 a report of dispensing, 103 DMP's answer, 104 another multidose doctor
ANSWER_TASKS = (102, 103, 104)


def news_settled(patient: UUID) -> None:
    """When nothing that came in waits for anybody here any more, nobody is asked to look at it."""
    waits = Treatment.objects.filter(
        patient_key=patient,
        review__in=(Review.UNSEEN_NEW, Review.UNSEEN_CHANGED, Review.PENDING_DECISION),
    )
    told = WorkItem.objects.filter(code__in=NEWS_TASKS, patient_key=patient, open=True)
    if told.exists() and not waits.exists():
        told.update(open=False, updated=clock.now())


def answers_read(patient: UUID, by: Actor) -> None:
    """«Meldinger» has been opened: what came in and asked for nothing more is read, by those it was meant for."""
    told = WorkItem.objects.filter(code__in=ANSWER_TASKS, patient_key=patient, open=True)
    told.filter(Q(owner_id=None) | Q(owner_id=by.practitioner_id)).update(open=False, updated=clock.now())


def readied(patient: UUID, by: Actor) -> None:
    """«Send klargjort melding»: one per patient, for whoever readied something last."""
    now = clock.now()
    waiting = WorkItem.objects.filter(code=READY_TASK, patient_key=patient, open=True, subject_id=None)
    mine = {"owner_id": by.practitioner_id, "owner_hpr": by.hpr, "updated": now}
    if not waiting.exclude(owner_id=None).update(**mine):
        WorkItem.objects.create(code=READY_TASK, patient_key=patient, created=now, **mine)


def close_work_items(code: int, *, patient: UUID, **which: Any) -> int:
    return WorkItem.objects.filter(code=code, patient_key=patient, open=True, **which).update(
        open=False, updated=clock.now()
    )

"""Fetching a row to change it: the fetch is the authorisation, the lock and the version check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.core.errors import Conflict, NotFound
from sfm.medication import content_rows, their_row
from sfm.medication.actions import ledger, lists, merge_log
from sfm.medication.models import Delivery, Draft, Prescription, Review, Treatment
from sfm.medication.queries import versions

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor


# This journal's own: a change of these alone is no change of the list's entry (SistEndret, M25-krav 5)
LOCAL = frozenset({
    "review", "review_note", "difference", "review_date", "suspended_from", "suspended_to", "suspension_note",
})  # fmt: skip
PAUSES = ("suspended", "resumed")  # the shared list cannot carry a pause
STALE_DRAFT_TASK = 110


def fetch(treatment_id: UUID, *, patient: UUID, version: int) -> Treatment:
    """The patient's row, locked. Raises NotFound for a foreign row, Conflict when somebody was first (E12)."""
    lists.touch(patient)
    row = Treatment.objects.select_for_update().filter(pk=treatment_id, patient_key=patient).first()
    if row is None or row.is_erased:
        raise NotFound
    if row.version != version:
        raise Conflict(versions.told(row, version))
    return row


def store(
    row: Treatment, verb: str, *, by: Actor, before: dict[str, Any], note: str = "", unsent: str = ""
) -> Treatment:
    """Save a change made by a person: version, history, what is unsent, and who."""
    after = content_rows.snapshot(row)
    old, new = content_rows.changes(before, after)
    if unsent:
        _unsent(row, unsent, before, by)
    if set(new) - LOCAL - ({"lifecycle"} if verb in PAUSES else set()):
        row.last_changed, row.last_changed_by = clock.now(), by.name
    if row.review == Review.CONFIRMED:
        row.reviewed_at, row.reviewed_by = clock.now(), by.name
    row.version += 1
    row.save()
    line = ledger.event(row, verb, by=by, before=old, after=new, note=note)
    if merge_log.decides(before, row, verb):
        merge_log.by_person(row.pk, verb, by=by, patient=row.patient_key, event_id=line.pk, note=note)
        ledger.news_settled(row.patient_key)
    _tell_authors(row)
    return row


def _unsent(row: Treatment, verb: str, before: dict[str, Any], by: Actor) -> None:
    """What was done, in order and each once: one journal note for each when it is signed."""
    if not row.unsent_verb:
        row.unsent_base = before
    base = row.unsent_base or {}
    acts = [act for act in base.get("_acts", ()) if act != verb]
    row.unsent_base = {**base, "_acts": [*acts, verb]}
    row.unsent_verb = row.unsent_verb if row.unsent_verb == "created" else verb
    row.unsent_by = by.practitioner_id
    ledger.readied(row.patient_key, by)


def _tell_authors(row: Treatment) -> None:
    """A draft whose ground has moved waits for its author too (task 110)."""
    for draft in Draft.objects.filter(patient_key=row.patient_key, treatment_id=row.pk, state__in=Draft.OPEN):
        ledger.work_item(
            STALE_DRAFT_TASK, patient=row.patient_key, owner_id=draft.author_id, subject_id=draft.pk
        )


def in_conflict(row: Treatment) -> bool:
    """Unsent work here, and a source that says something else: a person chooses between them."""
    return bool(row.difference and row.difference.get("conflict"))


def require_no_conflict(row: Treatment) -> None:
    """For acts that say nothing of which side is right. Raises Conflict."""
    if in_conflict(row):
        raise Conflict("Raden har en konflikt. Velg mellom de to versjonene først.")


def settle_review(row: Treatment) -> None:
    """A person has acted on the row: nothing about it is news any more."""
    found = row.difference or {}
    if in_conflict(row) and row.unsent_base is not None:  # decided: the other side is now what we build on
        other = their_row.snapshot(row) if their_row.of(row) else found.get("theirs", {})
        row.unsent_base = {**row.unsent_base, **other, "review": Review.CONFIRMED}
    row.review, row.review_note, row.difference = Review.CONFIRMED, "", None
    if "lokal" not in row.sources:
        row.sources = [*row.sources, "lokal"]


def active_prescription(row: Treatment) -> Prescription | None:
    """The prescription that can be dispensed on, ours or another's; the newest when RF has several."""
    return next(iter(active_prescriptions(row)), None)


def active_prescriptions(row: Treatment) -> list[Prescription]:
    """All that can be dispensed on, newest first."""
    return [one for one in sent_prescriptions(row) if one.is_active]


def draft_prescription(row: Treatment) -> Prescription | None:
    return Prescription.objects.filter(
        patient_key=row.patient_key, treatment_id=row.id, delivery=Delivery.DRAFT
    ).first()


def sent_prescriptions(row: Treatment) -> list[Prescription]:
    """Everything but the draft, newest first."""
    found = Prescription.objects.filter(patient_key=row.patient_key, treatment_id=row.id)
    return list(found.exclude(delivery=Delivery.DRAFT).order_by("-prescribed_on", "-created"))

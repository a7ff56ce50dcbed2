"""Fetching a row to change it: the fetch is the authorisation, the lock and the version check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.core.errors import Conflict, NotFound
from sfm.medication import content_rows
from sfm.medication.actions import ledger, lists
from sfm.medication.models import Delivery, Lifecycle, Prescription, Review, Treatment, TreatmentEvent

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor


def fetch(treatment_id: UUID, *, patient: UUID, version: int) -> Treatment:
    """The patient's row, locked. Raises NotFound for a foreign row, Conflict when somebody was first (E12)."""
    lists.touch(patient)
    row = Treatment.objects.select_for_update().filter(pk=treatment_id, patient_key=patient).first()
    if row is None or row.lifecycle == Lifecycle.ENTERED_IN_ERROR:
        raise NotFound
    if row.version != version:
        raise _conflict(row)
    return row


def store(
    row: Treatment, verb: str, *, by: Actor, before: dict[str, Any], note: str = "", unsent: str = ""
) -> Treatment:
    """Save a change made by a person: version, history, what is unsent, and who."""
    after = content_rows.snapshot(row)
    old, new = content_rows.changes(before, after)
    if unsent:
        if not row.unsent_verb:
            row.unsent_base = before
        row.unsent_verb = row.unsent_verb if row.unsent_verb == "created" else unsent
        row.unsent_by = by.practitioner_id
    if set(new) - {"review", "review_note", "difference"}:
        row.last_changed, row.last_changed_by = clock.now(), by.name
    row.version += 1
    row.save()
    ledger.event(row, verb, by=by, before=old, after=new, note=note)
    return row


def settle_review(row: Treatment) -> None:
    """A person has acted on the row: nothing about it is news any more."""
    found = row.difference or {}
    if (
        found.get("conflict") and row.unsent_base is not None
    ):  # decided: the other side is now what we build on
        row.unsent_base = {**row.unsent_base, **found.get("theirs", {})}
    row.review, row.review_note, row.difference = Review.CONFIRMED, "", None
    if "lokal" not in row.sources:
        row.sources = [*row.sources, "lokal"]


def active_prescription(row: Treatment) -> Prescription | None:
    """The prescription that can be dispensed on, ours or another's; the newest when RF has several."""
    found = Prescription.objects.filter(patient_key=row.patient_key, treatment_id=row.id).exclude(
        delivery=Delivery.DRAFT
    )
    return next((p for p in found.order_by("-prescribed_on", "-created") if p.is_active), None)


def draft_prescription(row: Treatment) -> Prescription | None:
    return Prescription.objects.filter(
        patient_key=row.patient_key, treatment_id=row.id, delivery=Delivery.DRAFT
    ).first()


def _conflict(row: Treatment) -> Conflict:
    last = TreatmentEvent.objects.filter(treatment_id=row.pk).order_by("-at").first()
    if last is None:
        return Conflict()
    return Conflict(
        f"{last.by_name} endret raden kl. {clock.local(last.at):%H:%M}. Ingenting er lagret. Se over og prøv igjen."
    )

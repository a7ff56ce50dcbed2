"""(Seponering) Ending a treatment, now or on a date, and what happens to its prescription (clinical.md 4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication import content_rows
from sfm.medication.actions import alert_tallies, editing, prescriptions, rows, undoing
from sfm.medication.models import Lifecycle
from sfm.medication.queries import renewal
from sfm.medication.rules import reasons, rights

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

PLANS = ("now", "has_enough", "without_prescription", "may_fetch_more")


@transaction.atomic
def discontinue(
    *,
    treatment_id: UUID,
    reason: str,
    by: Actor,
    patient: UUID,
    version: int,
    at: date | None = None,
    note: str = "",
    plan: str = "now",
) -> Treatment:
    """End the treatment: `at` None is now. With a date and an active prescription, `plan` says what becomes of it."""
    check(reason=reason, at=at, plan=plan, note=note)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if row.has_ended:
        raise Invalid("Behandlingen er allerede seponert.")
    if row.unsent_verb == "created":
        raise Invalid("Behandlingen er ikke sendt ennå. Angre den i stedet.")
    before = content_rows.snapshot(row)
    alert_tallies.ended(treatment_id=row.pk, by=by, patient=patient)
    row.discontinuation_reason, row.discontinuation_note = reason, note
    if at is None or at <= clock.today():
        _now(row, by)
    else:
        _later(row, at, plan, by)
    rows.settle_review(row)
    return rows.store(row, "discontinued", by=by, before=before, note=note, unsent="discontinued")


@transaction.atomic
def undo_discontinue(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Take the treatment into use again. An unsent discontinuation leaves no trace on the row; a sent one is a new
    line of history, and the prescription must be written anew."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if row.discontinued_at is None:
        raise Invalid("Behandlingen er ikke seponert.")
    if row.unsent_verb == "discontinued":
        return undoing.undo(treatment_id=treatment_id, by=by, patient=patient, version=version) or row
    before = content_rows.snapshot(row)
    row.lifecycle, row.discontinued_at = Lifecycle.ACTIVE, None
    row.discontinuation_reason, row.discontinuation_note = "", ""
    return rows.store(row, "reactivated", by=by, before=before, unsent="reactivated")


def offered() -> dict[str, str]:
    """Reasons a person may choose from in this installation."""
    return reasons.offered(newer=settings.SFM_NEWER_STOP_REASONS)


def check(*, reason: str, at: date | None = None, plan: str = "now", note: str = "") -> None:
    """Raises Invalid for what nobody can carry out."""
    problems = {}
    if reason not in offered():
        problems["reason"] = "Velg årsak."
    elif reason == "X" and not note.strip():
        problems["note"] = "Skriv hva årsaken er."
    if plan not in PLANS:
        problems["plan"] = "Velg hva som skal skje med resepten."
    if at is not None and at > clock.today().replace(year=clock.today().year + 3, day=1):
        problems["at"] = "Datoen er for langt fram i tid."
    if problems:
        raise Invalid(fields=problems)


def _now(row: Treatment, by: Actor) -> None:
    row.lifecycle, row.discontinued_at = Lifecycle.DISCONTINUED, clock.now()
    row.suspended_from, row.suspended_to, row.suspension_note = None, None, ""
    prescriptions.drop_draft(row)
    _recall_active(row, prescriptions.DISCONTINUATION, by)


def _later(row: Treatment, at: date, plan: str, by: Actor) -> None:
    row.discontinued_at = content_rows.midnight(at)
    if plan != "may_fetch_more":
        prescriptions.drop_draft(row)  # an unsent renewal would give what is to be stopped
    active = rows.active_prescription(row)
    if active is None or plan != "has_enough":
        row.dosage_ends_on = at
    if active is None:
        return
    if plan == "may_fetch_more":
        by.require(rights.PRESCRIBE)
        prescriptions.put_draft(row, renewal.next_terms(active, row), previous=active)
    recalls = {
        "may_fetch_more": prescriptions.RENEWAL_WITH_CHANGE,
        "without_prescription": prescriptions.OTHER,
    }
    _recall_active(row, recalls.get(plan, prescriptions.DISCONTINUATION), by)


def _recall_active(row: Treatment, reason: str, by: Actor) -> None:
    """The newest for that reason. Older ones that still hold go too: nothing is left to fetch on."""
    older = reason if reason == prescriptions.DISCONTINUATION else prescriptions.OTHER
    for number, one in enumerate(rows.active_prescriptions(row)):
        prescriptions.plan_recall(one, older if number else reason, by=by, note=row.discontinuation_note)

"""(Pause) A treatment that rests for a while stays among what is in use, and is seen to rest (clinical.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication import content_rows
from sfm.medication.actions import editing, rows
from sfm.medication.models import Lifecycle

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

LONGEST = 250  # characters


@transaction.atomic
def suspend(
    *,
    treatment_id: UUID,
    reason: str,
    by: Actor,
    patient: UUID,
    version: int,
    since: date | None = None,
    until: date | None = None,
) -> Treatment:
    """Pause from `since` (None: today) to `until` (None: until somebody resumes). The prescription stays as it is."""
    since = since or clock.today()
    _check(reason, since, until)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if row.lifecycle == Lifecycle.SUSPENDED:
        raise Invalid("Behandlingen er allerede pauset.")
    if row.lifecycle != Lifecycle.ACTIVE or row.has_ended:
        raise Invalid("Bare en behandling i bruk kan pauses.")
    stop = row.discontinued_at
    if stop is not None and until is not None and until >= clock.local(stop).date():
        raise Invalid(fields={"until": "Pausen kan ikke vare lenger enn behandlingen."})
    before = content_rows.snapshot(row)
    row.lifecycle = Lifecycle.SUSPENDED
    row.suspended_from, row.suspended_to, row.suspension_note = since, until, reason.strip()
    rows.settle_review(row)
    return rows.store(row, "suspended", by=by, before=before, note=reason.strip(), unsent="suspended")


@transaction.atomic
def resume(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Take the treatment up again. An unsent pause leaves no trace on the row."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    if row.lifecycle != Lifecycle.SUSPENDED:
        raise Invalid("Behandlingen er ikke pauset.")
    before = content_rows.snapshot(row)
    row.lifecycle = Lifecycle.ACTIVE
    row.suspended_from, row.suspended_to, row.suspension_note = None, None, ""
    rows.settle_review(row)
    return rows.store(row, "resumed", by=by, before=before, unsent="resumed")


def _check(reason: str, since: date, until: date | None) -> None:
    problems = {}
    if not reason.strip():
        problems["reason"] = "Skriv hvorfor behandlingen pauses."
    elif len(reason) > LONGEST:
        problems["reason"] = f"Skriv høyst {LONGEST} tegn."
    if since < clock.today():
        problems["since"] = "Pausen kan ikke begynne før i dag."
    if until is not None and until < since:
        problems["until"] = "Pausen kan ikke slutte før den begynner."
    if problems:
        raise Invalid(fields=problems)

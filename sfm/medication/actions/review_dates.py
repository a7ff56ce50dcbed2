"""(Revurderingsdato) When a treatment is to be looked at again, and why that is put off. This journal's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication import content_rows
from sfm.medication.actions import editing, ledger, rows

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Treatment

LONGEST = 250  # characters


@transaction.atomic
def set_review_date(
    *, treatment_id: UUID, day: date | None, by: Actor, patient: UUID, version: int, reason: str = ""
) -> Treatment:
    """Set, move or (None) remove the date. Putting it off needs a reason. Nothing is sent."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    editing.require(by, row)
    before = content_rows.snapshot(row)
    was = row.review_date
    _check(row, day, reason)
    row.review_date = day
    kept = rows.store(row, "review_date_set", by=by, before=before, note=reason.strip())
    ledger.note("TreatmentChanged", _text(row, was, reason), by=by, patient=patient, treatment_id=row.pk)
    return kept


def _check(row: Treatment, day: date | None, reason: str) -> None:
    problems = {}
    if day == row.review_date:
        problems["day"] = "Velg en ny dato."
    elif day is not None and day <= clock.today():
        problems["day"] = "Revurderingsdato må være etter i dag."
    elif day is not None and row.discontinued_at and day >= clock.local(row.discontinued_at).date():
        problems["day"] = "Behandlingen avsluttes før den datoen."
    later = row.review_date is not None and (day is None or day > row.review_date)
    if later and not reason.strip():
        problems["reason"] = "Skriv hvorfor revurderingen utsettes."
    elif len(reason) > LONGEST:
        problems["reason"] = f"Skriv høyst {LONGEST} tegn."
    if problems:
        raise Invalid(fields=problems)


def _text(row: Treatment, was: date | None, reason: str) -> str:
    said = f"Revurderes {row.review_date:%d.%m.%Y}" if row.review_date else "Revurderes ikke lenger"
    before = f" (før {was:%d.%m.%Y})" if was else ""
    why = f" Grunn: {reason.strip()}." if reason.strip() else ""
    return f"Endret: {row.name_form_strength}. {said}{before}.{why}"

"""«Bekreft i bruk»: the row belongs to the list. Sends no new prescription (clinical.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication import content_rows
from sfm.medication.actions import ledger, lists, rows
from sfm.medication.models import Draft, MedicationList, Review, Treatment
from sfm.medication.queries import warnings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor

CONFIRM = "lib.confirm_in_use"
APART = "Radene har konflikt, utkast eller varsel og må vurderes hver for seg."


@transaction.atomic
def confirm_in_use(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Mark one row as in use."""
    by.require(CONFIRM)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    confirmed = _confirm(row, by)
    _note([confirmed], by, patient)
    return confirmed


@transaction.atomic
def keep_both(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """«Behold begge»: the row looks like a treatment the list has, and is another. Two that are the same substance are
    still warned of."""
    by.require(CONFIRM)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    if row.review not in (Review.PENDING_DECISION, Review.HISTORY_ONLY):
        raise Conflict("Raden er allerede avgjort.")
    kept = _confirm(row, by, verb="kept_both")
    _note([kept], by, patient)
    return kept


@transaction.atomic
def confirm_many_in_use(*, ids: Iterable[tuple[UUID, int]], by: Actor, patient: UUID) -> int:
    """Mark many rows as in use: (id, version) of each. Left alone, and to be looked at one by one: a row with a
    conflict, an open draft, a red warning or CAVE nobody has handled, and a row that changed since it was shown.
    Returns how many were confirmed."""
    by.require(CONFIRM)
    lists.touch(patient)
    wanted = dict(ids)
    found = Treatment.objects.select_for_update().filter(pk__in=wanted, patient_key=patient).order_by("pk")
    rows_ = [row for row in found if not row.is_erased]
    if len(rows_) != len(wanted):
        raise NotFound
    apart = _one_by_one(patient, rows_)
    same = [row for row in rows_ if row.version == wanted[row.pk] and row.pk not in apart]
    if rows_ and not same:
        raise Invalid(APART) if apart else Conflict()
    confirmed = [_confirm(row, by) for row in same]
    _note(confirmed, by, patient)
    return len(confirmed)


def _confirm(row: Treatment, by: Actor, *, verb: str = "confirmed") -> Treatment:
    before = content_rows.snapshot(row)
    unsent = "confirmed" if _belongs_in_pll(row) else ""
    rows.settle_review(row)
    return rows.store(row, verb, by=by, before=before, unsent=unsent)


def _belongs_in_pll(row: Treatment) -> bool:
    """A newly included row of a PLL patient is unsent until the next list."""
    pending = row.review in (Review.PENDING_DECISION, Review.HISTORY_ONLY, Review.DISMISSED)
    return pending and MedicationList.objects.filter(patient_key=row.patient_key, has_pll=True).exists()


def _one_by_one(patient: UUID, asked: list[Treatment]) -> set[UUID]:
    """What must not be confirmed in a bunch (clinical.md 3.5)."""
    ids = {row.pk for row in asked}
    drafted = Draft.objects.filter(patient_key=patient, treatment_id__in=ids, state="submitted")
    return {
        *(row.pk for row in asked if _in_conflict(row)),
        *(draft.treatment_id for draft in drafted if draft.treatment_id),
        *warnings.unhandled(patient, ids),
    }


def _in_conflict(row: Treatment) -> bool:
    return bool(row.difference and row.difference.get("conflict"))


def _note(confirmed: list[Treatment], by: Actor, patient: UUID) -> None:
    names = ", ".join(row.name_form_strength for row in confirmed)
    if names:
        ledger.note("TreatmentConfirmed", f"Bekreftet i bruk: {names}.", by=by, patient=patient)

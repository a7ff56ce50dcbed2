"""«Bekreft i bruk»: the row belongs to the list. Sends no new prescription (clinical.md 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication import content_rows
from sfm.medication.actions import ledger, lists, rows
from sfm.medication.models import Draft, MedicationList, Review, Treatment
from sfm.medication.queries import warnings, words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor

CONFIRM = "lib.confirm_in_use"
UNDECIDED = (Review.PENDING_DECISION, Review.HISTORY_ONLY, Review.DISMISSED)
APART = "Radene har konflikt, utkast eller varsel og må vurderes hver for seg."


@transaction.atomic
def confirm_in_use(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Mark one row as in use."""
    by.require(CONFIRM)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    taken = _confirm(row, by)
    _note([taken], by, patient)
    return taken.row


@transaction.atomic
def keep_both(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """«Behold begge»: the row looks like a treatment the list has, and is another. Two that are the same substance are
    still warned of."""
    by.require(CONFIRM)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    if row.review not in (Review.PENDING_DECISION, Review.HISTORY_ONLY):
        raise Conflict("Raden er allerede avgjort.")
    taken = _confirm(row, by, verb="kept_both")
    _note([taken], by, patient)
    return taken.row


@transaction.atomic
def confirm_many_in_use(*, ids: Iterable[tuple[UUID, int]], by: Actor, patient: UUID) -> int:
    """Mark many rows as in use: (id, version) of each. Left alone, and to be looked at one by one: a row with a
    conflict, an open draft, a red warning or CAVE nobody has handled, and a row that changed since it was shown.
    Returns how many were confirmed."""
    by.require(CONFIRM)
    confirmed = [_confirm(row, by) for row in fit_together(ids, patient)]
    _note(confirmed, by, patient)
    return len(confirmed)


def fit_together(ids: Iterable[tuple[UUID, int]], patient: UUID) -> list[Treatment]:
    """Of the marked rows, (id, version) of each, those that may be confirmed in a bunch. Locked."""
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
    return same


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """`origin`: the sources of a row that was not in the list before; "" of one that was."""

    row: Treatment
    origin: str


def _confirm(row: Treatment, by: Actor, *, verb: str = "confirmed") -> _Taken:
    rows.require_no_conflict(row)
    before = content_rows.snapshot(row)
    unsent = "confirmed" if _belongs_in_pll(row) else ""
    elsewhere = [source for source in row.sources if source != "lokal"]
    origin = words.sources(elsewhere) if row.review in UNDECIDED else ""
    rows.settle_review(row)
    return _Taken(row=rows.store(row, verb, by=by, before=before, unsent=unsent), origin=origin)


def _belongs_in_pll(row: Treatment) -> bool:
    """A newly included row of a PLL patient is unsent until the next list."""
    pending = row.review in UNDECIDED
    return pending and MedicationList.objects.filter(patient_key=row.patient_key, has_pll=True).exists()


def _one_by_one(patient: UUID, asked: list[Treatment]) -> set[UUID]:
    """What must not be confirmed in a bunch (clinical.md 3.5)."""
    ids = {row.pk for row in asked}
    drafted = Draft.objects.filter(patient_key=patient, treatment_id__in=ids, state__in=Draft.OPEN)
    return {
        *(row.pk for row in asked if rows.in_conflict(row)),
        *(draft.treatment_id for draft in drafted if draft.treatment_id),
        *warnings.unhandled(patient, ids),
    }


def _note(taken: list[_Taken], by: Actor, patient: UUID) -> None:
    """One note for what was taken in from each source, and one for what was in the list already."""
    for origin in sorted({one.origin for one in taken}):
        names = ", ".join(one.row.name_form_strength for one in taken if one.origin == origin)
        if origin:
            ledger.note("TreatmentImported", f"Tatt inn fra {origin}: {names}.", by=by, patient=patient)
        else:
            ledger.note("TreatmentConfirmed", f"Bekreftet i bruk: {names}.", by=by, patient=patient)

"""«Bekreft i bruk»: the row belongs to the list. Sends no new prescription (clinical.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core.errors import Conflict, NotFound
from sfm.medication import content_rows
from sfm.medication.actions import ledger, lists, rows
from sfm.medication.models import Lifecycle, MedicationList, Review, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.core.actor import Actor

CONFIRM = "lib.confirm_in_use"


@transaction.atomic
def confirm_in_use(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Mark one row as in use."""
    by.require(CONFIRM)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    confirmed = _confirm(row, by)
    _note([confirmed], by, patient)
    return confirmed


@transaction.atomic
def confirm_many_in_use(*, ids: Iterable[tuple[UUID, int]], by: Actor, patient: UUID) -> int:
    """Mark many rows as in use: (id, version) of each. Rows with a conflict or open draft are left alone, as are
    rows that changed since they were shown. Returns how many were confirmed."""
    by.require(CONFIRM)
    lists.touch(patient)
    wanted = dict(ids)
    found = Treatment.objects.select_for_update().filter(pk__in=wanted, patient_key=patient).order_by("pk")
    rows_ = [row for row in found if row.lifecycle != Lifecycle.ENTERED_IN_ERROR]
    if len(rows_) != len(wanted):
        raise NotFound
    same = [row for row in rows_ if row.version == wanted[row.pk] and not _in_conflict(row)]
    if rows_ and not same:
        raise Conflict
    confirmed = [_confirm(row, by) for row in same]
    _note(confirmed, by, patient)
    return len(confirmed)


def _confirm(row: Treatment, by: Actor) -> Treatment:
    before = content_rows.snapshot(row)
    unsent = "confirmed" if _belongs_in_pll(row) else ""
    rows.settle_review(row)
    return rows.store(row, "confirmed", by=by, before=before, unsent=unsent)


def _belongs_in_pll(row: Treatment) -> bool:
    """A newly included row of a PLL patient is unsent until the next list."""
    pending = row.review in (Review.PENDING_DECISION, Review.HISTORY_ONLY)
    return pending and MedicationList.objects.filter(patient_key=row.patient_key, has_pll=True).exists()


def _in_conflict(row: Treatment) -> bool:
    return bool(row.difference and row.difference.get("conflict"))


def _note(confirmed: list[Treatment], by: Actor, patient: UUID) -> None:
    names = ", ".join(row.name_form_strength for row in confirmed)
    if names:
        ledger.note("TreatmentConfirmed", f"Bekreftet i bruk: {names}.", by=by, patient=patient)

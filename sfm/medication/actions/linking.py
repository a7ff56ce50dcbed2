"""(Knytt til behandling) A loose prescription is one more of a treatment the list has already: a person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication import content_rows
from sfm.medication.actions import ledger, merge_log, prescriptions, rows
from sfm.medication.actions.confirmation import CONFIRM
from sfm.medication.models import Draft, Prescription, Review, Treatment
from sfm.medication.rules import rights

if TYPE_CHECKING:
    from sfm.core.actor import Actor

UNDECIDED = (Review.PENDING_DECISION, Review.HISTORY_ONLY)
LISTED = "Raden står i den felles legemiddellisten. Bekreft den eller seponer den."


@transaction.atomic
def link(*, treatment_id: UUID, to: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Move the prescriptions of an undecided row to the treatment `to`; the row disappears, its history says where.
    An entry of the shared list is not linked: its id must be kept."""
    by.require(CONFIRM)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    target = Treatment.objects.select_for_update().filter(pk=to, patient_key=patient).first()
    if target is None or target.is_erased or target.pk == row.pk:
        raise NotFound
    if row.review not in UNDECIDED:
        raise Conflict("Raden er allerede avgjort.")
    if "PLL" in row.sources or row.shared_id is not None:
        raise Invalid(LISTED)
    rows.require_no_conflict(target)
    before = content_rows.snapshot(target)
    trace = _move_prescriptions(row, target)
    Draft.objects.filter(patient_key=patient, treatment_id=row.pk, state__in=Draft.OPEN).update(
        treatment_id=target.pk
    )
    target.sources = list(dict.fromkeys([*target.sources, *row.sources]))
    rows.settle_review(target)
    line = ledger.event(
        row, "linked", by=by, before=content_rows.snapshot(row), note=target.name_form_strength
    )
    merge_log.by_person(
        row.pk,
        "linked",
        by=by,
        patient=patient,
        event_id=line.pk,
        into=target.pk,
        note=row.name_form_strength,
    )
    row.delete()
    said = f"Resept for {row.name_form_strength}"
    kept = rows.store(target, "linked", by=by, before=before, note=said, unsent="linked")
    kept.unsent_base = {**(kept.unsent_base or {}), "_linked": [*_linked(kept), trace]}
    kept.save(update_fields=["unsent_base"])
    text = f"Slått sammen: {row.name_form_strength} og {target.name_form_strength}."
    ledger.note("TreatmentMerged", text, by=by, patient=patient, treatment_id=target.pk)
    return kept


def unlink(row: Treatment) -> None:
    """What was joined to the row since it was last sent stands on its own again."""
    for trace in _linked(row):
        apart = Treatment(id=UUID(trace["id"]), patient_key=row.patient_key, created=clock.now())
        content_rows.restore(apart, trace["row"])
        apart.sources, apart.registered_by = trace["sources"], trace["registered_by"]
        apart.save(force_insert=True)
        Prescription.objects.filter(patient_key=row.patient_key, pk__in=trace["prescriptions"]).update(
            treatment_id=apart.pk
        )


def _linked(row: Treatment) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (row.unsent_base or {}).get("_linked", [])
    return found


def _move_prescriptions(row: Treatment, target: Treatment) -> dict[str, Any]:
    own = Prescription.objects.filter(patient_key=row.patient_key, treatment_id=row.pk)
    moved = [str(pk) for pk in own.values_list("pk", flat=True)]
    own.update(treatment_id=target.pk)
    return {
        "id": str(row.pk),
        "row": content_rows.snapshot(row),
        "sources": list(row.sources),
        "registered_by": row.registered_by,
        "prescriptions": moved,
    }


@transaction.atomic
def recall_older(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """«Flere gyldige resepter»: plan the recall of all but the newest (7500 4)."""
    by.require(rights.PRESCRIBE)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    valid = [one for one in rows.sent_prescriptions(row) if one.is_active and not one.recall_delivery]
    if len(valid) < 2:
        raise Invalid("Behandlingen har ikke flere gyldige resepter.")
    before = content_rows.snapshot(row)
    for one in valid[1:]:
        prescriptions.plan_recall(one, prescriptions.OTHER, by=by)
    rows.settle_review(row)
    return rows.store(row, "recalled_older", by=by, before=before, unsent="recalled_older")

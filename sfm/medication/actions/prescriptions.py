"""Draft prescriptions on a row, and the recalls that follow with them. Nothing here is sent or signed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import Conflict
from sfm.medication import content_rows
from sfm.medication.actions import rows
from sfm.medication.models import Delivery, Prescription
from sfm.medication.rules import rights, validity

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import PrescriptionTerms
    from sfm.medication.models import Treatment

RENEWAL, DISCONTINUATION, RENEWAL_WITH_CHANGE, OTHER = "1", "2", "3", "4"  # 7500


def put_draft(row: Treatment, terms: PrescriptionTerms, *, previous: Prescription | None) -> Prescription:
    """Make or overwrite the one unsent prescription of a row."""
    draft = rows.draft_prescription(row) or Prescription(
        treatment_id=row.id, patient_key=row.patient_key, created=clock.now(), delivery=Delivery.DRAFT
    )
    if previous is not None:
        draft.previous_id = previous.id
    content_rows.fill_terms(draft, clamped(terms, row))
    draft.prescribed_on = clock.today()
    draft.save()
    return draft


def clamped(terms: PrescriptionTerms, row: Treatment) -> PrescriptionTerms:
    stop = clock.local(row.discontinued_at).date() if row.discontinued_at else None
    begun = terms.valid_from is not None and terms.valid_from < clock.today()
    return replace(
        terms,
        valid_from=None if begun else terms.valid_from,  # a first day that has passed has done its work
        expires_on=validity.within_treatment(terms.expires_on, stop),
    )


def number_draft(row: Treatment, ident: UUID) -> Prescription:
    """Give the unsent prescription the id a record system chose for it: its columns are sealed under their row's id, so
    it is written anew. Raises Conflict when some prescription has the id."""
    draft = rows.draft_prescription(row)
    if draft is None:
        raise ValueError("no draft to number")
    if Prescription.objects.filter(pk=ident).exists():
        raise Conflict("Resept-id-en er allerede brukt.", code="SFM-409")
    names = (field.attname for field in Prescription._meta.concrete_fields if not field.primary_key)
    made = Prescription(id=ident, **{name: getattr(draft, name) for name in names})
    drop_draft(row)
    made.save(force_insert=True)
    return made


def drop_draft(row: Treatment) -> None:
    Prescription.objects.filter(
        patient_key=row.patient_key, treatment_id=row.id, delivery=Delivery.DRAFT
    ).delete()


def plan_recall(prescription: Prescription, reason: str, *, by: Actor, note: str = "") -> None:
    """Mark for recall at the next sending. Raises Forbidden for who may not prescribe, or not recall another's."""
    by.require(rights.PRESCRIBE)
    if prescription.prescriber_id != by.practitioner_id:
        by.require("rx.recall_others")
    prescription.recall_reason, prescription.recall_note = reason, note
    prescription.recall_delivery = Delivery.DRAFT
    prescription.save(update_fields=["recall_reason", "recall_note", "recall_delivery"])


def drop_recalls(row: Treatment) -> None:
    Prescription.objects.filter(
        patient_key=row.patient_key, treatment_id=row.id, recall_delivery=Delivery.DRAFT
    ).update(recall_delivery="", recall_reason="")

"""What a person does with a treatment (legemiddelbehandling). Everything is local until «Signer og send»."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication import assortment, content_rows
from sfm.medication.actions import editing, ledger, lists, prescriptions, rows
from sfm.medication.actions.confirmation import confirm_in_use, confirm_many_in_use
from sfm.medication.actions.discontinuation import discontinue, undo_discontinue
from sfm.medication.actions.undoing import undo
from sfm.medication.models import Delivery, Lifecycle, Prescription, Review, Treatment
from sfm.medication.queries import renewal
from sfm.medication.rules import rights, validation

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import PrescriptionTerms, TreatmentContent

__all__ = [
    "add_prescription",
    "change",
    "confirm_in_use",
    "confirm_many_in_use",
    "create",
    "discontinue",
    "recall",
    "renew",
    "undo",
    "undo_discontinue",
]


@transaction.atomic
def create(
    *, content: TreatmentContent, by: Actor, patient: UUID, treatment_id: UUID | None = None
) -> Treatment:
    """A new treatment, unsent. With `treatment_id` it cannot be done twice: the second raises IntegrityError."""
    _checked(content, by)
    lists.touch(patient)
    now = clock.now()
    row = Treatment(
        id=treatment_id or uuid4(),
        patient_key=patient,
        review=Review.CONFIRMED,
        sources=["lokal"],
        registered_by=by.name,
        last_changed=now,
        last_changed_by=by.name,
        created=now,
        unsent_base={},
        unsent_verb="created",
        unsent_by=by.practitioner_id,
    )
    content_rows.fill(row, content)
    row.save(force_insert=True)
    if content.prescription is not None:
        assortment.require(content.product, content.prescription)
        prescriptions.put_draft(row, content.prescription, previous=None)
    ledger.event(row, "created", by=by, after=content_rows.snapshot(row))
    ledger.readied(patient, by)
    return row


@transaction.atomic
def change(
    *, treatment_id: UUID, content: TreatmentContent, by: Actor, patient: UUID, version: int
) -> Treatment:
    """Change anything. A change the pharmacy must see becomes a new prescription, and recalls the old (7500 3)."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    _checked(content, by, row, standing=rows.draft_prescription(row) or rows.active_prescription(row))
    _must_be_active(row)
    before = content_rows.snapshot(row)
    content_rows.fill(row, content)
    rows.settle_review(row)
    _change_prescription(row, content, before, by)
    return rows.store(row, "changed", by=by, before=before, unsent="changed")


@transaction.atomic
def renew(
    *,
    treatment_id: UUID,
    by: Actor,
    patient: UUID,
    version: int,
    terms: PrescriptionTerms | None = None,
) -> Treatment:
    """A new prescription with the same content; the old one is recalled (7500 1). Without terms: as last time."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    _must_be_active(row)
    last = _last_prescription(row)
    if terms is None and last is None:
        raise Invalid("Det finnes ingen resept å fornye. Velg «Opprett resept».")
    new = terms or renewal.next_terms(last, row)  # type: ignore[arg-type]
    return _prescribe(row, new, by, verb="renewed", reason=prescriptions.RENEWAL)


@transaction.atomic
def add_prescription(
    *, treatment_id: UUID, terms: PrescriptionTerms, by: Actor, patient: UUID, version: int
) -> Treatment:
    """A prescription on a treatment that has none."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    _must_be_active(row)
    if rows.active_prescription(row) is not None:
        raise Invalid("Behandlingen har allerede en gyldig resept. Velg «Forny».")
    return _prescribe(row, terms, by, verb="prescribed", reason=prescriptions.RENEWAL)


@transaction.atomic
def recall(*, treatment_id: UUID, by: Actor, patient: UUID, version: int, note: str = "") -> Treatment:
    """Withdraw the prescription (7500 4) and keep the treatment, without prescription."""
    by.require(rights.PRESCRIBE)
    row = rows.fetch(treatment_id, patient=patient, version=version)
    active = rows.active_prescription(row)
    if active is None:
        raise Invalid("Det finnes ingen gyldig resept å tilbakekalle.")
    before = content_rows.snapshot(row)
    prescriptions.drop_draft(row)
    prescriptions.plan_recall(active, prescriptions.OTHER, by=by, note=note)
    rows.settle_review(row)
    return rows.store(row, "recalled", by=by, before=before, note=note, unsent="recalled")


def _checked(
    content: TreatmentContent,
    by: Actor,
    row: Treatment | None = None,
    *,
    standing: Prescription | None = None,
) -> None:
    editing.require(by, row)
    if content.prescription is not None:
        by.require(rights.PRESCRIBE)
    terms = content_rows.terms_of(standing) if standing else None
    problems = validation.check(content, today=clock.today(), actor=by, standing=terms)
    if problems:
        raise Invalid(fields=problems)


def _must_be_active(row: Treatment) -> None:
    if row.lifecycle == Lifecycle.SUSPENDED:
        raise Invalid("Behandlingen er pauset. Gjenoppta den først.")
    if row.lifecycle != Lifecycle.ACTIVE or row.has_ended:
        raise Invalid("Behandlingen er ikke aktiv. Angre seponeringen først.")


def _change_prescription(
    row: Treatment, content: TreatmentContent, before: dict[str, object], by: Actor
) -> None:
    """What a change of the row does to its prescriptions."""
    active, draft = rows.active_prescription(row), rows.draft_prescription(row)
    if content.prescription is None:
        prescriptions.drop_draft(row)
        if active is not None:
            prescriptions.plan_recall(active, prescriptions.OTHER, by=by)
        return
    if draft is None and active is not None and _same_for_the_pharmacy(row, content, before, active):
        return
    assortment.require(content.product, content.prescription)
    prescriptions.put_draft(row, content.prescription, previous=active or _last_prescription(row))
    if active is not None:
        prescriptions.plan_recall(active, prescriptions.RENEWAL_WITH_CHANGE, by=by)


def _same_for_the_pharmacy(
    row: Treatment, content: TreatmentContent, before: dict[str, object], active: Prescription
) -> bool:
    after = content_rows.snapshot(row)
    return content.prescription == content_rows.terms_of(active) and all(
        before[column] == after[column] for column in content_rows.SIGNED
    )


def _prescribe(row: Treatment, new: PrescriptionTerms, by: Actor, *, verb: str, reason: str) -> Treatment:
    before = content_rows.snapshot(row)
    active = rows.active_prescription(row)
    draft = prescriptions.put_draft(row, new, previous=active or _last_prescription(row))
    _checked(content_rows.content_of(row, draft), by, row)
    assortment.require(content_rows.product_of(row), new)
    if active is not None:
        prescriptions.plan_recall(active, reason, by=by)
    rows.settle_review(row)
    return rows.store(row, verb, by=by, before=before, unsent=verb)


def _last_prescription(row: Treatment) -> Prescription | None:
    found = Prescription.objects.filter(patient_key=row.patient_key, treatment_id=row.id)
    return found.exclude(delivery=Delivery.DRAFT).order_by("-prescribed_on", "-created").first()

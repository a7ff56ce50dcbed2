"""What M1 says of reimbursement beside the code itself: its name, and that individual reimbursement is applied for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication import assortment
from sfm.medication.queries import decisions as kept
from sfm.medication.queries import reimbursement_options as offered
from sfm.medication.rules import decisions, reimbursement_choice
from sfm.wire.values import cv

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.medication.rules.decisions import Decision
    from sfm.medication.rules.reimbursement import Option
    from sfm.wire import m1


def completed(
    body: m1.Prescription, content: TreatmentContent, terms: PrescriptionTerms, *, patient_key: UUID
) -> m1.Prescription:
    """The message with RefKode's DN as FEST has it (RF 310), and SoktIndividRefusjon where Helfo has not answered."""
    if not terms.legal_basis:
        return body
    today, product = clock.today(), content.product
    found = assortment.fest_product(product, terms)
    granted = decisions.valid_for(
        kept.of_patient(patient_key),
        today,
        atc=product.atc,
        fest_id=product.fest_id,
        name=product.name_form_strength,
    )
    waiting = tuple(one for one in kept.under_way(patient_key) if kept.is_for(one, product))
    options = offered.of(product, found, today, granted=granted, waiting=waiting)
    return settled(body, terms, options, granted)


def settled(
    body: m1.Prescription,
    terms: PrescriptionTerms,
    options: tuple[Option, ...],
    granted: tuple[Decision, ...],
) -> m1.Prescription:
    """As `completed`, when it is known what may be chosen and what Helfo has granted."""
    if reimbursement_choice.is_applied_for(terms, options, granted):
        body = replace(body, individual_reimbursement=True)
    return _named(body, terms, options)


def _named(body: m1.Prescription, terms: PrescriptionTerms, options: tuple[Option, ...]) -> m1.Prescription:
    if body.medication is None or not terms.reimbursement_code:
        return body
    same = (terms.reimbursement_code, terms.reimbursement_system)
    name = next((one.name for one in options if (one.code, one.system) == same and one.name), "")
    if not name:
        return body
    code = cv(terms.reimbursement_code, terms.reimbursement_system, name)
    return replace(body, medication=replace(body.medication, reimbursement_code=code))

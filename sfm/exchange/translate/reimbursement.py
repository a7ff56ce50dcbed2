"""What M1 says of reimbursement beside the code itself: its name, and that individual reimbursement is applied for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication import assortment
from sfm.medication.queries import decisions as kept
from sfm.medication.queries import reimbursement_options as offered
from sfm.medication.rules import decisions, reimbursement
from sfm.wire.values import cv

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.wire import m1


def completed(
    body: m1.Prescription, content: TreatmentContent, terms: PrescriptionTerms, *, patient_key: UUID
) -> m1.Prescription:
    """The message with RefKode's DN as FEST has it (RF 310), and SoktIndividRefusjon where Helfo has not answered."""
    if not terms.legal_basis:
        return body
    today, product = clock.today(), content.product
    individual = terms.legal_basis == reimbursement.INDIVIDUAL
    all_decisions = kept.of_patient(patient_key) if individual else ()
    granted = decisions.valid_for(
        all_decisions, today, atc=product.atc, fest_id=product.fest_id, name=product.name_form_strength
    )
    waiting = [one for one in kept.under_way(patient_key) if kept.is_for(one, product)] if individual else []
    found = assortment.fest_product(product, terms)
    options = offered.of(product, found, today, granted=granted, waiting=tuple(waiting))
    said = replace(body, individual_reimbursement=True) if individual and not granted else body
    return _named(said, terms, options)


def _named(
    body: m1.Prescription, terms: PrescriptionTerms, options: tuple[reimbursement.Option, ...]
) -> m1.Prescription:
    if body.medication is None or not terms.reimbursement_code:
        return body
    same = (terms.reimbursement_code, terms.reimbursement_system)
    name = next((one.name for one in options if (one.code, one.system) == same and one.name), "")
    if not name:
        return body
    code = cv(terms.reimbursement_code, terms.reimbursement_system, name)
    return replace(body, medication=replace(body.medication, reimbursement_code=code))

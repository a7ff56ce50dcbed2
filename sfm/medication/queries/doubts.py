"""(Tvil om dosen) What the form would have said of a dose that nobody looks at now: batch renewal leaves such rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication import assortment
from sfm.medication.queries import decisions as kept
from sfm.medication.rules import decision_amounts, decisions, dosage_guards, reimbursement_choice

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.medication.rules.dosage import Dosage


def of(content: TreatmentContent, *, patient_key: UUID, last: Dosage | None) -> tuple[str, ...]:
    """`last`: the dose of the prescription that is renewed."""
    terms = content.prescription
    if terms is None:
        return ()
    found = (
        *dosage_guards.warnings(content, last=last),
        dosage_guards.unit_problem(content.dosage.unit, _units(content, terms)),
        *_beyond_decision(content, terms, patient_key),
    )
    return tuple(text for text in found if text)


def _units(content: TreatmentContent, terms: PrescriptionTerms) -> tuple[str, ...]:
    found = assortment.fest_product(content.product, terms)
    return tuple(unit.value for unit in found.dose_units) if found else ()


def _beyond_decision(
    content: TreatmentContent, terms: PrescriptionTerms, patient_key: UUID
) -> tuple[str, ...]:
    if not terms.legal_basis:
        return ()
    product, chosen = content.product, reimbursement_choice.key(terms)
    granted = decisions.valid_for(
        kept.of_patient(patient_key),
        clock.today(),
        atc=product.atc,
        fest_id=product.fest_id,
        name=product.name_form_strength,
    )
    same = [one for one in granted if (one.basis, one.code, one.system) == chosen]
    return (decision_amounts.exceeded(same[0], content),) if same else ()

"""What is left before a prescription can be written without opening the form: all that the form would have said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication import assortment
from sfm.medication.queries import lar, reimbursement
from sfm.medication.rules import particular_checks, validation

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.rules.particular_checks import Person


def problems(
    content: TreatmentContent,
    *,
    patient_key: UUID,
    actor: Actor,
    person: Person,
    treatment_id: UUID | None = None,
    proposes: bool = False,
) -> dict[str, str]:
    """By field. `proposes`: right and reimbursement are for whoever approves it."""
    today = clock.today()
    found = validation.check(content, today=today, actor=actor)
    if proposes:
        found.pop("product", None)
    terms = content.prescription
    if terms is None:
        return found
    found |= assortment.problems(content.product, terms, person=person)
    found |= particular_checks.of_person(terms, person, today)
    found |= lar.problems(content, patient_key=patient_key, treatment_id=treatment_id)
    if terms.legal_basis and not proposes:
        patient = reimbursement.Patient(born=person.born, sex=person.sex)
        found |= reimbursement.assess(
            content, patient_key=patient_key, actor=actor, patient=patient, treatment_id=treatment_id
        ).problems
    return found

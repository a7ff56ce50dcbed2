"""From the form to the domain: as an act of one's own, or as a draft for somebody who may."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from portals.treatment.forms import particulars, reimbursement, treatment
from portals.treatment.views import approving, merging
from portals.treatment.views.parts import version_of
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication import assortment
from sfm.medication.actions import drafts, own_products, treatments
from sfm.medication.queries import lar
from sfm.medication.rules import particular_checks, validation

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest
    from portals.treatment.views.form_page import Page
    from sfm.medication.content import PrescriptionTerms, TreatmentContent


def create(request: PatientRequest, page: Page) -> UUID:
    """Add to the list, or propose it. The form's token names the row: the same form sent twice makes one."""
    proposes = is_proposal(request, page)
    content = _content(request, page, proposes=proposes)
    made = _id_of(request)
    try:
        with transaction.atomic():
            if proposes:
                again = approving.reword(request, content, page.fields["comment"])
                if again is not None:
                    return again
                _submit(request, page, content, "new_treatment")
            elif approving.draft_of(request) is not None:
                return approving.approve(request, content) or made
            else:
                treatments.create(
                    content=content, by=request.actor, patient=request.patient.key, treatment_id=made
                )
                _keep_own(request, page, content)
    except IntegrityError as error:
        _already_there(error)
    return made


def _keep_own(request: PatientRequest, page: Page, content: TreatmentContent) -> None:
    """«Lagre til senere bruk»: for everyone in the journal."""
    if page.offer.is_own and page.fields["save_own"]:
        own_products.save(product=content.product, by=request.actor)


def change(request: PatientRequest, page: Page) -> UUID:
    proposes = is_proposal(request, page)
    content = _content(request, page, proposes=proposes)
    target = _target(page)
    if proposes:
        if approving.reword(request, content, page.fields["comment"], version_of(request)) is not None:
            return target
        try:
            with transaction.atomic():
                _submit(request, page, content, "change", target)
        except IntegrityError as error:
            _already_there(error)
        return target
    if approving.draft_of(request) is not None:
        return approving.approve(request, content, version=version_of(request)) or target
    treatments.change(
        treatment_id=target,
        content=content,
        by=request.actor,
        patient=request.patient.key,
        version=version_of(request),
    )
    return target


def add_prescription(request: PatientRequest, page: Page) -> UUID:
    treatments.add_prescription(
        treatment_id=_target(page),
        terms=_terms(request, page),
        by=request.actor,
        patient=request.patient.key,
        version=version_of(request),
    )
    return _target(page)


def renew(request: PatientRequest, page: Page) -> UUID:
    treatments.renew(
        treatment_id=_target(page),
        terms=_terms(request, page),
        by=request.actor,
        patient=request.patient.key,
        version=version_of(request),
    )
    return _target(page)


def _content(request: PatientRequest, page: Page, *, proposes: bool) -> TreatmentContent:
    """Everything that is wrong, said at once: what could not be read, and what the domain will not take."""
    content, problems = treatment.read(page.fields, page.offer)
    content = merging.applied(request, page, content)
    standing = page.existing.content.prescription if page.existing else None
    found = validation.check(content, today=clock.today(), actor=request.actor, standing=standing)
    problems = found | _for_this_patient(request, page, content) | problems
    if proposes:
        problems.pop("product", None)
    else:
        problems = _not_reimbursed(request, page, content) | problems
    if problems:
        raise Invalid(fields=problems)
    return content


def _for_this_patient(request: PatientRequest, page: Page, content: TreatmentContent) -> dict[str, str]:
    """What depends on who the patient is: age, sex, LAR, and what FEST says of the product for them."""
    if content.prescription is None:
        return {}
    person = particulars.person_of(request)
    found = assortment.problems(content.product, content.prescription, person=person)
    found |= lar.problems(content, patient_key=request.patient.key, treatment_id=page.treatment_id)
    return found | particular_checks.of_person(content.prescription, person, clock.today())


def _not_reimbursed(request: PatientRequest, page: Page, content: TreatmentContent) -> dict[str, str]:
    """What is left before the state pays. A hjemmel that stands unchanged on the row is judged at the signing."""
    terms, standing = content.prescription, page.existing and page.existing.content.prescription
    if terms is None or not terms.legal_basis:
        return {}
    if page.kind == "change" and standing and _basis(standing) == _basis(terms):
        return {}
    return reimbursement.assess(request, content, treatment_id=page.treatment_id).problems


def _basis(terms: PrescriptionTerms) -> tuple[str, str, str]:
    return terms.legal_basis, terms.reimbursement_code, terms.reimbursement_system


def _terms(request: PatientRequest, page: Page) -> PrescriptionTerms:
    content, problems = treatment.read(page.fields, page.offer)
    problems = _not_reimbursed(request, page, content) | _for_this_patient(request, page, content) | problems
    if problems:
        raise Invalid(fields=problems)
    if content.prescription is None:
        raise Invalid(fields={"prescription": "Velg e-resept eller papirresept."})
    return content.prescription


def is_proposal(request: PatientRequest, page: Page) -> bool:
    """Who may not edit can only propose; who may, chooses."""
    return not page.authority.edits or request.POST.get("do") == "draft"


def _submit(
    request: PatientRequest, page: Page, content: TreatmentContent, kind: str, target: UUID | None = None
) -> None:
    drafts.submit(
        kind=kind,
        content=content,
        comment=page.fields["comment"],
        by=request.actor,
        patient=request.patient.key,
        treatment_id=target,
        draft_id=_id_of(request),
    )


def _id_of(request: PatientRequest) -> UUID:
    """The row's id follows from patient, person and the form's token: nobody can name another's row with it."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError as error:
        raise Invalid("Skjemaet er ufullstendig. Last siden på nytt.") from error
    return uuid5(request.patient.key, f"{request.actor.practitioner_id}:{token}")


def _target(page: Page) -> UUID:
    if page.treatment_id is None:
        raise Invalid("Skjemaet mangler raden det gjelder. Last siden på nytt.")
    return page.treatment_id


def _already_there(error: IntegrityError) -> None:
    """The same form, sent before: the row is there. Anything else that is not unique is a fault, and stays one."""
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if not constraint.endswith("_pkey"):
        raise error

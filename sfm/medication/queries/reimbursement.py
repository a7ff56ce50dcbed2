"""(Refusjon) What may be chosen for a product today, and what is left before it holds: one assessment for form and
signing alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.fest.product import STEP
from sfm.identity.models import Practitioner
from sfm.medication import assortment
from sfm.medication.models import Prescription, TermConfirmation, Treatment
from sfm.medication.queries import decisions as kept
from sfm.medication.queries import reimbursement_options as offered
from sfm.medication.rules import (
    contribution,
    decision_amounts,
    decisions,
    dosage_text,
    product_kinds,
    reimbursement,
    reimbursement_amounts,
    reimbursement_choice,
    validity,
)
from sfm.medication.rules.reimbursement import Circumstances, Confirmation
from sfm.tenancy.models import Organisation, OrganisationType

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.fest.product import Product as FestProduct
    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.medication.models import ReimbursementApplication
    from sfm.medication.rules.decisions import Decision
    from sfm.medication.rules.reimbursement import Option, Verdict

OLD_DECISION = "Vedtaket etter {} kan ikke brukes på en ny resept. Søk Helfo på nytt."
PER_YEAR = "15"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the form says that is not stored yet: terms ticked as met, and why others are set aside."""

    met: Collection[str] = ()
    reason: str = ""


NOTHING_SAID = Said()


@dataclass(frozen=True, kw_only=True)
class Patient:
    """What the identity tells, without being one."""

    born: date | None = None
    sex: str = ""  # 3101


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """`options` in FEST's order; `chosen` None for hvit resept, and for one that is not among them."""

    options: tuple[Option, ...] = ()
    chosen: Option | None = None
    verdicts: tuple[Verdict, ...] = ()
    notes: tuple[str, ...] = ()
    problems: dict[str, str]
    decisions: tuple[Decision, ...] = ()
    applications: tuple[ReimbursementApplication, ...] = ()
    lasts_until: date | None = None  # condition 28
    unsaved: frozenset[str] = frozenset()  # terms answered by what the form says, and not stored yet
    last_used: str = ""  # value of the option used last for this treatment's substance
    starters: dict[str, str] | None = (
        None  # 7426 → name: who is to have started the treatment, where a term asks
    )


def assess(
    content: TreatmentContent,
    *,
    patient_key: UUID,
    actor: Actor,
    patient: Patient,
    treatment_id: UUID | None = None,
    said: Said = NOTHING_SAID,
    lasts: int | None = None,
) -> Assessment:
    """`lasts`: for how many days one dispensing is enough, when that can be told."""
    terms, product, today = content.prescription, content.product, clock.today()
    if terms is None:
        return Assessment(problems={})
    found = assortment.fest_product(product, terms)
    granted = _granted(kept.of_patient(patient_key), content, today)
    waiting = tuple(one for one in kept.under_way(patient_key) if kept.is_for(one, product))
    options = offered.of(product, found, today, granted=granted, waiting=waiting)
    assessed = Assessment(
        problems={},
        options=options,
        decisions=granted,
        applications=waiting,
        last_used=_last_used(patient_key, content) if options else "",
        notes=_for_anyone(content, patient, granted, today),
    )
    if not terms.legal_basis:
        return assessed
    chosen = reimbursement_choice.chosen(terms, options)
    wrong = reimbursement_choice.problem(
        terms, options, granted=granted, applied=bool(waiting), judged=found is not None
    )
    if wrong or chosen is None:
        return replace(assessed, chosen=chosen, problems={"legal_basis": wrong} if wrong else {})
    facts = _circumstances(content, chosen, patient_key=patient_key, actor=actor, patient=patient)
    heard = _heard(treatment_id, patient_key, chosen) if treatment_id else {}
    answers = _answers(chosen, facts, heard, said, actor)
    verdicts = reimbursement.judge(chosen, facts, heard | answers)
    changed = reimbursement.changed_validity(chosen)
    until = validity.expires_on(today, changed) if changed else None
    return replace(
        assessed,
        chosen=chosen,
        verdicts=verdicts,
        unsaved=frozenset(answers),
        lasts_until=until,
        notes=(*assessed.notes, *_notes(content, found, lasts, granted, chosen, today)),
        starters=reimbursement.starters(verdicts, facts),
        problems=reimbursement.problems(verdicts) | _too_long(terms, until),
    )


def _for_anyone(
    content: TreatmentContent, patient: Patient, granted: tuple[Decision, ...], today: date
) -> tuple[str, ...]:
    """What is good to know whichever way it is paid."""
    young = contribution.note(atc=content.product.atc, born=patient.born, sex=patient.sex, today=today)
    old = {one.basis for one in granted} & set(reimbursement.NO_LONGER)
    said = (young, *(OLD_DECISION.format(reimbursement.NO_LONGER[basis]) for basis in sorted(old)))
    return tuple(text for text in said if text)


def _granted(
    all_decisions: tuple[Decision, ...], content: TreatmentContent, today: date
) -> tuple[Decision, ...]:
    product = content.product
    return decisions.valid_for(
        all_decisions, today, atc=product.atc, fest_id=product.fest_id, name=product.name_form_strength
    )


def _too_long(terms: PrescriptionTerms, until: date | None) -> dict[str, str]:
    if until is None or terms.expires_on <= until:
        return {}
    return {"expires_on": f"Med denne refusjonen kan resepten gjelde til og med {until:%d.%m.%Y}."}


def _answers(
    chosen: Option, facts: Circumstances, heard: dict[str, Confirmation], said: Said, actor: Actor
) -> dict[str, Confirmation]:
    """What the form says about the terms that are open when only what is stored counts."""
    now, reason = clock.now(), said.reason.strip()
    found: dict[str, Confirmation] = {}
    for one in reimbursement.judge(chosen, facts, heard):
        if one.state == reimbursement.ASK and one.term.id in said.met:
            found[one.term.id] = Confirmation(outcome="met", by=actor.name, at=now)
        elif one.state == reimbursement.UNMET and not one.stops and reason:
            found[one.term.id] = Confirmation(outcome="exception", by=actor.name, at=now, reason=reason)
    return found


def _heard(treatment_id: UUID, patient_key: UUID, chosen: Option) -> dict[str, Confirmation]:
    """The newest word on each term of this treatment."""
    rows = TermConfirmation.objects.filter(
        patient_key=patient_key, treatment_id=treatment_id, term_id__in=[term.id for term in chosen.terms]
    ).order_by("at")
    return {
        row.term_id: Confirmation(
            outcome=row.outcome, by=row.by_name, at=row.at, reason=row.content.get("reason", "")
        )
        for row in rows
        if row.outcome != "withdrawn"
    }


def _circumstances(
    content: TreatmentContent, chosen: Option, *, patient_key: UUID, actor: Actor, patient: Patient
) -> Circumstances:
    types = {part.type for term in chosen.terms for part in term.requirements}
    office = _office(actor) if chosen.terms else 0
    ware = product_kinds.is_ware(content.product.kind)
    terms = content.prescription
    return Circumstances(
        today=clock.today(),
        born=patient.born,
        sex=patient.sex,
        specialities=_specialities(actor) if chosen.terms else frozenset(),
        hospital=office == OrganisationType.HOSPITAL,
        code=chosen.code,
        days=_days(content),
        per_dispensing=(terms.package_count or terms.quantity) if terms else None,
        per_year=_this_year(content, patient_key) if PER_YEAR in types else None,
        per_day_stated=any(letter.isdigit() for letter in dosage_text.text(content.dosage)),
        group_level=ware,
        machine_packed=content.in_multidose,
        started_by=terms.particulars.initiator if terms else None,
        used_before=_used(patient_key, content)
        if any(not term.requirements for term in chosen.terms)
        else (),
    )


def _days(content: TreatmentContent) -> int | None:
    stop = content.discontinue_on or content.dosage_ends_on
    return (stop - (content.starts_on or clock.today())).days if stop else None


def _office(actor: Actor) -> int:
    found = Organisation.objects.filter(pk=actor.organisation_id).values_list("type_code", flat=True).first()
    return int(found or 0)


def _specialities(actor: Actor) -> frozenset[str]:
    found = (
        Practitioner.objects.filter(pk=actor.practitioner_id).values_list("specialities", flat=True).first()
    )
    return frozenset(str(code) for code in found or ())


def _used(patient_key: UUID, content: TreatmentContent) -> tuple[str, ...]:
    rows = Treatment.objects.filter(patient_key=patient_key).exclude(substance=content.product.substance)
    return tuple(name for text in rows.values_list("substance", flat=True) for name in text.split(" + "))


def _this_year(content: TreatmentContent, patient_key: UUID) -> Decimal:
    """What this journal and RF know of the same product this calendar year, and what is being written."""
    own = Treatment.objects.filter(patient_key=patient_key, fest_id=content.product.fest_id).values("pk")
    since = clock.today().replace(month=1, day=1)
    earlier = Prescription.objects.filter(
        patient_key=patient_key, treatment_id__in=own, prescribed_on__gte=since
    )
    written = [_amount(row) for row in earlier.exclude(delivery="draft")]
    return sum(written, _amount(content.prescription))


def _amount(terms: Prescription | PrescriptionTerms | None) -> Decimal:
    if terms is None:
        return Decimal(0)
    return (terms.package_count or terms.quantity or Decimal(0)) * (terms.refills + 1)


def _last_used(patient_key: UUID, content: TreatmentContent) -> str:
    """The reimbursement used last for this patient and substance."""
    product = content.product
    same = {"atc": product.atc} if product.atc else {"fest_id": product.fest_id}
    own = Treatment.objects.filter(patient_key=patient_key, **same).values("pk")
    last = (
        Prescription.objects.filter(patient_key=patient_key, treatment_id__in=own)
        .exclude(legal_basis="")
        .order_by("-prescribed_on", "-created")
        .first()
    )
    return f"{last.legal_basis}|{last.reimbursement_code}|{last.reimbursement_system}" if last else ""


def _notes(
    content: TreatmentContent,
    found: FestProduct | None,
    lasts: int | None,
    granted: tuple[Decision, ...],
    chosen: Option,
    today: date,
) -> tuple[str, ...]:
    terms = content.prescription
    if terms is None:
        return ()
    exchangeable = found is not None and any(package.substitution_group for package in found.packages)
    supply = reimbursement_amounts.Supply(
        days=lasts,
        refills=terms.refills,
        dispensing_group=content.product.dispensing_group,
        exchangeable=exchangeable,
        no_substitution=terms.no_substitution,
        step_price=_step_price(found, terms.varenr or content.product.varenr, today),
    )
    return (*_of_decision(content, granted, chosen, today), *reimbursement_amounts.notes(supply))


def _step_price(found: FestProduct | None, varenr: str, today: date) -> Decimal | None:
    """Of the package that is prescribed; a substance has none."""
    packages = found.packages if found is not None and varenr else ()
    package = next((one for one in packages if one.varenr == varenr), None)
    return package.price_on(today, STEP) if package else None


def _of_decision(
    content: TreatmentContent, granted: tuple[Decision, ...], chosen: Option, today: date
) -> tuple[str, ...]:
    """That it runs out, and that the dose is more than it covers. The decision is the one whose code is chosen."""
    same = [one for one in granted if (one.basis, one.code, one.system) == chosen.key]
    if not same:
        return ()
    said = (kept.ending(same[0], today), decision_amounts.exceeded(same[0], content))
    return tuple(text for text in said if text)

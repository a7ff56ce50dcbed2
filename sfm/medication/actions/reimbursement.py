"""(Refusjon) A prescriber's word that terms are met, and decisions from Helfo kept for the next time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid, NotFound
from sfm.medication.actions import ledger
from sfm.medication.models import ReimbursementDecision, TermConfirmation, Treatment
from sfm.medication.queries import reimbursement as assessments
from sfm.medication.rules import decisions, reimbursement, rights

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.queries.reimbursement import Patient, Said
    from sfm.medication.rules.decisions import Decision
    from sfm.medication.rules.reimbursement import Verdict

QUERY = "reimbursement.query"
LONGEST_REASON = 500
HELFO, LETTER = "helfo", "letter"


@transaction.atomic
def confirm_terms(
    *, treatment_id: UUID, content: TreatmentContent, said: Said, by: Actor, patient: UUID, who: Patient
) -> int:
    """Keep what the form said of the terms, beside the row it was said of. Returns how many terms were answered."""
    by.require(rights.PRESCRIBE)
    if len(said.reason) > LONGEST_REASON:
        raise Invalid(fields={"terms": f"Begrunnelsen kan ha høyst {LONGEST_REASON} tegn."})
    row = Treatment.objects.filter(pk=treatment_id, patient_key=patient).first()
    if row is None:
        raise NotFound
    found = assessments.assess(
        content, patient_key=patient, actor=by, patient=who, treatment_id=treatment_id, said=said
    )
    answered = [one for one in found.verdicts if one.term.id in found.unsaved]
    for one in answered:
        _keep(one, row, found.chosen.basis if found.chosen else "", by)
    if answered:
        numbers = ", ".join(one.term.number for one in answered)
        ledger.event(row, "terms_confirmed", by=by, note=f"Vilkår {numbers}. {said.reason}".strip())
    return len(answered)


def _keep(one: Verdict, row: Treatment, basis: str, by: Actor) -> None:
    excepted = one.state == reimbursement.EXCEPTED
    TermConfirmation.objects.create(
        patient_key=row.patient_key,
        treatment_id=row.pk,
        legal_basis=basis,
        term_id=one.term.id,
        outcome="exception" if excepted else "met",
        content={
            "number": one.term.number,
            "text": one.term.text,
            "reason": one.said.reason if one.said else "",
            "why": one.why,
        },
        by_id=by.practitioner_id,
        by_name=by.name,
        by_hpr=by.hpr,
        at=clock.now(),
    )


@transaction.atomic
def record(*, decision: Decision, by: Actor, patient: UUID) -> ReimbursementDecision:
    """Keep a decision that came by letter. The same reference again replaces what was kept before it."""
    by.require(QUERY)
    _check(decision)
    made = _store(decision, patient, LETTER, (by.practitioner_id, by.name), None)
    ledger.audit("reimbursement.decision", by=by, patient=patient, subject=made, detail={"source": LETTER})
    return made


@transaction.atomic
def received(
    *, decision: Decision, asked_by: tuple[UUID, str], patient: UUID, application_id: UUID | None = None
) -> ReimbursementDecision:
    """Keep what Helfo itself said; who asked stands with it."""
    return _store(decision, patient, HELFO, asked_by, application_id)


def _store(
    decision: Decision, patient: UUID, source: str, who: tuple[UUID, str], application_id: UUID | None
) -> ReimbursementDecision:
    for earlier in ReimbursementDecision.objects.filter(patient_key=patient, source=source, retired_at=None):
        if earlier.reference == decision.reference:
            if _same(earlier, decision):
                return earlier
            ReimbursementDecision.objects.filter(pk=earlier.pk).update(retired_at=clock.now())
    return ReimbursementDecision.objects.create(
        id=uuid4(),
        patient_key=patient,
        source=source,
        outcome=decision.outcome,
        reference=decision.reference.strip(),
        valid_from=decision.valid_from,
        valid_until=decision.valid_until,
        content=decisions.to_data(decision),
        application_id=application_id,
        recorded_by=who[0],
        recorded_by_name=who[1],
        recorded_at=clock.now(),
    )


@transaction.atomic
def retire(*, decision_id: UUID, by: Actor, patient: UUID) -> None:
    """A decision that was typed in by mistake. Helfo's own are Helfo's to withdraw."""
    by.require(QUERY)
    mine = ReimbursementDecision.objects.filter(
        pk=decision_id, patient_key=patient, source=LETTER, retired_at=None
    )
    if not mine.update(retired_at=clock.now()):
        raise NotFound
    ledger.audit(
        "reimbursement.decision_retired",
        by=by,
        patient=patient,
        subject=("reimbursementdecision", decision_id),
    )


def _same(row: ReimbursementDecision, decision: Decision) -> bool:
    kept = (row.outcome, row.valid_from, row.valid_until, row.content)
    return kept == (
        decision.outcome,
        decision.valid_from,
        decision.valid_until,
        decisions.to_data(replace(decision, id=row.pk)),
    )


def _check(decision: Decision) -> None:
    wrong = {}
    if not decision.reference.strip():
        wrong["reference"] = "Skriv saksnummeret som står i vedtaket."
    if not decision.product_name.strip() and not decision.atc:
        wrong["product_name"] = "Skriv hvilket legemiddel vedtaket gjelder."
    if (
        decision.basis == reimbursement.INDIVIDUAL
        and not decision.code
        and decision.outcome == decisions.GRANTED
    ):
        wrong["code"] = "Skriv refusjonskoden eller diagnosen vedtaket gjelder."
    if decision.valid_until is not None and decision.valid_until < decision.valid_from:
        wrong["valid_until"] = "Vedtaket kan ikke slutte før det begynner."
    if wrong:
        raise Invalid(fields=wrong)

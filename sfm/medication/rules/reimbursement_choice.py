"""(Valg av hjemmel) Whether what was chosen is among what may be chosen today, and what to say when it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.rules import reimbursement

if TYPE_CHECKING:
    from sfm.medication.content import PrescriptionTerms
    from sfm.medication.rules.decisions import Decision
    from sfm.medication.rules.reimbursement import Option

NOT_VALID = "Hjemmelen eller refusjonskoden gjelder ikke for dette legemidlet i dag. Velg en annen, eller hvit resept."
NO_DECISION = "§ 3 krever vedtak fra Helfo, eller at søknad er sendt. Søk under fanen «Helfo»."
DECISION_FIRST = (
    "Denne refusjonen krever vedtak fra Helfo, eller at søknad er sendt. Søk under fanen «Helfo»."
)
OTHER_CODE = "Vedtaket fra Helfo gjelder {}. Velg den, eller søk på nytt."


def chosen(terms: PrescriptionTerms, options: tuple[Option, ...]) -> Option | None:
    return next((one for one in options if one.key == key(terms)), None)


def key(terms: PrescriptionTerms) -> tuple[str, str, str]:
    return terms.legal_basis, terms.reimbursement_code, terms.reimbursement_system


def problem(
    terms: PrescriptionTerms,
    options: tuple[Option, ...],
    *,
    granted: tuple[Decision, ...],
    applied: bool,
    judged: bool,
) -> str:
    """`granted`: the decisions that hold for the product today. `applied`: Helfo has an application for it.
    `judged`: FEST knows the product; what FEST never had is not judged."""
    if not terms.legal_basis:
        return ""
    found = chosen(terms, options)
    if found is not None:
        waits = found.needs_decision and not applied and not _decided(terms, granted)
        return DECISION_FIRST if waits else ""
    if terms.legal_basis != reimbursement.INDIVIDUAL:
        return NOT_VALID if judged or options else ""
    offered = [one for one in options if one.basis == reimbursement.INDIVIDUAL]
    codes = " og ".join(f"{one.code} {one.name}".strip() for one in offered)
    return OTHER_CODE.format(codes) if codes else NO_DECISION


def is_applied_for(
    terms: PrescriptionTerms, options: tuple[Option, ...], granted: tuple[Decision, ...]
) -> bool:
    """(SoktIndividRefusjon) The reimbursement stands on a decision Helfo has not made yet."""
    found = chosen(terms, options)
    rests = terms.legal_basis == reimbursement.INDIVIDUAL or (found is not None and found.needs_decision)
    return rests and not _decided(terms, granted)


def _decided(terms: PrescriptionTerms, granted: tuple[Decision, ...]) -> bool:
    return any(one.basis == terms.legal_basis for one in granted)

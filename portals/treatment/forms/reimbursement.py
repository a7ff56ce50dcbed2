"""(Refusjon) The part of the prescribing form that says who pays: choices, terms, decisions from Helfo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portals.shared import chosen as preferences
from sfm.medication.actions import reimbursement as acts
from sfm.medication.queries import diagnoses
from sfm.medication.queries import reimbursement as assessments
from sfm.medication.queries.reimbursement import Patient, Said
from sfm.medication.rules import reimbursement
from sfm.medication.rules.reimbursement import BASES, ICD, ICPC

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from portals.shared.guard import PatientRequest
    from sfm.medication.content import TreatmentContent
    from sfm.medication.particulars import Diagnosis
    from sfm.medication.queries.reimbursement import Assessment
    from sfm.medication.rules.decisions import Decision
    from sfm.medication.rules.reimbursement import Option, Verdict

SYSTEMS = {"icpc2": ICPC, "icd10": ICD}
NAMES = {"icpc2": "ICPC-2", "icd10": "ICD-10"}
LAST = "Sist brukt"
KNOWN = "Passer med diagnosen i journalen"


@dataclass(frozen=True, kw_only=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A term as it is shown. `kind`: tick (a person must say), wrong (needs a reason), done, told."""

    kind: str
    number: str
    text: str
    why: str
    id: str
    ticked: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """`groups`: heading → choices, in the order they are offered."""

    groups: dict[str, list[Choice]]
    value: str
    missing: str  # the row's own hjemmel, when FEST no longer lists it
    use: str
    lines: tuple[Line, ...]
    reason: str
    asks_reason: bool
    notes: tuple[str, ...]
    decisions: tuple[Decision, ...]
    lasts_until: date | None
    problems: dict[str, str]
    starters: dict[str, str] | None = None  # asked who started the treatment: specialities that will do

    @property
    def shown(self) -> bool:
        return bool(self.groups or self.missing)


def said(request: PatientRequest) -> Said:
    """What is ticked and written in the form as it was sent."""
    return Said(
        met=frozenset(request.POST.getlist("term_met")),
        reason=request.POST.get("term_reason", "").replace("\0", ""),
    )


def who(request: PatientRequest) -> Patient:
    identity = request.patient.identity
    return Patient(born=identity.born, sex=identity.sex)


def assess(
    request: PatientRequest,
    content: TreatmentContent,
    *,
    treatment_id: UUID | None = None,
    lasts: int | None = None,
) -> Assessment:
    return assessments.assess(
        content,
        patient_key=request.patient.key,
        actor=request.actor,
        patient=who(request),
        treatment_id=treatment_id,
        said=said(request),
        lasts=lasts,
    )


def panel(
    request: PatientRequest,
    content: TreatmentContent,
    *,
    value: str,
    treatment_id: UUID | None = None,
    lasts: int | None = None,
) -> Panel:
    """`value`: what the form has chosen, also when it says «uten resept»."""
    found = assess(request, content, treatment_id=treatment_id, lasts=lasts)
    known = {one.value for one in found.options}
    heard = said(request)
    excepted = any(
        one.state == reimbursement.EXCEPTED and one.term.id in found.unsaved for one in found.verdicts
    )
    asks = excepted or any(one.state == reimbursement.UNMET and not one.stops for one in found.verdicts)
    return Panel(
        groups=_groups(
            found,
            preferences.of(request, "diagnosis_system"),
            diagnoses.stated(request.patient.key) if found.options else (),
        ),
        value=value,
        missing=value if value and value not in known else "",
        use=found.chosen.use if found.chosen else "",
        lines=tuple(_line(one, found) for one in found.verdicts),
        reason=heard.reason,
        asks_reason=asks,
        notes=found.notes,
        decisions=found.decisions,
        lasts_until=found.lasts_until,
        problems=found.problems,
        starters=found.starters,
    )


def store(request: PatientRequest, content: TreatmentContent, treatment_id: UUID) -> None:
    """Keep what was confirmed, in the transaction that keeps the row."""
    if content.prescription is None or not content.prescription.legal_basis:
        return
    acts.confirm_terms(
        treatment_id=treatment_id,
        content=content,
        said=said(request),
        by=request.actor,
        patient=request.patient.key,
        who=who(request),
    )


def _groups(found: Assessment, preferred: str, stated: tuple[Diagnosis, ...]) -> dict[str, list[Choice]]:
    """Used last for this patient first; then what the patient is known to have; then the preferred diagnosis codes; the
    other codes last."""
    other = next(name for name in SYSTEMS if name != preferred)
    placed: dict[str, list[Choice]] = {}
    last = next((one for one in found.options if one.value == found.last_used), None)
    if last is not None:
        placed[LAST] = [_choice(last)]
    fitting = [one for one in found.options if one is not last and reimbursement.fits(one, stated)]
    if fitting:
        placed[KNOWN] = [_choice(one) for one in fitting]
    both = {_family(one) for one in found.options if one.code} >= set(SYSTEMS)
    for family in ("", preferred, other):
        for one in found.options:
            if _family(one) == family and one is not last and one not in fitting:
                heading = BASES.get(one.basis) or one.group
                heading = f"{heading} · {NAMES[family]}" if family and both else heading
                placed.setdefault(heading, []).append(_choice(one))
    return dict(sorted(placed.items(), key=lambda item: item[0].startswith(BASES[reimbursement.INJURY])))


def _family(one: Option) -> str:
    """Which diagnosis codes it is written with; "" where there is no code, or a decision holds it."""
    number = one.system.rpartition(".")[2]
    if one.basis != reimbursement.PRE_APPROVED:
        return ""
    return next((name for name, lists in SYSTEMS.items() if number in lists), "")


def _choice(one: Option) -> Choice:
    code = f"{one.code} {one.shown or one.name}".strip()
    if one.basis == reimbursement.PRE_APPROVED:
        return Choice(value=one.value, label=code)
    return Choice(
        value=one.value, label=" – ".join(part for part in (one.group, one.use if code else "", code) if part)
    )


def _line(one: Verdict, found: Assessment) -> Line:
    unsaved = one.term.id in found.unsaved
    kinds = {reimbursement.ASK: "tick", reimbursement.UNMET: "wrong", reimbursement.SETS: "told"}
    kind = "tick" if unsaved and one.state == reimbursement.CONFIRMED else kinds.get(one.state, "done")
    if unsaved and one.state == reimbursement.EXCEPTED:
        kind = "wrong"
    return Line(
        kind=kind,
        number=one.term.number,
        text=one.term.text,
        why=one.help if kind == "tick" else _why(one),
        id=one.term.id,
        ticked=unsaved,
    )


def _why(one: Verdict) -> str:
    if one.said is not None and one.state in (reimbursement.CONFIRMED, reimbursement.EXCEPTED):
        word = "Bekreftet oppfylt" if one.state == reimbursement.CONFIRMED else "Fraveket"
        reason = f": {one.said.reason}" if one.said.reason else ""
        return f"{word} av {one.said.by} {one.said.at:%d.%m.%Y}{reason}"
    return f"{one.why[:1].upper()}{one.why[1:]}" if one.why else ""

"""(Helfo) What the tab shows: decisions, applications, and what can be applied for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.medication import assortment, content_rows
from sfm.medication.content import PrescriptionTerms
from sfm.medication.models import ApplicationState, Lifecycle, ReimbursementApplication, Treatment
from sfm.medication.queries import decisions as kept
from sfm.medication.rules import applications, decisions, grounds_7481, product_kinds, reimbursement

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from sfm.medication.content import Product
    from sfm.medication.rules.decisions import Decision

STATES = {
    ApplicationState.DRAFT: "Påbegynt",
    ApplicationState.SENDING: "Sendes til Helfo …",
    ApplicationState.MANUAL: "Behandles av saksbehandler hos Helfo",
    ApplicationState.GRANTED: "Innvilget",
    ApplicationState.REFUSED: "Avslått",
    ApplicationState.DISMISSED: "Avvist uten behandling",
}


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    id: UUID
    product: str
    code: str
    outcome: str  # in words
    granted: bool
    in_force: bool
    reference: str
    valid_from: date
    valid_until: date | None
    warning: str
    grounds: tuple[str, ...]
    by_letter: bool
    maximum: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationLine:
    id: UUID
    state: str
    state_text: str
    product: str
    diagnosis: str
    by: str
    at: datetime
    reference: str
    problem: str
    text: str
    is_draft: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """One application as it is written. `form` None: Helfo has not made it yet."""

    line: ApplicationLine
    version: int
    form: applications.Form | None
    answers: dict[str, str]
    summary: tuple[tuple[str, str], ...]
    product: dict[str, Any]
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A medicine of the list that could be applied for."""

    id: UUID
    name: str


def decision_lines(patient_key: UUID) -> tuple[DecisionLine, ...]:
    """In force first; within that, newest first."""
    today = clock.today()
    lines = [_decision(one, today) for one in kept.of_patient(patient_key)]
    return tuple(sorted(lines, key=lambda line: not line.in_force))


def _decision(one: Decision, today: date) -> DecisionLine:
    maximum = (
        f"{one.daily_maximum.normalize():f} {one.daily_unit}".replace(".", ",") if one.daily_maximum else ""
    )
    return DecisionLine(
        id=one.id,
        product=one.product_name,
        code=f"{one.code} {one.code_name}".strip(),
        outcome=decisions.OUTCOMES.get(one.outcome, one.outcome),
        granted=one.outcome == decisions.GRANTED,
        in_force=one.holds_on(today),
        reference=one.reference,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        warning=kept.ending(one, today),
        grounds=tuple(grounds_7481.text(ground) for ground in one.grounds),
        by_letter=one.source == "letter",
        maximum=maximum.strip(),
    )


def application_lines(patient_key: UUID) -> tuple[ApplicationLine, ...]:
    rows = ReimbursementApplication.objects.filter(patient_key=patient_key)
    return tuple(_line(row) for row in rows.exclude(state=ApplicationState.ABANDONED).order_by("-created"))


def application(application_id: UUID, patient_key: UUID) -> ApplicationView:
    """:raises NotFound: unknown, or another patient's."""
    row = ReimbursementApplication.objects.filter(pk=application_id, patient_key=patient_key).first()
    if row is None or row.state == ApplicationState.ABANDONED:
        raise NotFound
    form = applications.form_of(row.content["form"]) if row.content.get("form") else None
    answers: dict[str, str] = row.content["answers"]
    decided = next((one for one in kept.of_patient(patient_key) if one.id == row.decision_id), None)
    return ApplicationView(
        line=_line(row),
        version=row.version,
        form=form,
        answers=answers,
        summary=applications.summary(form, answers) if form else (),
        product=row.content["product"],
        grounds=tuple(grounds_7481.text(ground) for ground in decided.grounds) if decided else (),
    )


def _line(row: ReimbursementApplication) -> ApplicationLine:
    said = row.content
    diagnosis = said["diagnosis"]
    return ApplicationLine(
        id=row.pk,
        state=row.state,
        state_text=STATES[ApplicationState(row.state)],
        product=said["product"]["name"],
        diagnosis=f"{diagnosis['code']} {diagnosis['name']}".strip(),
        by=row.author_name,
        at=row.sent_at or row.created,
        reference=row.reference,
        problem=row.problem,
        text=said.get("text", ""),
        is_draft=row.state == ApplicationState.DRAFT,
    )


def choices(patient_key: UUID) -> tuple[Choice, ...]:
    rows = Treatment.objects.filter(patient_key=patient_key, lifecycle=Lifecycle.ACTIVE).order_by(
        "substance", "pk"
    )
    return tuple(
        Choice(id=row.pk, name=row.name_form_strength)
        for row in rows
        if not product_kinds.is_ware(row.product_kind)
    )


def product_of(treatment_id: UUID, patient_key: UUID) -> Product:
    """:raises NotFound: not this patient's."""
    row = Treatment.objects.filter(pk=treatment_id, patient_key=patient_key).first()
    if row is None:
        raise NotFound
    return content_rows.product_of(row)


def hospital_pays(product: Product) -> bool:
    """Financed by the regional health authorities: Helfo would only refuse."""
    found = assortment.fest_product(product, PrescriptionTerms(expires_on=clock.today()))
    options = found.reimbursements_on(clock.today()) if found else ()
    return any(option.paragraph.value == reimbursement.HOSPITAL for option in options)

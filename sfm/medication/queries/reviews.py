"""(Legemiddelgjennomgang) One review beside the list, the patient's earlier ones, and those of everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import NotFound, Unavailable
from sfm.fest import catalogue
from sfm.fest.hits import ProductRef
from sfm.medication.models import Draft, MedicationReview, ReviewLine, Treatment, TreatmentEvent
from sfm.medication.queries import words
from sfm.medication.rules import review_templates

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from sfm.fest.product import Product as FestProduct
    from sfm.medication.rules.review_templates import Template

REVIEW_TERMS = "6"  # 7437: vilkår that belong to the review
CARRIED_OUT = {"change": ("changed", "renewed"), "discontinue": ("discontinued",)}
MOST = 100


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    treatment_id: UUID
    name: str
    dose: str
    choice: str
    choice_text: str
    problems: tuple[str, ...]
    problem_texts: tuple[str, ...]
    text: str
    by: str
    terms: tuple[str, ...]
    act: str  # the row's page where the choice is carried out; "" when nothing is left to do
    done: str  # «Endret 22.11.2026», «Utkast sendt»


@dataclass(frozen=True, kw_only=True)
class ReviewView:
    id: UUID
    template: Template
    participants: tuple[str, ...]
    sources: tuple[str, ...]
    conclusion: str
    next_on: date | None
    is_open: bool
    started_by: str
    started_at: datetime
    closed_by: str
    closed_at: datetime | None
    rows: tuple[ReviewRow, ...]

    @property
    def undecided(self) -> int:
        return sum(not row.choice for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class ReviewLineOfAll:
    """One review among everybody's. Who the patient is, is for the one who may open the vault."""

    id: UUID
    patient_key: UUID
    title: str
    state: str
    by: str
    on: date
    next_on: date | None
    overdue: bool


def load(review_id: UUID, *, patient_key: UUID) -> ReviewView:
    """Raises NotFound for another patient's. Five SQL queries."""
    review = MedicationReview.objects.filter(pk=review_id, patient_key=patient_key).first()
    if review is None:
        raise NotFound
    lines = list(ReviewLine.objects.filter(review_id=review.pk))
    treatments = {row.pk: row for row in Treatment.objects.filter(patient_key=patient_key)}
    done = _done_since(review)
    template = review_templates.templates()[review.template]
    rows = [_row(line, treatments.get(line.treatment_id), done, review.state == "open") for line in lines]
    return ReviewView(
        id=review.pk,
        template=template,
        participants=tuple(review.participants),
        sources=tuple(review.sources),
        conclusion=review.conclusion,
        next_on=review.next_on,
        is_open=review.state == "open",
        started_by=review.started_by,
        started_at=review.started_at,
        closed_by=review.closed_by,
        closed_at=review.closed_at,
        rows=tuple(sorted(rows, key=lambda row: row.name.casefold())),
    )


def of_patient(patient_key: UUID) -> tuple[ReviewLineOfAll, ...]:
    """Newest first."""
    found = MedicationReview.objects.filter(patient_key=patient_key).order_by("-started_at")
    return tuple(_of_all(review) for review in found)


def search(*, template: str = "", by: str = "", due: bool = False) -> tuple[ReviewLineOfAll, ...]:
    """Across patients, the newest of each: by template, by who held it, or those whose next date has come."""
    newest: dict[UUID, MedicationReview] = {}
    for review in MedicationReview.objects.order_by("-started_at").defer("participants", "conclusion"):
        newest.setdefault(review.patient_key, review)
    found = [
        line
        for review in newest.values()
        if (not template or review.template == template)
        and (line := _of_all(review))
        and (not by or by.casefold() in line.by.casefold())
        and (not due or line.overdue)
    ]
    return tuple(sorted(found, key=lambda line: (line.next_on is None, line.next_on or line.on))[:MOST])


def _of_all(review: MedicationReview) -> ReviewLineOfAll:
    is_open = review.state == "open"
    return ReviewLineOfAll(
        id=review.pk,
        patient_key=review.patient_key,
        title=review_templates.templates()[review.template].title,
        state="Påbegynt" if is_open else "Avsluttet",
        by=review.started_by if is_open else review.closed_by,
        on=words.local_day(review.closed_at or review.started_at),
        next_on=None if is_open else review.next_on,
        overdue=not is_open and review.next_on is not None and review.next_on <= clock.today(),
    )


def _done_since(review: MedicationReview) -> dict[tuple[UUID, str], str]:
    """What has been done with each row since the review began, by choice."""
    events = TreatmentEvent.objects.filter(patient_key=review.patient_key, at__gte=review.started_at)
    if review.closed_at:
        events = events.filter(at__lte=review.closed_at)
    done: dict[tuple[UUID, str], str] = {}
    for event in events.order_by("at"):
        for choice, verbs in CARRIED_OUT.items():
            if event.verb in verbs:
                said = "Seponert" if choice == "discontinue" else "Endret"
                done[event.treatment_id, choice] = f"{said} {words.day(words.local_day(event.at))}"
    drafts = Draft.objects.filter(patient_key=review.patient_key, created__gte=review.started_at)
    for draft in drafts.exclude(treatment_id=None):
        done.setdefault((draft.treatment_id, draft.kind), "Utkast sendt")  # type: ignore[arg-type]
    return done


def _row(
    line: ReviewLine, treatment: Treatment | None, done: dict[tuple[UUID, str], str], is_open: bool
) -> ReviewRow:
    choice = review_templates.choices().get(line.choice)
    said = done.get((line.treatment_id, line.choice), "")
    known = review_templates.problems()
    return ReviewRow(
        treatment_id=line.treatment_id,
        name=line.name,
        dose=line.dose,
        choice=line.choice,
        choice_text=choice.label if choice else "",
        problems=tuple(line.problems),
        problem_texts=tuple(known[code] for code in line.problems if code in known),
        text=line.text,
        by=line.by_name,
        terms=terms_of(treatment) if treatment else (),
        act=choice.act if choice and is_open and not said else "",
        done=said,
    )


def terms_of(row: Treatment) -> tuple[str, ...]:
    """FEST's vilkår for the review (group 6), of the product and of what it may be reimbursed under."""
    if row.product_kind not in ("group", "package", "brand") or not row.fest_id:
        return ()
    try:
        found = catalogue.product(ProductRef(kind=row.product_kind, fest_id=row.fest_id))
    except (NotFound, Unavailable):
        return ()
    return _terms(found)


def _terms(found: FestProduct) -> tuple[str, ...]:
    today = clock.today()
    held = [*found.conditions]
    for reimbursement in found.reimbursements:
        held += reimbursement.conditions
        held += [one for code in reimbursement.codes for one in code.conditions]
    return tuple(dict.fromkeys(one.text for one in held if one.group == REVIEW_TERMS and one.holds_on(today)))

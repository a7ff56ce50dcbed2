"""(Legemiddelgjennomgang) Started, filled in row by row, closed when every row has a choice. What it decides about a
medicine is carried out on the row itself, as any change or draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import due, ledger, lists
from sfm.medication.models import Lifecycle, MedicationReview, Review, ReviewLine, Treatment
from sfm.medication.rules import review_templates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor

WRITE = "review.write"
LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class Head:
    """What the form says about the review itself."""

    participants: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    conclusion: str = ""
    next_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """What the form says about one row."""

    treatment_id: UUID
    choice: str = ""
    problems: tuple[str, ...] = ()
    text: str = ""


@transaction.atomic
def start(*, template: str, by: Actor, patient: UUID) -> MedicationReview:
    """One at a time per patient: raises Conflict when one is open."""
    by.require(WRITE)
    if template not in review_templates.templates():
        raise Invalid(fields={"template": "Velg en mal."})
    lists.touch(patient)
    if MedicationReview.objects.filter(patient_key=patient, state="open").exists():
        raise Conflict("En legemiddelgjennomgang er allerede begynt. Fortsett på den.")
    review = MedicationReview.objects.create(
        patient_key=patient,
        template=template,
        next_on=review_templates.templates()[template].next_on(clock.today()),
        organisation_id=by.organisation_id,
        started_by_id=by.practitioner_id,
        started_by=by.name,
        started_at=clock.now(),
    )
    _follow_list(review)
    ledger.audit("review.started", by=by, patient=patient, subject=review)
    return review


@transaction.atomic
def save(*, review_id: UUID, head: Head, lines: Sequence[Line], by: Actor, patient: UUID) -> MedicationReview:
    """Keep what is filled in so far. Rows the list has got since are added, so that none is forgotten."""
    by.require(WRITE)
    review = _open(review_id, patient)
    _check(head, lines)
    review.participants, review.sources = list(head.participants), list(head.sources)
    review.conclusion, review.next_on = head.conclusion.strip(), head.next_on
    review.save()
    _follow_list(review)
    kept = {line.treatment_id: line for line in ReviewLine.objects.filter(review_id=review.pk)}
    for said in lines:
        line = kept.get(said.treatment_id)
        if line is None:
            raise NotFound
        _fill(line, said, by)
    ledger.audit("review.saved", by=by, patient=patient, subject=review)
    return review


@transaction.atomic
def close(*, review_id: UUID, by: Actor, patient: UUID) -> MedicationReview:
    """Every row has a choice, somebody took part, and there is a conclusion. Then it is a fact, with a journal note."""
    by.require(WRITE)
    review = _open(review_id, patient)
    _follow_list(review)
    undecided = [line.name for line in ReviewLine.objects.filter(review_id=review.pk, choice="")]
    problems = {}
    if undecided:
        problems["lines"] = f"Velg utfall for: {', '.join(undecided)}."
    if not review.participants:
        problems["participants"] = "Kryss av for hvem som deltok."
    if not review.conclusion:
        problems["conclusion"] = "Skriv en konklusjon."
    if problems:
        raise Invalid(fields=problems)
    review.state, review.closed_by, review.closed_at = "closed", by.name, clock.now()
    review.save()
    ledger.close_work_items(due.REVIEW_DUE, patient=patient)
    ledger.audit("review.closed", by=by, patient=patient, subject=review)
    day = clock.local(review.closed_at)
    text = f"Legemiddelgjennomgang {day:%d.%m.%Y}. {review.conclusion}"
    ledger.note("ReviewRegistered", text, by=by, patient=patient)
    return review


@transaction.atomic
def abandon(*, review_id: UUID, by: Actor, patient: UUID) -> None:
    """Begun by mistake: gone, with a row in the access log. A closed one stays for ever."""
    by.require(WRITE)
    review = _open(review_id, patient)
    ledger.audit("review.abandoned", by=by, patient=patient, subject=review)
    ReviewLine.objects.filter(review_id=review.pk).delete()
    review.delete()


def _open(review_id: UUID, patient: UUID) -> MedicationReview:
    lists.touch(patient)
    found: MedicationReview | None = (
        MedicationReview.objects.select_for_update().filter(pk=review_id, patient_key=patient).first()
    )
    if found is None:
        raise NotFound
    if found.state != "open":
        raise Conflict("Gjennomgangen er avsluttet og kan ikke endres. Begynn en ny.")
    return found


def _follow_list(review: MedicationReview) -> None:
    """A line for each medicine in use; one that has been stopped meanwhile keeps its line only if it was decided on."""
    rows = {row.pk: row for row in Treatment.objects.filter(patient_key=review.patient_key) if _is_used(row)}
    lines = {line.treatment_id: line for line in ReviewLine.objects.filter(review_id=review.pk)}
    for treatment_id, line in lines.items():
        if treatment_id not in rows and not line.choice:
            line.delete()
    for row in rows.values():
        line = lines.get(row.pk) or ReviewLine(
            review_id=review.pk, patient_key=review.patient_key, treatment_id=row.pk
        )
        line.name, line.dose, line.updated = row.name_form_strength, row.dosage_text, clock.now()
        line.save()


def _is_used(row: Treatment) -> bool:
    ended = row.discontinued_at is not None and row.discontinued_at <= clock.now()
    standing = row.lifecycle in (Lifecycle.ACTIVE, Lifecycle.SUSPENDED)
    return standing and not ended and row.review != Review.HISTORY_ONLY


def _fill(line: ReviewLine, said: Line, by: Actor) -> None:
    before = (line.choice, list(line.problems), line.text)
    line.choice, line.problems, line.text = said.choice, list(said.problems), said.text.strip()
    if before != (line.choice, line.problems, line.text):
        line.by_name, line.updated = by.name, clock.now()
        line.save()


def _check(head: Head, lines: Sequence[Line]) -> None:
    problems = {}
    if head.next_on is not None and head.next_on <= clock.today():
        problems["next_on"] = "Neste gjennomgang må være fram i tid."
    if len(head.conclusion) > LONGEST:
        problems["conclusion"] = f"Skriv høyst {LONGEST} tegn."
    choices, known = review_templates.choices(), review_templates.problems()
    for line in lines:
        field = f"choice-{line.treatment_id}"
        if line.choice and line.choice not in choices:
            problems[field] = "Velg et av utfallene."
        elif line.choice and choices[line.choice].needs == "text" and not line.text.strip():
            problems[field] = "Skriv hva som skal følges opp."
        elif set(line.problems) - known.keys() or len(line.text) > LONGEST:
            problems[field] = f"Teksten kan ha høyst {LONGEST} tegn."
    if problems:
        raise Invalid(fields=problems)

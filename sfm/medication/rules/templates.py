"""(Mal) A treatment without its patient: what may be kept, how long things last, and the same begun on another day."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from sfm.medication.particulars import Particulars
from sfm.medication.rules import dosage_text
from sfm.medication.rules.dosage import StructuredDosage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.medication.rules.dosage import Dosage, DosagePeriod

LONGEST_NAME = 80
ELEVEN_DIGITS = re.compile(r"\d{6} ?\d{5}")
SHORTEST_NAME = 3  # letters: shorter names are words, too
NAME_TOO_LONG = f"Navnet kan ha høyst {LONGEST_NAME} tegn."
DATED_DOSE = "Doseringen gjelder bestemte datoer. Skriv den med antall dager for å lagre den som mal."
ABOUT_PATIENT = (
    "En mal kan ikke inneholde opplysninger om pasienten. Fjern navn og fødselsnummer fra fritekstene."
)


@dataclass(frozen=True, kw_only=True)
class Lasts:
    """How many days after the first the dose, the treatment, and the time to the next review end."""

    dosage: int | None = None
    treatment: int | None = None
    review: int | None = None


NO_END = Lasts()


def name_problem(name: str, what: str = "malen") -> str:
    if not name.strip():
        return f"Gi {what} et navn."
    return NAME_TOO_LONG if len(name) > LONGEST_NAME else ""


def lasts(content: TreatmentContent, today: date) -> Lasts:
    first = content.starts_on or today
    return Lasts(
        dosage=_days(first, content.dosage_ends_on),
        treatment=_days(first, content.discontinue_on),
        review=_days(first, content.review_date),
    )


def without_patient(content: TreatmentContent, today: date) -> TreatmentContent:
    """What is left when dates, pharmacy, locks and confirmations are taken out: these were said of one person. The
    expiry stays only because a prescription must have one; `begun` gets it from FEST."""
    return replace(
        content,
        dosage=_undated(content.dosage),
        starts_on=None,
        dosage_ends_on=None,
        discontinue_on=None,
        review_date=None,
        in_multidose=False,
        prescription=_terms(content.prescription, today) if content.prescription else None,
    )


def begun(content: TreatmentContent, lasting: Lasts, today: date) -> TreatmentContent:
    """The same, from today. Whoever calls sets how long the prescription is valid."""
    return replace(
        content,
        starts_on=today,
        dosage_ends_on=_after(today, lasting.dosage),
        discontinue_on=_after(today, lasting.treatment),
        review_date=_after(today, lasting.review),
    )


def dose_problem(dosage: Dosage) -> str:
    """ "" unless the dose names days of the calendar that cannot be said as numbers of days."""
    instruction = dosage.instruction
    if not isinstance(instruction, StructuredDosage):
        return ""
    dated = any(dose.dates for period in instruction.periods for dose in period.fixed)
    gaps = any(
        before.ends_on and after.starts_on and after.starts_on - before.ends_on != timedelta(days=1)
        for before, after in pairwise(instruction.periods)
    )
    return DATED_DOSE if dated or gaps else ""


def names_patient(texts: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a text holds a national identity number, or one of the names as a word of its own."""
    known = {part for name in names for part in re.split(r"[\s,-]+", name) if len(part) >= SHORTEST_NAME}
    said = list(texts)
    words = {word for text in said for word in re.split(r"[^\w]+", text)}
    return bool(known & words) or any(ELEVEN_DIGITS.search(text) for text in said)


def free_texts(content: TreatmentContent) -> list[str]:
    """Everything a person has written."""
    found = [content.indication_text, dosage_text.text(content.dosage), content.product.name_form_strength]
    if content.product.recipe:
        found.append(content.product.recipe.instructions)
    terms = content.prescription
    if terms is None:
        return found
    unlicensed = terms.particulars.unlicensed
    told = [unlicensed.reason, unlicensed.manufacturer] if unlicensed else []
    return [*found, *told, terms.note_to_pharmacy, terms.particulars.substitution_reason]


def _terms(terms: PrescriptionTerms, today: date) -> PrescriptionTerms:
    said = terms.particulars
    kept = Particulars(
        own_practice=said.own_practice,
        locked=said.own_practice,  # RF takes it on locked prescriptions only
        substitution_reason=said.substitution_reason,
        unlicensed=said.unlicensed,
        diagnosis=said.diagnosis,
    )
    return replace(terms, valid_from=None, expires_on=today, particulars=kept)


def _undated(dosage: Dosage) -> Dosage:
    """Periods between dates become numbers of days. Why a guard was set aside was said of one patient."""
    instruction = dosage.instruction
    if isinstance(instruction, StructuredDosage):
        periods = tuple(map(_period, instruction.periods))
        instruction = replace(instruction, periods=periods)
    return replace(dosage, instruction=instruction, reason="")


def _period(period: DosagePeriod) -> DosagePeriod:
    days = period.days
    if period.starts_on and period.ends_on:
        days = (period.ends_on - period.starts_on).days + 1
    return replace(period, starts_on=None, ends_on=None, days=days)


def _days(first: date, day: date | None) -> int | None:
    return None if day is None else max((day - first).days, 1)


def _after(first: date, days: int | None) -> date | None:
    return None if days is None else first + timedelta(days=days)

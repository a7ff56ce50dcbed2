"""Doses that are probably a slip: the weekly drug given daily, the tenfold jump, the wrong unit (clinical.md 8.4).

A stop can be confirmed with a reason (rulings.md 15); a warning only tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from math import ceil
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_calendar, dosage_text, quick
from sfm.medication.rules.dosage import FixedDose, StructuredDosage
from sfm.medication.rules.units import unit as unit_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from sfm.medication.content import TreatmentContent
    from sfm.medication.rules.dosage import AsNeededDose, Dosage, DosagePeriod

PER_WEEK = 2  # days: a weekly dose may be parted over an evening and the next morning
WEEK = 7
DAY = 24  # hours
LOOKED_AT = 28  # days
EVERY_MONTH_DAY = 62  # days that hold each day of the month at least once, wherever they begin
EVERY_DAY = dosage_calendar.pattern(FixedDose(amount=Decimal(1)))
MONDAY = date(2024, 1, 1)  # where weekdays are counted from; any Monday does
TWICE, TENFOLD = 2, 10
SHORTEST_REASON = 3


@dataclass(frozen=True, kw_only=True)
class WeeklyProduct:
    """A drug dosed once a week. `stops`: a daily dose must be confirmed with a reason; else it is only warned of."""

    name: str
    atc: tuple[str, ...]
    forms: tuple[str, ...] = ()  # beginnings of the form's name; empty = every form
    strengths: tuple[str, ...] = ()
    stops: bool = False


WEEKLY = (
    WeeklyProduct(
        name="Metotreksat",
        atc=("L04AX03", "L01BA01"),
        forms=("tablett", "kapsel", "mikstur", "oral"),
        stops=True,
    ),
    WeeklyProduct(name="Alendronsyre 70 mg", atc=("M05BA04", "M05BB03"), strengths=("70",)),
    WeeklyProduct(name="Risedronsyre 35 mg", atc=("M05BA07",), strengths=("35",)),
    WeeklyProduct(name="Dulaglutid", atc=("A10BJ05",)),
    WeeklyProduct(name="Semaglutid til injeksjon", atc=("A10BJ06",), forms=("injeksjon",)),
)
SAID_DAILY = re.compile(
    r"\b(?:daglig|dagleg|(?:hver|kvar|om|per) (?:dag|dagen|døgn|døgnet|morgen|kveld)|i døgnet|x\s?[1-9])\b"
    r"|\d\s?x\s?\d|\d\s?\+\s?\d",
    re.IGNORECASE,
)
SAID_WEEKLY = re.compile(
    r"\b(?:uke|uka|uken|ukentlig|veke|veka|vekentleg"
    r"|(?:man|mån|tirs|tys|ons|tors|fre|lør|laur|søn|sun)dag(?:er|ar|en)?)\b",
    re.IGNORECASE,
)
FOR_WEEKS = re.compile(r"\bi (?:en|én|ei|to|tre|fire|fem|seks|åtte|\d+) (?:uke|veke)r?\b", re.IGNORECASE)
ALL_DAYS = re.compile(r"\b(?:hver|kvar|om|per) dag(?:en)?\b", re.IGNORECASE)


def stop(content: TreatmentContent) -> str:
    """The hard stop, unless it has been confirmed with a reason."""
    weekly = _weekly(content)
    if weekly is None or not weekly.stops or not is_daily(content.dosage) or _confirmed(content.dosage):
        return ""
    return f"{weekly.name} doseres vanligvis én gang per uke. Rett dosen, eller skriv hvorfor den skal tas oftere."


def needs_reason(content: TreatmentContent) -> bool:
    """Whether the dose is one that a reason must stand behind, given or not."""
    weekly = _weekly(content)
    return weekly is not None and weekly.stops and is_daily(content.dosage)


def warnings(content: TreatmentContent, *, last: Dosage | None = None) -> tuple[str, ...]:
    """What is told and may be passed by. `last` is the dose the patient had before."""
    found = []
    weekly = _weekly(content)
    if weekly is not None and not weekly.stops and is_daily(content.dosage):
        found.append(f"{weekly.name} doseres vanligvis én gang per uke.")
    if last is not None and (jump := _jump(content.dosage, last)):
        found.append(jump)
    return tuple(found)


def unit_problem(unit: str, allowed: Collection[str]) -> str:
    """The unit of the dose against those FEST gives the product; nothing to hold against when FEST gives none."""
    if not unit or not allowed or unit in allowed:
        return ""
    names = dosage_text.joined([unit_of(code).plural or code for code in allowed])
    return f"Dosen er i {unit_of(unit).plural or 'en ukjent enhet'}, men legemidlet doseres i {names}."


def is_daily(dosage: Dosage) -> bool:
    """More days in a week than a weekly dose is taken on; free text is read as far as it can be."""
    instruction = dosage.instruction
    if isinstance(instruction, StructuredDosage) and not dosage.text_override:
        return _busiest_week(instruction) > PER_WEEK
    said = dosage_text.text(dosage)
    meant = quick.parse(said.rstrip("."), dosage.unit)
    if meant is not None and isinstance(meant.instruction, StructuredDosage):
        return _busiest_week(meant.instruction) > PER_WEEK
    weekly = SAID_WEEKLY.search(FOR_WEEKS.sub("", said))  # «daglig i en uke» is daily
    return bool(ALL_DAYS.search(said)) or (bool(SAID_DAILY.search(said)) and not weekly)


def _busiest_week(dosage: StructuredDosage) -> int:
    """Days with a dose in the fullest seven of the first of each period; needed at will counts as every day."""
    if any(period.as_needed and not _seldom(period.as_needed) for period in dosage.periods):
        return WEEK
    return max((_busiest(_days(StructuredDosage(periods=(period,)))) for period in dosage.periods), default=0)


def _seldom(dose: AsNeededDose) -> bool:
    return dose.min_interval_hours is not None and dose.min_interval_hours >= WEEK * 24


def _busiest(days: list[bool]) -> int:
    return max(sum(days[first : first + WEEK]) for first in range(len(days) - WEEK + 1))


def _days(dosage: StructuredDosage) -> list[bool]:
    start = _start(dosage)
    return list(map(bool, islice(dosage_calendar.amounts(dosage, start=start, first=start), LOOKED_AT)))


def _start(dosage: StructuredDosage) -> date:
    return min(
        (period.starts_on or min((d for dose in period.fixed for d in dose.dates), default=MONDAY))
        for period in dosage.periods
    )


def _weekly(content: TreatmentContent) -> WeeklyProduct | None:
    product = content.product
    return next(
        (
            weekly
            for weekly in WEEKLY
            if product.atc.startswith(weekly.atc)
            and (not weekly.forms or product.form.lower().startswith(weekly.forms))
            and (
                not weekly.strengths
                or any(re.search(rf"\b{s}\b", product.strength) for s in weekly.strengths)
            )
        ),
        None,
    )


def _confirmed(dosage: Dosage) -> bool:
    return len(dosage.reason.strip()) >= SHORTEST_REASON


def _jump(dosage: Dosage, last: Dosage) -> str:
    now, before = _stated_peak(dosage), _stated_peak(last)
    if now is None or before is None or dosage.unit != last.unit or not before or not now:
        return ""
    unit = unit_of(dosage.unit)
    change = f"sist {dosage_text.amount(before, unit)} per døgn, nå {dosage_text.amount(now, unit)}"
    if now >= before * TENFOLD:
        return f"Dosen er minst ti ganger så høy som sist: {change}."
    if before >= now * TENFOLD:
        return f"Dosen er høyst en tidel av den forrige: {change}."
    return f"Dosen er mer enn dobbelt så høy som sist: {change}." if now > before * TWICE else ""


def peak(dosage: Dosage) -> Decimal | None:
    """The most in one day of any period; None when nobody can tell: a text, or at will without a limit."""
    at_will = [period.as_needed for period in _periods(dosage) if period.as_needed]
    return None if any(most_needed(dose) is None for dose in at_will) else _stated_peak(dosage)


def most_needed(dose: AsNeededDose) -> Decimal | None:
    """The most that may be taken in a day; None when nothing limits it."""
    limits = [] if dose.max_per_day is None else [dose.max_per_day]
    if dose.max_times_per_day:
        limits.append(dose.amount_max * dose.max_times_per_day)
    if dose.min_interval_hours:
        limits.append(dose.amount_max * _in_a_day(dose.min_interval_hours))
    if dose.max_in_period is not None and dose.period_hours:
        limits.append(dose.max_in_period * _in_a_day(dose.period_hours))
    return min(limits, default=None)


def _in_a_day(hours: Decimal) -> int:
    """How many spans of so many hours begin within a day, the first at its start."""
    return ceil(DAY / hours)


def _stated_peak(dosage: Dosage) -> Decimal | None:
    """As `peak`, what nothing limits counted as one dose."""
    return max((_most(period) for period in _periods(dosage)), default=None)


def _periods(dosage: Dosage) -> tuple[DosagePeriod, ...]:
    """None of what only words say."""
    structure = dosage.instruction
    return structure.periods if isinstance(structure, StructuredDosage) and not dosage.text_override else ()


def _most(period: DosagePeriod) -> Decimal:
    needed = period.as_needed
    return _busiest_day(period) + ((most_needed(needed) or needed.amount_max) if needed else 0)


def _busiest_day(period: DosagePeriod) -> Decimal:
    """The most fixed doses of one day come to."""
    if all(dosage_calendar.pattern(dose) == EVERY_DAY for dose in period.fixed):
        return sum((dose.amount for dose in period.fixed), Decimal(0))
    alone = StructuredDosage(periods=(period,))
    start = _start(alone)
    named = {day for dose in period.fixed for day in dose.dates}
    seen = islice(dosage_calendar.amounts(alone, start=start, first=start), EVERY_MONTH_DAY)
    return max(
        *(sum(one, Decimal(0)) for one in seen),
        *(dosage_calendar.amount_on(alone, day, start=start) for day in named),
    )

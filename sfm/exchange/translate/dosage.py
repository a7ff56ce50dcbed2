"""Between our dosage and Dosering of the wire. What the wire cannot say goes as text alone (rulings.md 20)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_text, units
from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)
from sfm.wire import dosing
from sfm.wire.values import CS, CV, TS, cs, cv, on_day, pq

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

TIMES = {"1": "Morgen", "2": "Formiddag", "3": "Midt på dagen", "4": "Ettermiddag", "5": "Kveld", "6": "Natt"}
WEEKDAYS = {1: "Mandag", 2: "Tirsdag", 3: "Onsdag", 4: "Torsdag", 5: "Fredag", 6: "Lørdag", 7: "Søndag"}
A_DAY = pq(1, "Døgn")


def to_wire(dosage: Dosage, *, starts_on: date) -> tuple[dosing.DosagePeriod, ...]:
    """Dosering for fixed doses; nothing when the text says it better than the wire can."""
    instruction = dosage.instruction
    if dosage.text_override or not isinstance(instruction, StructuredDosage):
        return ()
    if not all(map(_expressible, instruction.periods)):
        return ()
    unit = units.wire_term(dosage.unit)
    return tuple(_period(period, unit, starts_on) for period in instruction.periods)


def short_dose(dosage: Dosage) -> CV | None:
    """The code, only while nobody has edited the text (8.1)."""
    instruction = dosage.instruction
    if dosage.text_override or not isinstance(instruction, ShortDose):
        return None
    return cv(instruction.code, 7478, instruction.template)


def _expressible(period: DosagePeriod) -> bool:
    """D01: no as-needed; D14: one interval and one pattern in a period; a time for each dose."""
    patterns = {(dose.weekdays, dose.days_on, dose.days_off) for dose in period.fixed}
    timed = all(dose.time_of_day or dose.clock for dose in period.fixed)
    return period.as_needed is None and bool(period.fixed) and len(patterns) == 1 and timed


def _period(period: DosagePeriod, unit: str, starts_on: date) -> dosing.DosagePeriod:
    return dosing.DosagePeriod(
        starts=on_day(period.starts_on or starts_on),  # D06
        ends=on_day(period.ends_on) if period.ends_on else None,
        fixed=tuple(_fixed(dose, unit) for dose in period.fixed),
    )


def _fixed(dose: FixedDose, unit: str) -> dosing.FixedDose:
    pattern = None
    if dose.weekdays or dose.days_on:
        pattern = dosing.WeekPattern(
            weekdays=tuple(cs(str(day), WEEKDAYS[day]) for day in dose.weekdays),
            days_on=dose.days_on,
            days_off=dose.days_off,
        )
    return dosing.FixedDose(
        quantity=pq(dose.amount, unit),
        interval=None if pattern else A_DAY,  # D04: never both
        clock_time=dose.clock,
        time_of_day=None if dose.clock else cs(dose.time_of_day, TIMES[dose.time_of_day]),
        exact=dose.clock is not None,  # D07, D08
        pattern=pattern,
    )


def from_wire(periods: Iterable[dosing.DosagePeriod], *, text: str, unit: str = "") -> Dosage:
    """The dosage a message carries; its text is kept when it has one and the structure cannot be read."""
    periods = tuple(periods)
    found = [_read_period(period) for period in periods]
    readable = [period for period in found if period is not None]
    code = unit or unit_of(periods)
    if not readable or len(readable) != len(found):
        return Dosage(unit=code, instruction=FreeTextDosage(text=text))
    if len(readable) == 1 and readable[0].ends_on is None:  # an open period begins with its treatment
        readable = [replace(readable[0], starts_on=None)]
    dosage = Dosage(unit=code, instruction=StructuredDosage(periods=tuple(readable)))
    same = not text or _plain(dosage_text.text(dosage)) == _plain(text)
    return dosage if same else Dosage(unit=code, instruction=dosage.instruction, text_override=text)


def _plain(text: str) -> str:
    return " ".join(text.replace(dosage_text.NBSP, " ").lower().split()).rstrip(".")


def unit_of(periods: Iterable[dosing.DosagePeriod]) -> str:
    """The 7480 code of the first dose; "" when there is none, or none we know."""
    for period in periods:
        doses: tuple[dosing.FixedDose | dosing.AsNeededDose, ...] = (*period.fixed, *period.as_needed)
        for dose in doses:
            return units.code_of(dose.quantity.unit or "")
    return ""


def _read_period(period: dosing.DosagePeriod) -> DosagePeriod | None:
    if period.rule is not None or any(dose.infusion_rate for dose in period.fixed):
        return None
    return DosagePeriod(
        starts_on=_day(period.starts),
        ends_on=_day(period.ends),
        fixed=tuple(map(_read_fixed, period.fixed)),
        as_needed=_read_as_needed(period.as_needed[0]) if period.as_needed else None,
    )


def _read_fixed(dose: dosing.FixedDose) -> FixedDose:
    pattern = dose.pattern
    return FixedDose(
        amount=dose.quantity.value or Decimal(0),
        time_of_day=_code(dose.time_of_day),
        clock=dose.clock_time,
        weekdays=tuple(int(_code(day)) for day in pattern.weekdays) if pattern else (),
        days_on=pattern.days_on if pattern else None,
        days_off=pattern.days_off if pattern else None,
    )


def _read_as_needed(dose: dosing.AsNeededDose) -> AsNeededDose:
    amount = dose.quantity.value or Decimal(0)
    return AsNeededDose(
        amount_min=amount,
        amount_max=amount,
        max_per_day=dose.daily_maximum.value,
        min_interval_hours=dose.minimum_interval.value,
    )


def _day(value: TS | None) -> date | None:
    return value.day if value else None


def _code(value: CS | None) -> str:
    return (value.code or "") if value else ""

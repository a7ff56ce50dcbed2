"""Between our dosage and Dosering of the wire. What the wire cannot say goes as text alone (rulings.md 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_calendar, dosage_erdok, dosage_text, units
from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    InfusionRate,
    ShortDose,
    StructuredDosage,
)
from sfm.wire import dosing
from sfm.wire.values import CS, CV, PQ, TS, cs, cv, on_day, pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TIMES = {"1": "Morgen", "2": "Formiddag", "3": "Midt på dagen", "4": "Ettermiddag", "5": "Kveld", "6": "Natt"}
WEEKDAYS = {1: "Mandag", 2: "Tirsdag", 3: "Onsdag", 4: "Torsdag", 5: "Fredag", 6: "Lørdag", 7: "Søndag"}
A_DAY = pq(1, "Døgn")
WEEKDAY_CODES = {str(day) for day in WEEKDAYS}
MOST = 1_000_000  # of any unit in one dose
MOST_DATES = 60  # one Dosering each
HOURS = {
    "sekund": Decimal(1) / 3600,
    "minutt": Decimal(1) / 60,
    "time": Decimal(1),
    "døgn": Decimal(24),
}  # 9088


def to_wire(dosage: Dosage, *, starts_on: date) -> tuple[dosing.DosagePeriod, ...]:
    """Dosering for fixed doses; nothing when the text says it better than the wire can (8.3: D01-D14)."""
    instruction = dosage.instruction
    if dosage.text_override or not isinstance(instruction, StructuredDosage) or instruction.repeats:
        return ()
    periods = [one for period in dosage_calendar.dated(instruction, starts_on) for one in _by_date(period)]
    if not periods or not all(map(_expressible, periods)):
        return ()
    unit = units.wire_term(dosage.unit)
    found = tuple(_period(period, unit, starts_on) for period in periods)
    return () if dosage_erdok.problems(found) else found


def sent_as_text(dosage: Dosage, *, starts_on: date) -> bool:
    """Whether a structure of ours leaves the house as text alone: the form says so («sendes som tekst»)."""
    structured = isinstance(dosage.instruction, StructuredDosage) and not dosage.text_override
    return structured and not to_wire(dosage, starts_on=starts_on)


def short_dose(dosage: Dosage) -> CV | None:
    """The code, only while nobody has edited the text (8.1)."""
    instruction = dosage.instruction
    if dosage.text_override or not isinstance(instruction, ShortDose):
        return None
    return cv(instruction.code, 7478, instruction.template)


def _by_date(period: DosagePeriod) -> Iterator[DosagePeriod]:
    """Dates and days of the month have no field of their own: each becomes a period of one day (8.2).

    Without an end there is no last one, and the period is left as it is, to be sent as text.
    """
    days = _dates_of(period)
    if days is None:
        yield period
        return
    for day in days:
        doses = tuple(replace(d, dates=(), month_days=()) for d in period.fixed if _on_date(d, day))
        yield replace(period, starts_on=day, ends_on=day, fixed=doses)


def _dates_of(period: DosagePeriod) -> list[date] | None:
    if not period.fixed or not all(dose.dates or dose.month_days for dose in period.fixed):
        return None
    first, last = period.starts_on, period.ends_on
    found = {day for dose in period.fixed for day in dose.dates}
    if any(dose.month_days for dose in period.fixed):
        if first is None or last is None:
            return None
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        found |= {day for day in span if any(day.day in dose.month_days for dose in period.fixed)}
    inside = [day for day in sorted(found) if (not first or day >= first) and (not last or day <= last)]
    return inside if 0 < len(inside) <= MOST_DATES else None


def _on_date(dose: FixedDose, day: date) -> bool:
    return day in dose.dates or day.day in dose.month_days


def _expressible(period: DosagePeriod) -> bool:
    """D14: one pattern in a period. D01: no as-needed. And a time for each dose."""
    patterns = {dosage_calendar.pattern(dose) for dose in period.fixed}
    timed = all(dose.time_of_day or dose.clock for dose in period.fixed)
    dated = any(dose.dates or dose.month_days for dose in period.fixed)
    plain = period.as_needed is None and period.infusion is None
    return plain and bool(period.fixed) and len(patterns) == 1 and timed and not dated


def _period(period: DosagePeriod, unit: str, starts_on: date) -> dosing.DosagePeriod:
    return dosing.DosagePeriod(
        starts=on_day(period.starts_on or starts_on),  # D06
        ends=on_day(period.ends_on) if period.ends_on else None,
        fixed=tuple(_fixed(dose, unit) for dose in period.fixed),
    )


def _fixed(dose: FixedDose, unit: str) -> dosing.FixedDose:
    pattern = _pattern(dose)
    return dosing.FixedDose(
        quantity=pq(dose.amount, unit),
        interval=None if pattern else A_DAY,  # D04: never both
        clock_time=dose.clock,
        time_of_day=None if dose.clock else cs(dose.time_of_day, TIMES[dose.time_of_day]),
        exact=dose.clock is not None,  # D07, D08
        pattern=pattern,
    )


def _pattern(dose: FixedDose) -> dosing.WeekPattern | None:
    if every := dosage_calendar.every(dose):
        return dosing.WeekPattern(days_on=1, days_off=every - 1)
    if not dose.weekdays and not dose.days_on:
        return None
    return dosing.WeekPattern(
        weekdays=tuple(cs(str(day), WEEKDAYS[day]) for day in sorted(dose.weekdays)),
        days_on=dose.days_on,
        days_off=dose.days_off,
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
    """None for what our model has no place for: a rule (D05), units or intervals of their own (D11, D12), a code or an
    amount that cannot be meant. Its text stands, and what else the source says is read all the same."""
    if {rule.code for rule in dosage_erdok.problems((period,))} & {"D05", "D11", "D12"}:
        return None
    if not all(map(_can_be_read, period.fixed)) or not all(
        _is_amount(dose.quantity) for dose in period.as_needed
    ):
        return None
    return DosagePeriod(
        starts_on=_day(period.starts),
        ends_on=_day(period.ends),
        fixed=tuple(map(_read_fixed, period.fixed)),
        as_needed=_read_as_needed(period.as_needed[0]) if period.as_needed else None,
        infusion=next((_infusion(d.infusion_rate) for d in period.fixed if d.infusion_rate), None),
    )


def _can_be_read(dose: dosing.FixedDose) -> bool:
    """Codes of 8325 and 9082 that there are, and an amount."""
    weekdays = dose.pattern.weekdays if dose.pattern else ()
    times = {"", *TIMES}
    return (
        _is_amount(dose.quantity)
        and _code(dose.time_of_day) in times
        and all(_code(day) in WEEKDAY_CODES for day in weekdays)
    )


def _is_amount(said: PQ) -> bool:
    return said.value is None or 0 <= said.value < MOST


def _infusion(rate: dosing.InfusionRate) -> InfusionRate:
    return InfusionRate(
        volume=rate.volume.value or Decimal(0),
        unit=rate.volume.unit or "",
        per=rate.time_unit.display or rate.time_unit.code or "",
    )


def _read_fixed(dose: dosing.FixedDose) -> FixedDose:
    pattern = dose.pattern or dosing.WeekPattern()
    weekdays = tuple(int(_code(day)) for day in pattern.weekdays)
    single = pattern.days_on == 1 and bool(pattern.days_off) and not weekdays
    return FixedDose(
        amount=dose.quantity.value or Decimal(0),
        time_of_day=_code(dose.time_of_day),
        clock=dose.clock_time,
        weekdays=weekdays,
        days_on=None if single else pattern.days_on,
        days_off=None if single else pattern.days_off,
        every_n_days=(pattern.days_off or 0) + 1 if single else None,
    )


def _read_as_needed(dose: dosing.AsNeededDose) -> AsNeededDose:
    amount = dose.quantity.value or Decimal(0)
    span = _hours(dose.period)
    return AsNeededDose(
        amount_min=amount,
        amount_max=amount,
        max_per_day=dose.daily_maximum.value or None,
        max_in_period=(dose.period_maximum.value or None) if span else None,
        period_hours=span if dose.period_maximum.value else None,
        min_interval_hours=_hours(dose.minimum_interval),
    )


def _hours(span: PQ) -> Decimal | None:
    """A time span of 9088 as hours; months and years are nothing a dose is counted in."""
    in_hours = HOURS.get((span.unit or "time").lower())
    return span.value * in_hours if span.value and in_hours and span.value < MOST else None


def _day(value: TS | None) -> date | None:
    return value.day if value else None


def _code(value: CS | None) -> str:
    return (value.code or "") if value else ""

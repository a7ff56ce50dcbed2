"""(Administrering) Each dose of a period as a point in time, where the dosage says one (fhir.md 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from sfm.core.clock import OSLO
from sfm.medication.rules import dosage_calendar
from sfm.medication.rules.dosage import StructuredDosage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from sfm.medication.rules.dosage import Dosage, DosagePeriod, FixedDose

# 8325 as clock times, where the organisation has not chosen its own
CLOCK: Final = {"1": time(8), "2": time(10), "3": time(12), "4": time(16), "5": time(20), "6": time(23)}
MOST: Final = 500  # events of one treatment


@dataclass(frozen=True, kw_only=True)
class DoseEvent:
    at: datetime
    amount: Decimal
    time_of_day: str = ""  # 8325, when the time was made from one


class TooMany(ValueError):
    """More events than anyone gives by hand: the period is too long."""


def events(
    dosage: Dosage,
    *,
    starts_on: date | None,
    first: datetime,
    last: datetime,
    ends_on: date | None = None,
    stops: datetime | None = None,
    clock_times: Mapping[str, time] = CLOCK,
) -> tuple[DoseEvent, ...] | None:
    """The doses from `first` up to `last`, in order; None when the dosage cannot be counted out. Raises TooMany.
    `ends_on` is the last day with a dose, `stops` the instant from which nothing is given."""
    instruction = dosage.instruction
    if dosage.text_override or not isinstance(instruction, StructuredDosage) or not computable(instruction):
        return None
    if starts_on is None and dosage_calendar.hangs_on_start(instruction):
        return None
    until = min(last, stops) if stops else last
    if ends_on is not None and ends_on < last.astimezone(OSLO).date():
        until = min(until, _after(ends_on))
    found: list[DoseEvent] = []
    for event in _all(instruction, starts_on or first.astimezone(OSLO).date(), first, until, clock_times):
        found.append(event)
        if len(found) > MOST:
            raise TooMany(f"more than {MOST} doses")
    return tuple(sorted(found, key=lambda event: event.at))


def computable(dosage: StructuredDosage) -> bool:
    """Every dose fixed, with a time of its own; nothing as needed, nothing by infusion."""
    return bool(dosage.periods) and all(
        period.fixed
        and period.as_needed is None
        and period.infusion is None
        and all(dose.clock is not None or dose.time_of_day in CLOCK for dose in period.fixed)
        for period in dosage.periods
    )


def _after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=OSLO)


def _all(
    dosage: StructuredDosage, starts_on: date, first: datetime, until: datetime, times: Mapping[str, time]
) -> Iterator[DoseEvent]:
    periods = dosage_calendar.dated(dosage, starts_on)
    end = periods[-1].ends_on
    cycle = (end - starts_on).days + 1 if dosage.repeats and end else None
    day = max(first.astimezone(OSLO).date(), starts_on)
    while day <= until.astimezone(OSLO).date():
        asked = starts_on + timedelta(days=(day - starts_on).days % cycle) if cycle else day
        for dose in _of_day(periods, asked):
            event = _event(dose, day, times)
            if first <= event.at < until:
                yield event
        day += timedelta(days=1)


def _of_day(periods: tuple[DosagePeriod, ...], day: date) -> Iterator[FixedDose]:
    for period in periods:
        if period.starts_on is None or day < period.starts_on or (period.ends_on and day > period.ends_on):
            continue
        yield from (dose for dose in period.fixed if dosage_calendar.taken(dose, day, period.starts_on))


def _event(dose: FixedDose, day: date, times: Mapping[str, time]) -> DoseEvent:
    if dose.clock is not None:
        return DoseEvent(at=datetime.combine(day, dose.clock, tzinfo=OSLO), amount=dose.amount)
    at = times.get(dose.time_of_day, CLOCK[dose.time_of_day])
    return DoseEvent(
        at=datetime.combine(day, at, tzinfo=OSLO), amount=dose.amount, time_of_day=dose.time_of_day
    )

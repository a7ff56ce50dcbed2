"""(Doseringskalender) What a dose comes to, day by day. Fixed doses only: nobody knows what will be needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from sfm.medication.rules.dosage import DosagePeriod, FixedDose, StructuredDosage


def length(period: DosagePeriod) -> int | None:
    """Days, both ends included; None for a period without a known length."""
    if period.days is not None:
        return period.days
    if period.starts_on is None or period.ends_on is None:
        return None
    return (period.ends_on - period.starts_on).days + 1


def gap(before: DosagePeriod, after: DosagePeriod) -> int:
    """Days between two dated periods on which nothing is taken."""
    if before.ends_on is None or after.starts_on is None:
        return 0
    return max((after.starts_on - before.ends_on).days - 1, 0)


def every(dose: FixedDose) -> int | None:
    """N for «hver N. dag», said as such or as one day on and N-1 off (Dosering of M1 knows only the latter)."""
    if dose.every_n_days:
        return dose.every_n_days if dose.every_n_days > 1 else None
    if dose.days_on == 1 and dose.days_off and not dose.weekdays:
        return dose.days_off + 1
    return None


def pattern(dose: FixedDose) -> tuple[object, ...]:
    """Which days the dose is for: equal for doses of the same days."""
    if found := every(dose):
        return (found,)
    weekdays = tuple(sorted(dose.weekdays)) if len(dose.weekdays) < 7 else ()
    return (weekdays, dose.days_on, dose.days_off, tuple(sorted(dose.month_days)), tuple(sorted(dose.dates)))


def dated(dosage: StructuredDosage, start: date) -> tuple[DosagePeriod, ...]:
    """The periods with dates, for a treatment that starts on `start`. Only the last may be without an end."""
    found = []
    for period in dosage.periods:
        first = period.starts_on or start
        days = length(period)
        last = period.ends_on or (first + timedelta(days=days - 1) if days else None)
        found.append(replace(period, starts_on=first, ends_on=last, days=None))
        start = last + timedelta(days=1) if last else first
    return tuple(found)


def hangs_on_start(dosage: StructuredDosage) -> bool:
    """Whether the day the treatment begins decides which days a dose is for."""
    undated = [period for period in dosage.periods if period.starts_on is None]
    alternates = any(every(dose) or dose.days_off for period in undated for dose in period.fixed)
    lasts = any(length(period) for period in undated) or len(dosage.periods) > 1
    return bool(undated) and (dosage.repeats or alternates or lasts)


def amount_on(dosage: StructuredDosage, day: date, *, start: date) -> Decimal:
    return sum(next(amounts(dosage, start=start, first=day)), Decimal(0))


def total(dosage: StructuredDosage, *, start: date, end: date) -> Decimal:
    """From the first day to the last, both included."""
    days = (end - start).days + 1
    found = amounts(dosage, start=start, first=start)
    return sum((sum(next(found), Decimal(0)) for _ in range(days)), Decimal(0))


def end_of(dosage: StructuredDosage, start: date) -> date | None:
    """The last day of a sequence that ends by itself; None when it goes on."""
    if dosage.repeats or not dosage.periods:
        return None
    return dated(dosage, start)[-1].ends_on


def amounts(dosage: StructuredDosage, *, start: date, first: date) -> Iterator[tuple[Decimal, ...]]:
    """The doses of each day from `first` on, without end."""
    periods = dated(dosage, start)
    cycle = _cycle(periods, start) if dosage.repeats else None
    day = first
    while True:
        asked = start + timedelta(days=(day - start).days % cycle) if cycle and day >= start else day
        yield _on(periods, asked) if day >= start else ()
        day += timedelta(days=1)


def _cycle(periods: Sequence[DosagePeriod], start: date) -> int | None:
    last = periods[-1].ends_on if periods else None
    return (last - start).days + 1 if last else None


def _on(periods: Sequence[DosagePeriod], day: date) -> tuple[Decimal, ...]:
    return tuple(
        dose.amount
        for period in periods
        if period.starts_on and period.starts_on <= day and (period.ends_on is None or day <= period.ends_on)
        for dose in period.fixed
        if taken(dose, day, period.starts_on)
    )


def taken(dose: FixedDose, day: date, first: date) -> bool:
    """Whether the dose is for `day`, in a period that begins on `first`."""
    if dose.dates:
        return day in dose.dates
    if dose.month_days:
        return day.day in dose.month_days
    if found := every(dose):
        return (day - first).days % found == 0
    if dose.weekdays and day.isoweekday() not in dose.weekdays:
        return False
    if dose.days_on and dose.days_off:
        return (day - first).days % (dose.days_on + dose.days_off) < dose.days_on
    return True

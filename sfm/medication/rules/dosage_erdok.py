"""ERDOK «Doseringstekst for strukturert dosering»: what a Dosering must be to be sent as structure (clinical.md 8.3).

Held against what we are about to send, and against what others sent us before we say it in our own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sfm.wire.dosing import DosagePeriod, FixedDose

    Doses = Sequence[DosagePeriod]

A_DAY = "døgn"
WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Rule:
    code: str
    text: str
    broken: Callable[[Doses], bool]


def problems(periods: Doses) -> tuple[Rule, ...]:
    """The rules that are broken; empty for a dose that can be sent and said."""
    return tuple(rule for rule in RULES if rule.broken(periods))


def _each(found: Callable[[FixedDose], bool]) -> Callable[[Doses], bool]:
    return lambda periods: any(found(dose) for period in periods for dose in period.fixed)


def _overlap(periods: Doses) -> bool:
    """A period without an end overlaps every later one."""
    begun = sorted((p.starts.day or date.min, _last(p)) for p in periods if p.starts)
    return any(after[0] <= before[1] for before, after in pairwise(begun))


def _last(period: DosagePeriod) -> date:
    return (period.ends.day if period.ends else None) or date.max


def _same_time_twice(periods: Doses) -> bool:
    return any(_repeated((_code(dose), dose.clock_time) for dose in period.fixed) for period in periods)


def _code(dose: FixedDose) -> str | None:
    return dose.time_of_day.code if dose.time_of_day else None


def _repeated(values: Iterable[object]) -> bool:
    found = list(values)
    return len(set(found)) < len(found)


def _infused(period: DosagePeriod) -> bool:
    rates = [dose.infusion_rate for dose in period.fixed] + [dose.infusion_rate for dose in period.as_needed]
    return any(rates)


def _broken_weeks(dose: FixedDose) -> bool:
    days = dose.pattern
    if days is None or not days.weekdays or (days.days_on is None and days.days_off is None):
        return False
    return ((days.days_on or 0) + (days.days_off or 0)) % WEEK != 0


def _units_differ(periods: Doses) -> bool:
    amounts = {dose.quantity.unit for period in periods for dose in period.fixed}
    amounts |= {dose.quantity.unit for period in periods for dose in period.as_needed}
    intervals = {dose.interval.unit for period in periods for dose in period.fixed if dose.interval}
    return len(amounts) > 1 or len(intervals) > 1


def _patterns_differ(periods: Doses) -> bool:
    return any(len({(dose.interval, dose.pattern) for dose in period.fixed}) > 1 for period in periods)


RULES = (
    Rule(
        code="D01",
        text="Dose ved behov kan ikke sendes som struktur.",
        broken=lambda periods: any(period.as_needed for period in periods),
    ),
    Rule(
        code="D02",
        text="Infusjonshastighet kan ikke brukes.",
        broken=lambda periods: any(map(_infused, periods)),
    ),
    Rule(code="D03", text="Doseringsperiodene overlapper.", broken=_overlap),
    Rule(
        code="D04",
        text="Bruk enten faste dager eller intervall, ikke begge.",
        broken=_each(lambda dose: dose.pattern is not None and dose.interval is not None),
    ),
    Rule(
        code="D05",
        text="Doseringsregel kan ikke brukes.",
        broken=lambda periods: any(period.rule for period in periods),
    ),
    Rule(
        code="D06",
        text="Hver doseringsperiode må ha et starttidspunkt.",
        broken=lambda periods: any(period.starts is None for period in periods),
    ),
    Rule(
        code="D07",
        text="En dose med klokkeslett skal gis eksakt.",
        broken=_each(lambda dose: dose.clock_time is not None and not dose.exact),
    ),
    Rule(
        code="D08",
        text="En dose med tid på døgnet kan ikke gis eksakt.",
        broken=_each(lambda dose: dose.time_of_day is not None and dose.exact),
    ),
    Rule(code="D09", text="Samme tidspunkt er brukt flere ganger.", broken=_same_time_twice),
    Rule(code="D10", text="Ukedager sammen med dager på/av krever hele uker.", broken=_each(_broken_weeks)),
    Rule(code="D11", text="Alle dosene må ha samme enhet.", broken=_units_differ),
    Rule(
        code="D12",
        text="Intervallet må være i døgn.",
        broken=_each(lambda dose: dose.interval is not None and (dose.interval.unit or "").lower() != A_DAY),
    ),
    Rule(
        code="D13",
        text="Bruk enten klokkeslett eller tid på døgnet.",
        broken=_each(lambda dose: dose.clock_time is not None and dose.time_of_day is not None),
    ),
    Rule(
        code="D14", text="Dosene i en periode må ha samme intervall og samme dager.", broken=_patterns_differ
    ),
)

"""The structured dose (`ereseptdosing`) as the wire says it; nothing when it cannot be read whole."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from sfm.fhir.basis.read import parts
from sfm.wire import dosing
from sfm.wire.values import cs, on_day, pq

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfm.fhir.basis.read.parts import Part


def read(found: Iterable[Part]) -> tuple[dosing.DosagePeriod, ...]:
    periods = [_period(one) for one in found]
    whole = [period for period in periods if period is not None]
    return tuple(whole) if len(whole) == len(periods) else ()


def _period(one: Part) -> dosing.DosagePeriod | None:
    starts, ends = parts.day(parts.child(one, "starttime")), parts.day(parts.child(one, "endtime"))
    doses = [_dose(part) for part in parts.children(one, "repeatingdosage")]
    fixed = tuple(dose for dose in doses if dose is not None)
    if not fixed or len(fixed) != len(doses):
        return None
    return dosing.DosagePeriod(
        starts=on_day(starts) if starts else None, ends=on_day(ends) if ends else None, fixed=fixed
    )


def _dose(one: Part) -> dosing.FixedDose | None:
    amount, interval = parts.child(one, "amount"), parts.child(one, "interval")
    value, often = parts.number(amount), parts.number(interval)
    clock, when = parts.text(parts.child(one, "time")), parts.child(one, "timerange")
    if value is None or not (clock or when):
        return None
    return dosing.FixedDose(
        quantity=pq(value, parts.unit(amount)),
        interval=pq(often, parts.unit(interval)) if often is not None else None,
        clock_time=time.fromisoformat(clock[:8]) if clock else None,
        time_of_day=cs(parts.code(when), "") if when and not clock else None,
        exact=parts.flag(parts.child(one, "accurate")) is True,
        pattern=_pattern(parts.child(one, "dosingsequence")),
    )


def _pattern(one: Part) -> dosing.WeekPattern | None:
    days_on, days_off = parts.number(parts.child(one, "dayson")), parts.number(parts.child(one, "daysoff"))
    weekdays = tuple(cs(parts.code(day), "") for day in parts.children(one, "weekdays"))
    if not weekdays and days_on is None:
        return None
    return dosing.WeekPattern(
        weekdays=weekdays,
        days_on=int(days_on) if days_on is not None else None,
        days_off=int(days_off) if days_off is not None else None,
    )

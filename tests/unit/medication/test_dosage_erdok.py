"""Each rule of ERDOK, broken alone (clinical.md 8.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from sfm.medication.rules import dosage_erdok
from sfm.wire.dosing import AsNeededDose, DosagePeriod, DosingRule, FixedDose, InfusionRate, WeekPattern
from sfm.wire.values import cs, on_day, pq

TABLET = pq(1, "tablett")
DAY = pq(1, "Døgn")
MORNING = FixedDose(quantity=TABLET, interval=DAY, time_of_day=cs("1", "Morgen"))
EVENING = replace(MORNING, time_of_day=cs("5", "Kveld"))
BY_CLOCK = FixedDose(quantity=TABLET, interval=DAY, clock_time=time(8), exact=True)
MONDAYS = WeekPattern(weekdays=(cs("1", "Mandag"),))
NEEDED = AsNeededDose(
    quantity=TABLET, daily_maximum=TABLET, period_maximum=TABLET, period=DAY, minimum_interval=pq(4, "Time")
)
RATE = InfusionRate(volume=pq(100, "ml"), time_unit=cs("3", "Time"))


def period(*doses: FixedDose, first: int = 1, last: int | None = None) -> DosagePeriod:
    ends = on_day(date(2026, 3, last)) if last else None
    return DosagePeriod(starts=on_day(date(2026, 3, first)), ends=ends, fixed=doses)


RULES = {
    "D01": [DosagePeriod(starts=on_day(date(2026, 3, 1)), as_needed=(NEEDED,))],
    "D02": [period(replace(MORNING, infusion_rate=RATE))],
    "D03": [period(MORNING, first=1, last=7), period(EVENING, first=7)],
    "D04": [period(replace(MORNING, pattern=MONDAYS))],
    "D05": [replace(period(MORNING), rule=DosingRule(follows=cs("1", "Etter skjema")))],
    "D06": [DosagePeriod(fixed=(MORNING,))],
    "D07": [period(replace(BY_CLOCK, exact=False))],
    "D08": [period(replace(MORNING, exact=True))],
    "D09": [period(MORNING, MORNING)],
    "D10": [
        period(replace(MORNING, interval=None, pattern=replace(MONDAYS, days_on=3, days_off=3))),
    ],
    "D11": [period(MORNING, replace(EVENING, quantity=pq(1, "ml")))],
    "D12": [period(replace(MORNING, interval=pq(8, "Time")))],
    "D13": [period(replace(BY_CLOCK, time_of_day=cs("1", "Morgen")))],
    "D14": [period(MORNING, replace(EVENING, interval=None, pattern=MONDAYS))],
}


@pytest.mark.parametrize("code", RULES)
def test_the_broken_rule_is_named(code: str) -> None:
    found = dosage_erdok.problems(RULES[code])
    assert code in {rule.code for rule in found}
    assert {rule.code for rule in found} <= {code, "D08" if code == "D13" else code}
    assert all(rule.text.endswith(".") for rule in found)


def test_every_rule_has_a_case() -> None:
    assert [rule.code for rule in dosage_erdok.RULES] == list(RULES)


@pytest.mark.parametrize(
    "periods",
    [
        [period(MORNING, EVENING)],
        [period(BY_CLOCK)],
        [period(MORNING, first=1, last=7), period(EVENING, first=8)],
        [period(replace(MORNING, interval=None, pattern=replace(MONDAYS, days_on=7, days_off=7)))],
        [period(replace(MORNING, interval=None, pattern=WeekPattern(days_on=21, days_off=7)))],
    ],
)
def test_what_can_be_sent_breaks_none(periods: list[DosagePeriod]) -> None:
    assert dosage_erdok.problems(periods) == ()

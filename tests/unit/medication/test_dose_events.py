"""Doses counted out, one by one, in Norwegian time."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from sfm.core.clock import OSLO
from sfm.medication.rules import dose_events
from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)

START = date(2026, 3, 2)  # a Monday


def dosage(*fixed: FixedDose, **period: object) -> Dosage:
    return Dosage(unit="13", instruction=StructuredDosage(periods=(DosagePeriod(fixed=fixed, **period),)))  # type: ignore[arg-type]


def at(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=OSLO)


def found(
    given: Dosage, first: datetime, last: datetime, stops: datetime | None = None
) -> list[datetime] | None:
    events = dose_events.events(given, starts_on=START, first=first, last=last, stops=stops)
    return None if events is None else [event.at for event in events]


MORNING = FixedDose(amount=Decimal(1), time_of_day="1")
EVENING = FixedDose(amount=Decimal(2), clock=time(21, 30))


def test_times_of_day_become_clock_times_and_keep_their_code():
    (first, second) = (
        dose_events.events(dosage(EVENING, MORNING), starts_on=START, first=at(3, 0), last=at(4, 0)) or ()
    )
    assert (first.at, first.time_of_day, first.amount) == (at(3, 8), "1", 1)
    assert (second.at, second.time_of_day) == (datetime(2026, 3, 3, 21, 30, tzinfo=OSLO), "")


def test_nothing_before_the_start_and_nothing_after_the_stop():
    assert found(dosage(MORNING), at(1, 0), at(6, 0), stops=at(4, 0)) == [at(2, 8), at(3, 8)]


def test_the_end_of_the_period_asked_about_is_not_part_of_it():
    assert found(dosage(MORNING), at(3, 8), at(4, 8)) == [at(3, 8)]


def test_days_of_the_week_and_every_other_day():
    weekdays = FixedDose(amount=Decimal(1), time_of_day="1", weekdays=(1, 5))
    assert found(dosage(weekdays), at(2, 0), at(9, 0)) == [at(2, 8), at(6, 8)]
    other = FixedDose(amount=Decimal(1), time_of_day="1", every_n_days=2)
    assert found(dosage(other), at(3, 0), at(7, 0)) == [at(4, 8), at(6, 8)]


def test_summer_time_moves_no_dose():
    assert found(dosage(MORNING), at(28, 0), at(30, 0)) == [at(28, 8), at(29, 8)]


def test_a_repeated_sequence_begins_anew():
    one = DosagePeriod(fixed=(MORNING,), days=1)
    none = DosagePeriod(fixed=(EVENING,), days=1)
    given = Dosage(unit="13", instruction=StructuredDosage(periods=(one, none), repeats=True))
    assert found(given, at(4, 0), at(5, 0)) == [at(4, 8)]


@pytest.mark.parametrize(
    "instruction",
    [
        FreeTextDosage(text="etter avtale"),
        ShortDose(code="5507", template="1 <dose> morgen"),
        StructuredDosage(periods=(DosagePeriod(fixed=(FixedDose(amount=Decimal(1)),)),)),
        StructuredDosage(
            periods=(DosagePeriod(as_needed=AsNeededDose(amount_min=Decimal(1), amount_max=Decimal(1))),)
        ),
    ],
)
def test_what_cannot_be_counted_out_is_text_only(instruction: object):
    assert found(Dosage(unit="13", instruction=instruction), at(2, 0), at(3, 0)) is None  # type: ignore[arg-type]


def test_a_period_of_years_is_too_long():
    with pytest.raises(dose_events.TooMany):
        found(dosage(MORNING), at(2, 0), datetime(2029, 3, 2, tzinfo=OSLO))

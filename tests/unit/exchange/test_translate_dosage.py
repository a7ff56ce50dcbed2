"""Every golden dose as Dosering: sent as structure when the wire has words for it, else as text alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sfm.exchange.translate import dosage, prescription
from sfm.medication.rules import dosage_calendar, dosage_erdok, dosage_text
from sfm.medication.rules.dosage import StructuredDosage
from sfm.wire import dosing, m1, schemas
from sfm.wire.values import cs, pq
from tests import golden
from tests.factories import contents
from tests.unit.exchange.test_translate import DAY, built
from tests.unit.wire import official

ROWS = golden.dosage_texts()
SENT = [row for row in ROWS if dosage.to_wire(row.dosage, starts_on=DAY)]


def wire_of(entry: str):
    return dosage.to_wire(contents.dosage(entry), starts_on=DAY)


@pytest.mark.parametrize("row", SENT, ids=str)
def test_what_is_sent_fits_the_schema_and_the_rules(row: golden.DosageText) -> None:
    official.folder()
    content = contents.content(dosage=row.dosage)
    raw = m1.to_xml(built(content))
    assert schemas.validate(raw) == []
    found = m1.parse(raw).medication
    assert dosage_erdok.problems(found.prescribing.dosage) == ()
    again = prescription.dosage_of(found)
    assert dosage_text.text(again).replace(golden.NBSP, " ") == row.bokmaal.replace(golden.NBSP, " ")


@pytest.mark.parametrize("row", SENT, ids=str)
def test_what_is_sent_comes_to_the_same_every_day(row: golden.DosageText) -> None:
    ours = row.dosage.instruction
    theirs = dosage.from_wire(dosage.to_wire(row.dosage, starts_on=DAY), text="").instruction
    assert isinstance(ours, StructuredDosage)
    assert isinstance(theirs, StructuredDosage)
    for day in (DAY + timedelta(days=n) for n in range(370)):
        assert dosage_calendar.amount_on(ours, day, start=DAY) == dosage_calendar.amount_on(
            theirs, day, start=DAY
        )


def test_most_golden_doses_can_be_sent_and_some_cannot() -> None:
    assert len(SENT) >= 100
    assert len(ROWS) - len(SENT) >= 20


@pytest.mark.parametrize(
    "entry",
    [
        "1 vb maks 4",  # D01
        "1 hver 3. dag",  # no time of day
        "2 morgen man-fre, 1 morgen lør,søn",  # D14, rulings.md 20
        "1 morgen den 1. og 15. hver måned",  # no field, no end
        "5→20 +5/uke",
    ],
)
def test_what_the_wire_cannot_say_goes_as_text(entry: str) -> None:
    assert wire_of(entry) == ()
    assert dosage.sent_as_text(contents.dosage(entry), starts_on=DAY)


def test_dates_become_one_period_each() -> None:
    found = wire_of("1 morgen den 1. og 15. hver måned i 60 dager")
    assert [period.starts.day for period in found] == [
        date(2026, 3, 15), date(2026, 4, 1), date(2026, 4, 15),
    ]  # fmt: skip
    assert all(period.starts == period.ends for period in found)


def test_a_taper_becomes_periods_that_follow_each_other() -> None:
    found = wire_of("6 morgen, ned 1 hver 3. dag")
    assert [(p.starts.day - DAY).days for p in found] == [0, 3, 6, 9, 12, 15]
    assert [str(p.fixed[0].quantity.value) for p in found] == ["6", "5", "4", "3", "2", "1"]


def test_every_third_day_is_one_on_and_two_off() -> None:
    pattern = wire_of("1 morgen hver 3. dag")[0].fixed[0].pattern
    assert (pattern.days_on, pattern.days_off) == (1, 2)


@pytest.mark.parametrize(
    "strange",
    [
        {"time_of_day": cs("9", "Ved solnedgang")},
        {"pattern": dosing.WeekPattern(weekdays=(cs("H", "Hverdager"),))},
        {"quantity": pq("1E+30", "tablett")},
    ],
)
def test_what_we_have_no_word_for_is_kept_as_its_text(strange: dict[str, object]) -> None:
    (period,) = wire_of("1 morgen")
    odd = replace(period, fixed=(replace(period.fixed[0], **strange),))
    read = dosage.from_wire((odd,), text="1 tablett ved solnedgang")
    assert dosage_text.text(read) == "1 tablett ved solnedgang"

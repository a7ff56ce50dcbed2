from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.fest.durations import Duration, Validity

WHEN = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("iso", "last_day"),
    [
        ("P7D", date(2026, 3, 21)),
        ("P10D", date(2026, 3, 24)),
        ("P6M", date(2026, 9, 14)),
        ("P1Y", date(2027, 3, 14)),
        ("P3Y", date(2029, 3, 14)),
        ("P2W", date(2026, 3, 28)),
    ],
)
def test_last_valid_day(iso: str, last_day: date) -> None:
    assert Validity(rules=(("", iso),)).expires_on(WHEN) == last_day


def test_without_a_rule_a_year() -> None:
    assert Validity().expires_on(WHEN) == date(2027, 3, 14)


def test_a_month_end_stays_within_its_month() -> None:
    assert Duration.parse("P6M").after(date(2026, 8, 31)) == date(2027, 2, 28)
    assert Duration.parse("P1Y").after(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize("text", ["", "P", "1Y", "P1H", "PT1H"])
def test_refuses_other_durations(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        Duration.parse(text)


@given(st.dates(max_value=date(2100, 1, 1)), st.sampled_from(["P7D", "P10D", "P6M", "P1Y", "P3Y"]))
def test_a_prescription_is_always_valid_on_its_first_day(day: date, iso: str) -> None:
    assert Validity(rules=(("", iso),)).expires_on(day) >= day

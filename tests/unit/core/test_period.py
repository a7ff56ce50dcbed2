from __future__ import annotations

from datetime import date

import pytest

from sfm.core.period import Period, age_on

MARCH = Period(start=date(2026, 3, 1), end=date(2026, 3, 31))


def test_both_ends_belong_to_a_period() -> None:
    assert date(2026, 3, 1) in MARCH
    assert date(2026, 3, 31) in MARCH
    assert date(2026, 4, 1) not in MARCH
    assert MARCH.days == 31


def test_an_open_side_never_ends() -> None:
    since = Period(start=date(2026, 3, 31))
    assert date(2099, 1, 1) in since
    assert since.days is None
    assert since.overlaps(MARCH)
    assert not Period(end=date(2026, 2, 28)).overlaps(MARCH)


def test_lasting_counts_the_first_day() -> None:
    assert Period.lasting(31, start=date(2026, 3, 1)) == MARCH
    with pytest.raises(ValueError, match="one day"):
        Period.lasting(0, start=date(2026, 3, 1))


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before"):
        Period(start=date(2026, 3, 2), end=date(2026, 3, 1))


def test_a_birthday_is_the_day_the_age_changes() -> None:
    assert age_on(date(2010, 6, 15), date(2026, 6, 14)) == 15
    assert age_on(date(2010, 6, 15), date(2026, 6, 15)) == 16
    assert age_on(date(2012, 2, 29), date(2026, 2, 28)) == 13

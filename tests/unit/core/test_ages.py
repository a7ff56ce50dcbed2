from __future__ import annotations

from datetime import date

from sfm.core.ages import age_on


def test_a_birthday_is_the_day_the_age_changes() -> None:
    assert age_on(date(2010, 6, 15), date(2026, 6, 14)) == 15
    assert age_on(date(2010, 6, 15), date(2026, 6, 15)) == 16
    assert age_on(date(2012, 2, 29), date(2026, 2, 28)) == 13

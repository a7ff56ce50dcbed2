from __future__ import annotations

from datetime import date

import pytest

from sfm.exchange.translate import moments


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("2026-11-21T23:30:00Z", date(2026, 11, 22)),  # half past midnight in Norway
        ("2026-06-21T22:30:00+00:00", date(2026, 6, 22)),  # and in summer
        ("2026-11-22T00:10:00", date(2026, 11, 22)),
        ("2026-11-22T23:59:00+01:00", date(2026, 11, 22)),
        ("2026", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_norwegian(said: object, day: date | None) -> None:
    assert moments.day(said) == day

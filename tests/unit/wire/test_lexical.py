"""How values look in a message."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.wire import lexical
from sfm.wire.values import TS


@pytest.mark.parametrize(
    ("value", "text"),
    [("2.50", "2.5"), ("1E+2", "100"), ("0.000", "0"), ("-0", "0"), ("100", "100"), ("1E-7", "0.0000001")],
)
def test_decimals_have_neither_exponent_nor_trailing_zeros(value: str, text: str) -> None:
    assert lexical.number(Decimal(value)) == text


@given(st.decimals(min_value=-1_000_000, max_value=1_000_000, places=4))
def test_a_decimal_survives(value: Decimal) -> None:
    assert lexical.to_number(lexical.number(value)) == value


@pytest.mark.parametrize("text", ["NaN", "INF", "1e999999999", "", "en"])
def test_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="ikke et tall"):
        lexical.to_number(text)


def test_an_instant_is_written_on_the_norwegian_clock_with_offset() -> None:
    assert lexical.instant(datetime(2026, 7, 1, 10, 0, tzinfo=UTC)) == "2026-07-01T12:00:00+02:00"
    with pytest.raises(ValueError, match="tidssone"):
        lexical.instant(datetime(2026, 7, 1, 10, 0))  # noqa: DTZ001 — the mistake under test


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T13:00:00.5000000+01:00",
        "2026-01-01T12:00:00.5Z",
        "2026-01-01T13:00:00.5",
        " 2026-01-01T13:00:00.500+01:00 ",
    ],
)
def test_reads_every_way_of_writing_an_instant(text: str) -> None:
    assert lexical.to_instant(text) == datetime(2026, 1, 1, 12, 0, 0, 500_000, tzinfo=UTC)


def test_an_offset_does_not_move_a_date() -> None:
    assert lexical.to_day("2019-07-17+02:00") == lexical.to_day("2019-07-17Z") == date(2019, 7, 17)


@pytest.mark.parametrize("written", ["2026-05-01", "2026-05-01T00:00:00", "2026-04-30T22:00:00.0000000Z"])
def test_the_day_of_an_instant_is_norwegian(written: str) -> None:
    assert TS(value=written).day == date(2026, 5, 1)


def test_reads_times_of_day() -> None:
    assert lexical.to_clock_time("08:30:00.0000000+01:00") == time(8, 30)


def test_base64_is_strict_but_may_be_wrapped() -> None:
    assert lexical.decoded("aG\nVp ") == b"hei"
    with pytest.raises(ValueError, match="base64"):
        lexical.decoded("aGVp!")

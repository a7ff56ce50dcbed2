from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.core.errors import Invalid
from sfm.core.quantity import Quantity, amount_text, parse_amount


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.5", "½"),
        ("1.5", "1½"),
        ("2.50", "2½"),
        ("2.25", "2,25"),
        ("10", "10"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0", "0"),
    ],
)
def test_amounts_read_as_norwegians_write_them(value: str, text: str) -> None:
    assert amount_text(Decimal(value)) == text


@given(st.decimals(0, 9999, places=3))
def test_what_is_written_reads_back(value: Decimal) -> None:
    assert parse_amount(amount_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("2,5", "2.5"), ("2.5", "2.5"), ("½", "0.5"), ("1 ½", "1.5"), ("1/2", "0.5"), (" 10 ", "10"), ("1 000", "1000"),
     ("1\u00a0000,5", "1000.5"), ("0.125", "0.125"), ("1,250", "1.250"), ("5.", "5"), (",5", "0.5")],
)  # fmt: skip
def test_what_people_type(text: str, value: str) -> None:
    assert parse_amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "to",
        "-1",
        "NaN",
        "Infinity",
        "1,2,3",
        "１",
        "1e3",
        "1_000",
        "1 2",
        "1 00",
        "½½",
        "2,5½",
        "+1",
        "0x1",
        ".",
        "½5",
    ],
)
def test_what_is_not_an_amount_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_amount(text)


@pytest.mark.parametrize("text", ["1.000", "1.250", "10.000", "1.000.000"])
def test_a_thousand_is_never_read_as_one(text: str) -> None:
    with pytest.raises(Invalid, match="uten punktum"):
        parse_amount(text)


def test_amounts_of_different_units_do_not_mix() -> None:
    tablets = Quantity(Decimal(2), "tablett")
    assert str(tablets + Quantity(Decimal("0.5"), "tablett")) == "2½ tablett"
    assert str(tablets * 3) == "6 tablett"
    with pytest.raises(ValueError, match="units"):
        tablets + Quantity(Decimal(1), "ml")


def test_a_float_is_not_an_amount() -> None:
    with pytest.raises(TypeError):
        Quantity(0.1, "ml")  # type: ignore[arg-type]

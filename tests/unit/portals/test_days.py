"""A day is understood however a Norwegian types it, and never as another day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.shared import days
from sfm.core import clock
from sfm.core.errors import Invalid

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def read(typed: str) -> date | None:
    with clock.frozen_at(NOW):
        return days.read({"at": typed}, "at")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("05.03.2026", date(2026, 3, 5)),  # the fifth of March, in every browser
        ("5.3.26", date(2026, 3, 5)),
        ("050326", date(2026, 3, 5)),
        ("05032026", date(2026, 3, 5)),
        ("2026-03-05", date(2026, 3, 5)),
        (" 05.03.2026 ", date(2026, 3, 5)),
        ("5.3.98", date(1998, 3, 5)),
        ("+0", date(2026, 1, 31)),
        ("+14", date(2026, 2, 14)),
        ("+2u", date(2026, 2, 14)),
        ("+1m", date(2026, 2, 28)),
        ("+1Å", date(2027, 1, 31)),
        ("", None),
    ],
)
def test_a_day_as_it_is_typed(typed: str, meant: date | None) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    "typed", ["31.02.2026", "03/05/2026", "5.3", "50326", "i morgen", "+9999", "٠٥.٠٣.٢٠٢٦"]
)
def test_what_is_no_day_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(typed)
    text = "Datoen finnes ikke. Skriv den som dd.mm.åååå." if typed == "31.02.2026" else days.HOW
    assert refused.value.fields == {"at": text}


@given(st.dates(min_value=date(1900, 1, 1)))
def test_what_is_shown_reads_back(day: date) -> None:
    assert read(days.shown(day.isoformat())) == day


def test_what_was_typed_wrongly_is_shown_as_it_was_typed() -> None:
    assert days.shown("31.02.2026") == "31.02.2026"

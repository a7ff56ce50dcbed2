"""Dates, numbers and facts as the pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portals.shared import error_texts, formats, whole
from sfm.core import clock
from sfm.core.ids import PidKind, synthetic_id
from sfm.patients.identity import PatientIdentity

NOON = datetime(2026, 11, 22, 11, 4, tzinfo=UTC)


def test_days_and_clocks_are_norwegian() -> None:
    with clock.frozen_at(NOON):
        assert formats.day(date(2026, 11, 2)) == "02.11.2026"
        assert formats.day(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == "23.11.2026"
        assert formats.clock_text(NOON) == "12:04"
        assert formats.moment(NOON) == "22.11 kl. 12:04"
        assert formats.moment(NOON.replace(year=2025)) == "22.11.2025 kl. 12:04"


@pytest.mark.parametrize("filter_", [formats.day, formats.clock_text, formats.moment, formats.num])
def test_nothing_is_written_for_nothing(filter_: object) -> None:
    assert filter_(None) == ""  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "text"),
    [("2.5", "2,5"), ("10", "10"), ("100", "100"), ("1.500", "1,5"), ("0.25", "0,25"), ("1E+2", "100")],
)
def test_numbers_have_a_decimal_comma_and_no_padding(value: str, text: str) -> None:
    assert formats.num(Decimal(value)) == text


def test_the_banner_says_sex_age_and_number() -> None:
    pid = synthetic_id(date(1948, 8, 8))
    person = PatientIdentity(
        family="Demosen", given="Kari", pid=pid, pid_type=PidKind.FNR, born=date(1948, 8, 8), sex="2"
    )
    with clock.frozen_at(NOON):
        assert formats.facts(person) == f"K · 78 år · {pid[:6]}\N{NO-BREAK SPACE}{pid[6:]}"


def test_a_person_without_number_is_said_to_have_none() -> None:
    person = PatientIdentity(family="Demosen", given="Kari", pid="xxx-1")
    assert formats.facts(person) == "uten fødselsnummer"


def test_every_error_state_has_its_text() -> None:
    assert sorted(error_texts.TEXTS) == [f"E{number:02}" for number in range(1, 21)]
    assert error_texts.text("E12", navn="Dr. Eik", tid="12:04") == "Dr. Eik endret raden 12:04."


def test_counts_have_their_thousands_apart_and_fest_its_own_time() -> None:
    assert formats.count(6305) == "6\N{NO-BREAK SPACE}305"
    assert formats.count(81) == "81"
    assert formats.published("2026-09-15T04:00:00") == "15.09.2026 kl. 04:00"
    assert formats.published("ukjent") == "ukjent"


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("", None), ("²", None), ("-1", None), ("9" * 19, None)]
)
def test_a_number_of_our_own_pages(text: str, number: int | None) -> None:
    assert whole.read(text) == number

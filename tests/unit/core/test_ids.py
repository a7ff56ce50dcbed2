from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.core.ids import HerId, Hpr, NationalId, OrgNr, PidKind, kind_of, synthetic_id

DAYS = st.dates(date(1900, 1, 1), date(2039, 12, 31))


@given(DAYS, st.booleans(), st.sampled_from([80, 65, 40]), st.integers(0, 20))
def test_a_synthetic_number_reads_back_as_the_day_it_was_made_for(
    born: date, d_number: bool, offset: int, serial: int
) -> None:
    number = NationalId.parse(
        synthetic_id(born, serial, d_number=d_number, month_offset=offset), environment="test"
    )
    assert (number.born, number.synthetic) == (born, True)
    assert number.kind == (PidKind.D_NUMBER if d_number else PidKind.FNR)


@given(DAYS, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born: date, position: int, change: int) -> None:
    right = synthetic_id(born)
    digit = (int(right[position]) + change) % 10
    with pytest.raises(Invalid):
        NationalId.parse(f"{right[:position]}{digit}{right[position + 1 :]}", environment="test")


def test_production_refuses_synthetic_people_and_the_test_environment_refuses_real_ones() -> None:
    with pytest.raises(Invalid, match="testnummer"):
        NationalId.parse(synthetic_id(date(1980, 5, 17)), environment="production")
    real_looking = synthetic_id(date(1980, 5, 17), month_offset=0)
    for environment in ("test", "demo"):
        with pytest.raises(Invalid, match="syntetiske"):
            NationalId.parse(real_looking, environment=environment)
    assert not NationalId.parse(real_looking, environment="production").synthetic


@pytest.mark.parametrize(
    "text", ["", "1234567890", "１２３４５６７８９０１", "١٢٣٤٥٦٧٨٩٠١", "12345a78901", "1" * 500]
)
def test_only_eleven_ascii_digits_are_looked_at(text: str) -> None:
    with pytest.raises(Invalid, match="11 sifre"):
        NationalId.parse(text, environment="test")


def test_an_emergency_number_is_recognised_and_refused() -> None:
    text = "8" + synthetic_id(date(1980, 5, 17))[1:]
    assert kind_of(text) is PidKind.FH
    with pytest.raises(Invalid, match="FH-nummer"):
        NationalId.parse(text, environment="test")


def test_a_person_without_number_has_a_local_id() -> None:
    assert kind_of("xxx-17") is PidKind.LOCAL


def test_the_number_stays_out_of_representations() -> None:
    text = synthetic_id(date(1980, 5, 17))
    assert text not in repr(NationalId.parse(text, environment="test"))


def test_numbers_of_the_coming_series_are_accepted_from_their_date() -> None:
    old = synthetic_id(date(1980, 5, 17))
    coming = next(number for number in _with_other_first_check_digit(old[:9]) if number != old)
    with pytest.raises(Invalid):
        NationalId.parse(coming, environment="test")
    with clock.frozen_at(datetime(2032, 1, 2, tzinfo=UTC)):
        assert NationalId.parse(coming, environment="test").born == date(1980, 5, 17)


def _with_other_first_check_digit(nine: str) -> list[str]:
    found = []
    with clock.frozen_at(datetime(2032, 1, 2, tzinfo=UTC)):
        for tail in range(100):
            try:
                found.append(NationalId.parse(f"{nine}{tail:02}", environment="test").value)
            except Invalid:
                continue
    return found


def test_hpr_numbers_are_compared_without_padding() -> None:
    assert Hpr.parse("009144889") == Hpr.parse("9144889")
    assert Hpr.parse("9144889").padded == "009144889"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Hpr, "12345678901"),
        (Hpr, "0"),
        (Hpr, "9１44889"),
        (HerId, "0123"),
        (HerId, "123456789"),
        (HerId, ""),
        (OrgNr, "994598758"),
        (OrgNr, "12345678"),
        (OrgNr, "594598759"),
    ],
)
def test_malformed_identifiers_are_refused_in_norwegian(kind: type[Hpr | HerId | OrgNr], text: str) -> None:
    with pytest.raises(Invalid, match=r"siffer|sifre"):
        kind.parse(text)


def test_organisation_numbers_carry_a_check_digit() -> None:
    assert OrgNr.parse("994 598 759").value == "994598759"
    assert OrgNr.parse("310000019").synthetic

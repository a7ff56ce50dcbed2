"""What holds for every dose. DOSAGE_EXAMPLES=10000 runs ten thousand of each."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sfm.core.errors import Invalid
from sfm.medication.rules import (
    dosage_calendar,
    dosage_data,
    dosage_structure,
    dosage_taper,
    dosage_text,
    quick,
)
from sfm.medication.rules.dosage import Dosage, DosagePeriod, FixedDose, StructuredDosage
from tests.unit.medication.dosages import START, amounts, dosages, runs, sequences, units

ALPHABET = re.compile(r"[a-zæøåA-ZÆØÅ0-9½,.:–\u00a0 ]*")
LOOKED_AT = timedelta(days=120)


def total(structure: StructuredDosage) -> Decimal:
    return dosage_calendar.total(structure, start=START, end=START + LOOKED_AT)


@runs
@given(dosages)
def test_the_label_holds_no_sign_that_can_be_mistaken(dosage: Dosage) -> None:
    assume(dosage_structure.structure_problem(dosage.instruction) == "")  # type: ignore[arg-type]
    for locale in ("nb", "nn"):
        said = dosage_text.text(dosage, locale=locale)
        assert ALPHABET.fullmatch(said), said
        assert not re.search(r"(?<![\d])[,]\d|\d,\d*0(?!\d)|  ", said), said  # «,5», «0,50», two spaces


@runs
@given(dosages)
def test_what_the_label_says_is_read_back_as_the_same_dose(dosage: Dosage) -> None:
    said = dosage_text.text(dosage)
    meant = quick.read(said, dosage.unit)
    assert dosage_text.text(meant) == said
    assert isinstance(meant.instruction, StructuredDosage)
    assert isinstance(dosage.instruction, StructuredDosage)
    assert total(meant.instruction) == total(dosage.instruction)
    assert [p.as_needed for p in meant.instruction.periods] == [
        p.as_needed for p in dosage.instruction.periods
    ]


@runs
@given(dosages)
def test_a_dose_survives_storage(dosage: Dosage) -> None:
    assert dosage_data.from_data(dosage_data.to_data(dosage)) == dosage


@runs
@given(start=amounts, step=amounts, steps=st.integers(1, 8), days=st.integers(1, 30), unit=units)
def test_the_sum_of_a_taper_is_the_sum_its_text_says(
    start: Decimal, step: Decimal, steps: int, days: int, unit: str
) -> None:
    taper = dosage_taper.Taper(
        start=start + step * steps, step=step, every_days=days, target=start, time_of_day="1"
    )
    structure = dosage_taper.structure(taper)
    said = dosage_text.text(Dosage(unit=unit, instruction=structure)).replace("\u00a0", "")
    end = START + timedelta(days=days * steps - 1)
    found = re.findall(r"(\d[\d,]*½?|½)[^\d½]*morgen i (\d+) dag", said)
    assert len(found) == steps
    summed = sum((quick_amount(amount) * int(length) for amount, length in found), Decimal(0))
    assert dosage_calendar.total(structure, start=START, end=end) == summed
    assert dosage_taper.of(structure) == taper


def quick_amount(said: str) -> Decimal:
    whole = Decimal(said.removesuffix("½").replace(",", ".") or "0")
    return whole + (Decimal("0.5") if said.endswith("½") else 0)


@runs
@given(sequences(), amounts, st.integers(0, 3))
def test_more_in_a_dose_is_never_less_in_all(structure: StructuredDosage, more: Decimal, which: int) -> None:
    period = structure.periods[which % len(structure.periods)]
    raised = replace(period, fixed=tuple(replace(dose, amount=dose.amount + more) for dose in period.fixed))
    periods = tuple(raised if one is period else one for one in structure.periods)
    assert total(StructuredDosage(periods=periods)) >= total(structure)


@runs
@given(sequences(), st.integers(0, 200))
def test_a_longer_time_is_never_less_in_all(structure: StructuredDosage, days: int) -> None:
    end = START + timedelta(days=days)
    shorter = dosage_calendar.total(structure, start=START, end=end)
    longer = dosage_calendar.total(structure, start=START, end=end + timedelta(days=1))
    assert longer - shorter == dosage_calendar.amount_on(structure, end + timedelta(days=1), start=START)


@runs
@given(st.text(alphabet="0123456789½+x/-→., manesvbkltirdghouåø", max_size=40), units)
def test_whatever_is_typed_is_a_dose_or_a_reason_why_not(typed: str, unit: str) -> None:
    meant = quick.parse(typed, unit)
    if meant is None:
        with pytest.raises(Invalid, match=r"\w"):
            quick.read(typed, unit)
        return
    assert isinstance(meant.instruction, StructuredDosage)
    assert dosage_structure.structure_problem(meant.instruction) == ""
    assert dosage_text.text(meant)


def test_a_repeated_sequence_begins_anew() -> None:
    periods = tuple(
        DosagePeriod(days=2, fixed=(FixedDose(amount=Decimal(n), time_of_day="1"),)) for n in (1, 2)
    )
    structure = StructuredDosage(periods=periods, repeats=True)
    taken = [dosage_calendar.amount_on(structure, START + timedelta(days=n), start=START) for n in range(6)]
    assert taken == [1, 1, 2, 2, 1, 1]

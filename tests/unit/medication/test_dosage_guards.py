"""Doses that are probably a slip (clinical.md 8.4, rulings.md 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sfm.medication.rules import dosage_guards
from sfm.medication.rules.dosage import (
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)
from tests.factories import contents

METHOTREXATE = replace(contents.METOPROLOL, atc="L04AX03", form="Tablett", substance="Metotreksat")


def of(said: str, product=METHOTREXATE, **given):
    return contents.content(product=product, dosage=replace(contents.dosage(said), **given))


@pytest.mark.parametrize(
    "said",
    ["1x1", "1 daglig", "1 annenhver dag", "1 man,ons,fre", "1 21/7", "1 vb", "1 daglig i 7 dager, deretter 1 man",
     "2 tabletter hver dag", "Tas daglig etter avtale", "1 tablett om dagen", "Ta 2 tabletter daglig til middag",
     "Ta 1 tablett daglig, formiddag eller kveld", "Ta 1 tablett daglig i en uke", "Ta 1 tablett daglig i 2 uker"],
)  # fmt: skip
def test_methotrexate_by_the_day_is_stopped_until_a_reason_stands_behind_it(said: str) -> None:
    assert "én gang per uke" in dosage_guards.stop(of(said))
    assert dosage_guards.stop(of(said, reason="Leukemi, vedlikehold")) == ""
    assert dosage_guards.needs_reason(of(said, reason="Leukemi, vedlikehold"))


@pytest.mark.parametrize(
    "said",
    [
        "4 man",
        "4 hver 7. dag",
        "2 søn kveld, 2 man morgen",
        "1 hver uke",
        "4 tabletter mandager",
        "Ta 2,5 mg x 4 hver onsdag",
        "Ta 4 tabletter x 1 i uken",
        "Etter avtale",
    ],
)
def test_methotrexate_by_the_week_passes(said: str) -> None:
    assert dosage_guards.stop(of(said)) == ""


def test_a_daily_short_dose_is_stopped_too() -> None:
    short = Dosage(unit="13", instruction=ShortDose(code="93", template="1 <dose> daglig"))
    assert dosage_guards.stop(contents.content(product=METHOTREXATE, dosage=short))


def test_other_drugs_and_injections_are_left_alone() -> None:
    assert dosage_guards.stop(of("1x3", product=contents.METOPROLOL)) == ""
    assert dosage_guards.stop(of("1 daglig", product=replace(METHOTREXATE, form="Injeksjonsvæske"))) == ""


def test_other_weekly_drugs_are_only_warned_of() -> None:
    alendronate = replace(contents.METOPROLOL, atc="M05BA04", strength="70 mg")
    assert dosage_guards.stop(of("1 morgen", product=alendronate)) == ""
    assert "én gang per uke" in dosage_guards.warnings(of("1 morgen", product=alendronate))[0]
    assert dosage_guards.warnings(of("1 morgen", product=replace(alendronate, strength="10 mg"))) == ()


@pytest.mark.parametrize(
    ("last", "now", "said"),
    [
        ("1x1", "1x2", ""),
        ("1x1", "1x3", "dobbelt"),
        ("1x1", "10 morgen", "ti ganger"),
        ("10 morgen", "1x1", "tidel"),
        ("5→20 +5/uke", "20 morgen", ""),
        ("1 vb maks 2", "1 vb maks 6", "dobbelt"),
        ("1x1", "etter avtale", ""),
    ],
)
def test_a_jump_from_the_last_dose_is_told(last: str, now: str, said: str) -> None:
    found = dosage_guards.warnings(of(now, product=contents.METOPROLOL), last=contents.dosage(last))
    assert (said in found[0]) if said else found == ()


def test_a_unit_the_drug_is_not_dosed_in() -> None:
    assert dosage_guards.unit_problem("70", ("13",)) == "Dosen er i mg, men legemidlet doseres i tabletter."
    assert dosage_guards.unit_problem("13", ("13", "70")) == ""
    assert dosage_guards.unit_problem("13", ()) == ""


def test_free_text_counts_no_jump() -> None:
    text = Dosage(unit="13", instruction=FreeTextDosage(text="10 daglig"))
    assert dosage_guards.peak(text) is None


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("1+0+2", "3"),
        ("4 den 31. hver måned", "4"),
        ("1 man, 3 tors", "3"),
        ("9 01.03.2026", "9"),
        ("1-2 vb maks 4", "8"),
        ("1-2 vb minst 5 timer mellom hver dose", "10"),
        ("1 vb, maks 3 tabletter per uke", "3"),
        ("1 vb inntil 6 ganger i døgnet, maks 4 tabletter per døgn", "4"),
        ("1 vb", None),
    ],
)
def test_the_most_in_a_day(said: str, most: str | None) -> None:
    assert dosage_guards.peak(contents.dosage(said)) == (Decimal(most) if most else None)


def test_a_dose_of_a_later_date_counts() -> None:
    first, later = (FixedDose(amount=Decimal(n), dates=(date(2026, n, 1),)) for n in (1, 9))
    dosage = Dosage(unit="13", instruction=StructuredDosage(periods=(DosagePeriod(fixed=(first, later)),)))
    assert dosage_guards.peak(dosage) == 9

"""Doses that are probably a slip (clinical.md 8.4, rulings.md 15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sfm.medication.rules import dosage_guards
from sfm.medication.rules.dosage import Dosage, FreeTextDosage, ShortDose
from tests.factories import contents

METHOTREXATE = replace(contents.METOPROLOL, atc="L04AX03", form="Tablett", substance="Metotreksat")


def of(said: str, product=METHOTREXATE, **given):
    return contents.content(product=product, dosage=replace(contents.dosage(said), **given))


@pytest.mark.parametrize(
    "said",
    ["1x1", "1 daglig", "1 annenhver dag", "1 man,ons,fre", "1 21/7", "1 vb", "1 daglig i 7 dager, deretter 1 man",
     "2 tabletter hver dag", "Tas daglig etter avtale", "1 tablett om dagen"],
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

"""What the prescribing form makes of what is typed, and what it shows of what is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portals.treatment.forms import calendar, treatment
from portals.treatment.forms.offer import Offer, PackageChoice
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.fest.hits import ProductRef
from sfm.medication.rules import dosage_data, dosage_text, quick
from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)
from tests.factories import contents

BROKEN = '{"unit":"13","kind":"structured","periods":[{"fixed":[{"amount":"x"}]}]}'
QUICK = ("1+0+1", "½x3", "2 vesp", "1 vb maks 4", "1 man,ons,fre", "1 hver 3. dag", "1 21/7")
START = date(2026, 11, 23)  # a Monday
HUNDRED = PackageChoice(
    fest_id="p", varenr="990001", brand="Selo-Zok", label="100 stk", amount=Decimal(100), unit="stk"
)
OFFER = Offer(
    product=contents.METOPROLOL,
    base=ProductRef(kind="group", fest_id=contents.METOPROLOL.fest_id),
    base_name=contents.METOPROLOL.name_form_strength,
    group_level=True,
    packages=(HUNDRED,),
    unit="13",
    dose_units=("13",),
    short_doses=(ShortDose(code="93", template="1 <dose> daglig"),),
    quantity_units=("stk",),
)
PACKAGED = replace(OFFER, product=replace(contents.METOPROLOL, kind="package", varenr="990001"))
TYPED = {
    "use_type": "1",
    "indication_text": "Mot høyt blodtrykk",
    "dose_mode": "structured",
    "quick": "1+0+1",
    "rx_type": "E",
    "quantity": "100",
    "quantity_unit": "stk",
    "expires_on": "2027-11-21",
}


def typed(offer: Offer = OFFER, **fields: str) -> Any:
    return treatment.from_post(TYPED | fields, offer)


def said(**fields: str) -> str:
    return dosage_text.text(typed(**({"quick": ""} | fields)).dosage).replace(dosage_text.NBSP, " ")


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"quick": "1x3"}, "1 tablett morgen, midt på dagen og kveld"),
        ({"quick": "1+0+1", "t3": "9"}, "1 tablett morgen og kveld"),
        ({"t1": "0,5", "t5": "1½"}, "½ tablett morgen, 1½ tablett kveld"),
        ({"t1": "2.5"}, "2½ tablett morgen"),
        ({"t5": "1", "d1": "1", "d3": "1"}, "1 tablett kveld mandag og onsdag"),
        ({"t0": "1", "days_on": "1", "days_off": "2"}, "1 tablett hver 3. dag"),
        ({"t0": "1", **{f"d{day}": "1" for day in range(1, 8)}}, "1 tablett daglig"),
        ({"vb_max": "2", "vb_min": "1", "vb_times": "4", "vb_reason": "smerter"},
         "1–2 tabletter ved behov ved smerter, inntil 4 ganger i døgnet"),
        ({"quick": "1 vb", "vb_reason": "kvalme"}, "1 tablett ved behov ved kvalme"),
        ({"dose_mode": "short", "short": "93"}, "1 tablett daglig"),
        ({"dose_mode": "short", "short": "404"}, ""),
        ({"dose_mode": "text", "dose_text": " Som avtalt "}, "Som avtalt"),
        ({"dose_mode": "kept", "kept": ""}, ""),
        ({}, ""),
    ],
)  # fmt: skip
def test_the_dose_that_is_meant(fields: dict[str, str], label: str) -> None:
    assert said(**fields) == label


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quick": "litt nå og da"}, "dosage"),
        ({"quick": "", "t1": "mange"}, "dosage"),
        ({"quick": "", "t1": "1", "days_on": "x"}, "dosage"),
        ({"dose_mode": "kept", "kept": "{"}, "dosage"),
        ({"dose_mode": "kept", "kept": "[]"}, "dosage"),
        ({"dose_mode": "kept", "kept": BROKEN}, "dosage"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"refills": "1,5"}, "refills"),
        ({"refills": "٣"}, "refills"),
        ({"expires_on": ""}, "expires_on"),
        ({"expires_on": "31.02.2027"}, "expires_on"),
        ({"starts_on": "i morgen"}, "starts_on"),
        ({"rx_type": "X"}, "prescription"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named_by_field(fields: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        typed(**fields)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("written", ["2027-02-01", "01.02.2027", "1.2.2027", " 2027-02-01 "])
def test_dates_as_people_and_browsers_write_them(written: str) -> None:
    assert typed(review_date=written).review_date == date(2027, 2, 1)


def test_quantity_or_packages_never_both() -> None:
    by_quantity = typed(package_count="2").prescription
    by_packages = typed(PACKAGED, package_count="2", amount_by="packages").prescription
    assert (by_quantity.quantity, by_quantity.package_count) == (Decimal(100), None)
    assert (by_packages.quantity, by_packages.package_count, by_packages.varenr) == (
        None,
        Decimal(2),
        "990001",
    )


def test_without_prescription_and_with_reimbursement() -> None:
    assert typed(rx_type="U").prescription is None
    terms = typed(reimbursement="200|R95|2.16.578.1.12.4.1.1.7170").prescription
    assert (terms.legal_basis, terms.reimbursement_code) == ("200", "R95")


def test_substitution_is_reserved_for_packages() -> None:
    assert not typed(no_substitution="1").prescription.no_substitution
    assert typed(PACKAGED, no_substitution="1").prescription.no_substitution


WEEK = timedelta(days=7)
FOUR, TWO = (FixedDose(amount=Decimal(n), time_of_day="1") for n in (4, 2))
TAPER = StructuredDosage(
    periods=(
        DosagePeriod(starts_on=START, ends_on=START + timedelta(days=6), fixed=(FOUR,)),
        DosagePeriod(starts_on=START + WEEK, fixed=(TWO,)),
    )
)
BY_THE_CLOCK = StructuredDosage(periods=(DosagePeriod(fixed=(FixedDose(amount=Decimal(1), clock=time(8)),)),))
NEEDED = StructuredDosage(
    periods=(
        DosagePeriod(
            as_needed=AsNeededDose(
                amount_min=Decimal(1),
                amount_max=Decimal(2),
                max_times_per_day=4,
                max_per_day=Decimal(8),
                min_interval_hours=Decimal("2.5"),
                reason="smerter",
            )
        ),
    )
)


@pytest.mark.parametrize(
    "instruction",
    [
        *(quick.parse(entry, "13").instruction for entry in QUICK),  # type: ignore[union-attr]
        ShortDose(code="93", template="1 <dose> daglig"),
        ShortDose(code="5507", template="1+0+0+0 <dose>"),
        FreeTextDosage(text="Som avtalt"),
        NEEDED,
        TAPER,
        BY_THE_CLOCK,
    ],
)  # fmt: skip
def test_a_stored_treatment_survives_the_form_untouched(instruction: Any) -> None:
    stored = contents.content(
        dosage=Dosage(unit="13", instruction=instruction),
        discontinue_on=date(2030, 1, 1),
        review_date=date(2029, 1, 1),
        in_multidose=True,
        prescription=contents.terms(refills=2, note_to_pharmacy="Dosett", quantity=Decimal("2.50")),
    )
    again = treatment.from_post(treatment.to_form(stored), OFFER)
    assert dosage_data.to_data(again.dosage) == dosage_data.to_data(stored.dosage)
    assert replace(again, dosage=stored.dosage) == stored


def test_a_text_edited_by_hand_is_free_text_from_then_on() -> None:
    edited = Dosage(unit="13", instruction=TAPER, text_override="Trapp ned")
    shown = treatment.to_form(contents.content(dosage=edited))
    assert treatment.from_post(shown, OFFER).dosage.instruction == FreeTextDosage(text="Trapp ned")


def test_nothing_is_guessed_for_a_new_treatment() -> None:
    shown = treatment.proposed(replace(OFFER, terms=contents.terms()))
    assert (shown["use_type"], shown["indication_text"], shown["quick"]) == ("", "", "")
    assert (shown["starts_on"], shown["quantity"]) == (clock.today().isoformat(), "100")


def taken(entry: str) -> list[int]:
    instruction = quick.parse(entry, "13").instruction  # type: ignore[union-attr]
    assert isinstance(instruction, StructuredDosage)
    return [int(day.amount) for day in calendar.strip(instruction, START)]


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        ("1+0+1", [2] * 14),
        ("1 man,ons,fre", [1, 0, 1, 0, 1, 0, 0] * 2),
        ("1 hver 3. dag", [1, 0, 0] * 4 + [1, 0]),
        ("1 vb", [0] * 14),
    ],
)
def test_the_calendar_shows_the_days_themselves(entry: str, days: list[int]) -> None:
    assert taken(entry) == days


def test_a_taper_is_followed_through_its_steps() -> None:
    assert [int(day.amount) for day in calendar.strip(TAPER, START)] == [4] * 7 + [2] * 7
    assert calendar.total(TAPER, START, START + timedelta(days=8)) == Decimal(32)


def course(days: int, **given: Any) -> Any:
    return contents.content(
        use_type="2", starts_on=START, discontinue_on=START + timedelta(days=days), **given
    )


def test_the_need_is_counted_to_the_day_before_discontinuation() -> None:
    assert calendar.supply(course(10), START, None) == calendar.Supply(
        quantity=Decimal(20), unit="stk", packages=None
    )
    assert calendar.supply(course(51), START, HUNDRED).packages == Decimal(2)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "content",
    [
        contents.content(),  # no end
        course(10, product=contents.OXYCODONE),  # A: the prescriber chooses
        course(10, dosage=contents.dosage("1 vb maks 4")),
        course(10, dosage=contents.dosage("Som avtalt")),
        course(10, dosage=contents.dosage("1+0+1", unit="70")),  # mg cannot be counted in pieces
    ],
)
def test_no_amount_is_proposed_where_it_would_be_a_guess(content: Any) -> None:
    assert calendar.supply(content, START, None) is None


def test_how_long_the_amount_lasts() -> None:
    assert calendar.lasts(contents.content(), START, None) == 50
    packed = contents.content(prescription=contents.terms(quantity=None, package_count=Decimal(2)))
    assert calendar.lasts(packed, START, HUNDRED) == 100
    assert calendar.lasts(course(10), START, None) is None

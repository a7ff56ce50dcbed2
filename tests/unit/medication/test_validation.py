"""What must be right before a treatment is stored, and in which words it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from sfm.core.actor import Actor
from sfm.medication.rules import dosage_data, rights, validation, validity
from sfm.medication.rules.dosage import (
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)
from tests.factories import contents

TODAY = date(2026, 3, 2)
ALL = {"rx.prescribe", "rx.prescribe_group_a", "rx.prescribe_group_b"}


def actor(*permissions):
    return Actor(
        practitioner_id=uuid4(),
        journal_id=uuid4(),
        name="Demolege, Dagny",
        personnel_category="LE",
        hpr="9400101",
        organisation_id=uuid4(),
        organisation_name="Demo",
        permissions=frozenset(permissions or ALL),
    )


def terms(**given):
    return contents.terms(**({"expires_on": TODAY + timedelta(days=364)} | given))


def problems(**given):
    content = contents.content(**({"prescription": terms()} | given))
    return validation.check(content, today=TODAY, actor=actor())


def test_a_sound_treatment_has_no_problem():
    assert problems() == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"indication_text": " "}, "indication_text"),
        ({"indication_text": "x" * 251}, "indication_text"),
        ({"use_type": ""}, "use_type"),
        ({"use_type": "12"}, "use_type"),
        ({"use_type": "2"}, "discontinue_on"),
        ({"discontinue_on": TODAY}, "discontinue_on"),
        ({"starts_on": TODAY + timedelta(9), "discontinue_on": TODAY + timedelta(8)}, "discontinue_on"),
        ({"starts_on": TODAY, "dosage_ends_on": TODAY - timedelta(1)}, "dosage_ends_on"),
        ({"review_date": TODAY}, "review_date"),
        ({"dosage": contents.dosage("")}, "dosage"),
        ({"prescription": terms(quantity=None)}, "quantity"),
        ({"prescription": terms(package_count=Decimal(1), varenr="1")}, "quantity"),
        ({"prescription": terms(quantity=Decimal(0))}, "quantity"),
        ({"prescription": terms(quantity_unit="")}, "quantity_unit"),
        ({"prescription": terms(quantity=None, package_count=Decimal(1))}, "package_count"),
        ({"prescription": terms(refills=-1)}, "refills"),
        ({"prescription": terms(expires_on=TODAY)}, "expires_on"),
        ({"prescription": terms(expires_on=date(2029, 3, 3))}, "expires_on"),
        ({"prescription": terms(valid_from=TODAY - timedelta(1))}, "valid_from"),
        ({"prescription": terms(legal_basis="700")}, "legal_basis"),
        ({"prescription": terms(legal_basis="200")}, "reimbursement_code"),
        ({"prescription": terms(no_substitution=True)}, "no_substitution"),
        ({"product": replace(contents.METOPROLOL, dispensing_group="K")}, "prescription"),
        ({"product": replace(contents.METOPROLOL, kind="brand", brand="Selo-Zok")}, "package_count"),
        ({"in_multidose": True, "dosage": contents.dosage("etter avtale")}, "dosage"),
        ({"in_multidose": True, "dosage": contents.dosage("0,25 morgen")}, "dosage"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(given, field):
    found = problems(**given)
    assert list(found) == [field]
    assert found[field].endswith(".")


def test_a_first_day_that_has_passed_is_asked_about_only_when_it_is_new():
    begun = terms(valid_from=TODAY - timedelta(20))
    content = contents.content(prescription=begun)
    check = {"today": TODAY, "actor": actor()}
    assert validation.check(content, **check, standing=begun) == {}
    other = replace(begun, valid_from=TODAY - timedelta(1))
    assert list(validation.check(content, **check, standing=other)) == ["valid_from"]


def test_daily_methotrexate_stops():
    product = replace(contents.METOPROLOL, atc="L04AX03", form="Tablett")
    assert "én gang per uke" in problems(product=product)["dosage"]
    assert problems(product=product, dosage=contents.dosage("1 man")) == {}


def fixed(**given):
    return FixedDose(**({"amount": Decimal(1), "time_of_day": "1"} | given))


def structured(*periods):
    return Dosage(unit="13", instruction=StructuredDosage(periods=periods))


@pytest.mark.parametrize(
    "periods",
    [
        (),
        (DosagePeriod(),),
        (DosagePeriod(fixed=(fixed(amount=Decimal(0)),)),),
        (DosagePeriod(fixed=(fixed(), fixed())),),
        (DosagePeriod(fixed=(fixed(weekdays=(1, 2)), fixed(weekdays=(2, 3)))),),
        (DosagePeriod(fixed=(fixed(weekdays=(1,), days_on=3, days_off=3),)),),
        (DosagePeriod(fixed=(fixed(),)), DosagePeriod(fixed=(fixed(),))),
    ],
)
def test_impossible_doses_are_refused(periods):
    assert "dosage" in problems(dosage=structured(*periods))


def test_different_amounts_on_different_weekdays_are_allowed():
    doses = (fixed(weekdays=(1, 3)), fixed(amount=Decimal(2), weekdays=(2, 4)))
    assert problems(dosage=structured(DosagePeriod(fixed=doses))) == {}


@pytest.mark.parametrize(
    ("start", "duration", "last"),
    [
        (date(2026, 3, 2), "P1Y", date(2027, 3, 1)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 27)),
        (date(2026, 3, 2), "P7D", date(2026, 3, 8)),
        (date(2026, 8, 31), "P6M", date(2027, 2, 27)),
        (date(2026, 3, 2), "P3Y", date(2029, 3, 1)),
    ],
)
def test_a_year_is_a_year_less_one_day(start, duration, last):
    assert validity.expires_on(start, duration) == last


@pytest.mark.parametrize(
    ("permissions", "atc", "group", "refused"),
    [
        ((), "C07AB02", "C", True),
        (("rx.prescribe",), "C07AB02", "C", False),
        (("rx.prescribe",), "N02AA05", "A", True),
        (("rx.prescribe", "rx.prescribe_group_a"), "N02AA05", "A", False),
        (("rx.prescribe",), "N05BA01", "B", True),
        (("rx.prescribe", "rx.scope_contraception"), "G03AA12", "C", False),
        (("rx.prescribe", "rx.scope_contraception"), "C07AB02", "C", True),
        (("rx.prescribe", "rx.scope_vaccine"), "J07BB02", "C", False),
        (("rx.prescribe", "rx.scope_dental"), "A02BC01", "C", True),
        (("rx.prescribe", "rx.scope_dental"), "J01CE02", "C", False),
    ],
)
def test_who_may_prescribe_what(permissions, atc, group, refused):
    by = actor(*permissions or ("lib.view",))
    assert bool(rights.refusal(by, atc=atc, dispensing_group=group)) is refused


@pytest.mark.parametrize(
    "dosage",
    [
        contents.dosage("1+0+1"),
        contents.dosage("1-2 vb maks 4"),
        contents.dosage("1 21/7"),
        Dosage(unit="13", instruction=FreeTextDosage(text="etter avtale")),
        Dosage(
            unit="13", instruction=ShortDose(code="93", template="1 daglig"), text_override="1 annenhver dag"
        ),
    ],
)
def test_a_dosage_survives_storage(dosage):
    assert dosage_data.from_data(dosage_data.to_data(dosage)) == dosage

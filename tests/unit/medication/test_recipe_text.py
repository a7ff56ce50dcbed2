"""An ingredient as it is typed, and back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sfm.medication.particulars import Ingredient
from sfm.medication.rules import product_checks, recipe_text


@pytest.mark.parametrize("said", ["5 g", "0,5 mg", "10 mg/ml", "2,5 mg/5 ml", "2 %", "ad 100 g", "ad", "qs"])
def test_what_is_typed_reads_back_as_typed(said):
    assert recipe_text.said_of(recipe_text.parse("Salisylsyre", said)) == said


@pytest.mark.parametrize(
    "said",
    [
        "litt",
        "5",
        "5 g/",
        "ad litt",
        "2 %/ml",
        "5 g 3 ml",
        "ad 5 mg/ml",
        "1.000 mg",
        "1 mg/1.000 ml",
        "ad 1.000 g",
    ],
)
def test_what_is_not_understood_is_no_ingredient(said):
    assert recipe_text.parse("Salisylsyre", said) is None


def test_a_per_cent_is_grams_in_a_hundred():
    found = recipe_text.parse("Salisylsyre", "5 %", substance_id="ID_1")
    assert (found.amount, found.unit, found.per_amount, found.per_unit) == (5, "g", 100, "g")
    assert found.substance_id == "ID_1"


def test_an_amount_left_out_is_said_by_the_rules():
    part = recipe_text.parse("Zink", "")
    assert part == Ingredient(name="Zink")
    assert "Zink" in product_checks._ingredient(part)


def test_what_is_said_to_be_qs_has_no_amount():
    part = Ingredient(name="Vann", dilution="qs", amount=Decimal(3), unit="g")
    assert product_checks._ingredient(part) == "Vann: qs har ingen mengde."

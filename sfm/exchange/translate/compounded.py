"""A recipe as Legemiddelblanding, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.particulars import Ingredient, Recipe
from sfm.wire.compounded import (
    CompoundedMedication,
    Dilution,
    IngredientQuantity,
    OtherIngredient,
    Strength,
    Substance,
    SubstanceIngredient,
)
from sfm.wire.values import PQ, cs, cv, pq

if TYPE_CHECKING:
    from sfm.medication.content import Product


def mixture(product: Product) -> CompoundedMedication:
    """:raises ValueError: the product has no recipe, or no amount of it."""
    recipe = product.recipe
    if recipe is None or recipe.amount is None:
        raise ValueError("a compounded medicine without a recipe")
    known = [part for part in recipe.ingredients if part.substance_id and not part.dilution]
    others = [part for part in recipe.ingredients if part not in known]
    return CompoundedMedication(
        name=product.name_form_strength,
        instructions=recipe.instructions,
        quantity=pq(recipe.amount, recipe.unit),
        form=cv(product.form_code, 7448, product.form),
        others=tuple(_other(part) for part in others),
        substances=tuple(_substance(part) for part in known),
    )


def recipe_of(found: CompoundedMedication) -> Recipe:
    parts = [
        *(
            _read(part.substance.name, part.substance.id, None, part.quantity, part.strength)
            for part in found.substances
        ),
        *(
            _read(part.name_form_strength, "", part.dilution, part.quantity, part.strength)
            for part in found.others
        ),
        *(_read(_product_name(part), "", part.dilution, part.quantity, None) for part in found.products),
    ]
    return Recipe(
        instructions=found.instructions,
        amount=found.quantity.value,
        unit=found.quantity.unit or "",
        ingredients=tuple(parts),
    )


def _substance(part: Ingredient) -> SubstanceIngredient:
    return SubstanceIngredient(
        substance=Substance(id=part.substance_id, name=part.name),
        strength=_strength(part),
        quantity=_quantity(part),
    )


def _other(part: Ingredient) -> OtherIngredient:
    dilution = Dilution(adqs=cs(part.dilution, part.dilution)) if part.dilution else None
    return OtherIngredient(
        name_form_strength=_said(part) if part.dilution else part.name,
        dilution=dilution,
        quantity=None if dilution else _quantity(part),
        strength=None if dilution else _strength(part),
    )


def _said(part: Ingredient) -> str:
    """«Aqua purificata ad 100 g»: the message has no place for the amount that is filled up to."""
    if part.dilution == "ad" and part.amount is not None:
        return f"{part.name} ad {part.amount.normalize():f} {part.unit}".replace(".", ",")
    return part.name


def _strength(part: Ingredient) -> Strength | None:
    """A strength has a denominator; an amount has none (clinical.md 3.8)."""
    if part.per_amount is None or part.amount is None:
        return None
    return Strength(numerator=pq(part.amount, part.unit), denominator=pq(part.per_amount, part.per_unit))


def _quantity(part: Ingredient) -> IngredientQuantity | None:
    if part.per_amount is not None or part.amount is None:
        return None
    return IngredientQuantity(quantity=pq(part.amount, part.unit))


def _read(
    name: str,
    substance_id: str,
    dilution: Dilution | None,
    quantity: IngredientQuantity | None,
    strength: Strength | None,
) -> Ingredient:
    top = quantity.quantity if quantity else strength.numerator if strength else None
    below = strength.denominator if strength else None
    return Ingredient(
        name=name,
        substance_id=substance_id,
        amount=_value(top),
        unit=(top.unit or "") if top else "",
        per_amount=_value(below),
        per_unit=(below.unit or "") if below else "",
        dilution=(dilution.adqs.code or "") if dilution else "",
    )


def _value(found: PQ | None) -> Decimal | None:
    return found.value if found else None


def _product_name(part: object) -> str:
    named = [getattr(part, kind, None) for kind in ("brand", "package", "substance")]
    return next((item.name_form_strength for item in named if item is not None), "")

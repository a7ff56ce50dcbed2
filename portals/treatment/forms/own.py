"""(Magistrell, lokalt legemiddel) A product that is typed, not chosen in FEST."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from portals.treatment.forms.reading import amount_text
from sfm.fest.models import Substance
from sfm.medication.content import Product
from sfm.medication.particulars import Ingredient, Recipe
from sfm.medication.rules import recipe_text
from sfm.medication.rules.product_kinds import COMPOUNDED, LOCAL

if TYPE_CHECKING:
    from portals.treatment.forms.reading import Reading

KINDS = {COMPOUNDED: "Magistrelt legemiddel", LOCAL: "Lokalt legemiddel"}
ROWS = range(1, 9)
INGREDIENTS = tuple(f"i{row}_{part}" for row in ROWS for part in ("name", "amount"))
FIELDS = (
    "name", "form_code", "dispensing_group", "strength", "instructions", "recipe_amount", "recipe_unit",
    "save_own", *INGREDIENTS,
)  # fmt: skip
FORMS = {  # 7448: what is made or imported
    "46": "Salve", "34": "Krem", "66": "Liniment", "29": "Gel", "44": "Pasta", "9": "Mikstur", "6": "Dråper",
    "136": "Oppløsning", "32": "Kapsel", "53": "Tablett", "112": "Stikkpille", "139": "Pulver", "90": "Øyedråper",
    "94": "Øyesalve", "80": "Øredråper", "68": "Nesedråper", "74": "Nesespray", "39": "Munnskyllevæske",
    "79": "Sjampo", "117": "Vaginalkrem", "123": "Vagitorie", "107": "Rektalsalve", "101": "Injeksjonsvæske",
}  # fmt: skip
GROUPS = {"A": "A", "B": "B", "C": "C", "F": "F", "K": "Kosttilskudd"}
RECIPE_UNITS = ("g", "ml", "stk", "mg", "dose")


def blank(kind: str) -> Product:
    return Product(kind=kind, name_form_strength="", substance="", dispensing_group="C")


def read(reading: Reading, base: Product) -> Product:
    """The product as typed. What is missing is the rules' to say."""
    name, form_code = reading.text("name"), reading.text("form_code")
    group = reading.text("dispensing_group")
    typed = replace(
        base,
        name_form_strength=name,
        substance=name,
        form=FORMS.get(form_code, ""),
        form_code=form_code if form_code in FORMS else "",
        dispensing_group=group if group in GROUPS else "",
        strength=reading.text("strength"),
    )
    return replace(typed, recipe=_recipe(reading)) if base.kind == COMPOUNDED else typed


def fields(product: Product) -> dict[str, str]:
    shown = dict.fromkeys(FIELDS, "") | {
        "name": product.name_form_strength,
        "form_code": product.form_code,
        "dispensing_group": product.dispensing_group or "C",
        "strength": product.strength,
    }
    recipe = product.recipe
    if recipe is None:
        return shown
    shown |= {
        "instructions": recipe.instructions,
        "recipe_amount": amount_text(recipe.amount),
        "recipe_unit": recipe.unit,
    }
    for row, part in zip(ROWS, recipe.ingredients, strict=False):
        shown |= {f"i{row}_name": part.name, f"i{row}_amount": recipe_text.said_of(part)}
    return shown


def _recipe(reading: Reading) -> Recipe:
    amount: Decimal | None = reading.amount("recipe_amount")
    named = [row for row in ROWS if reading.text(f"i{row}_name") or reading.text(f"i{row}_amount")]
    known = _substances([reading.text(f"i{row}_name") for row in named])
    return Recipe(
        instructions=reading.text("instructions"),
        amount=amount,
        unit=reading.text("recipe_unit"),
        ingredients=tuple(_ingredient(reading, row, known) for row in named),
    )


def _ingredient(reading: Reading, row: int, known: dict[str, str]) -> Ingredient:
    name, said = reading.text(f"i{row}_name"), reading.text(f"i{row}_amount")
    found = recipe_text.parse(name, said, substance_id=known.get(name.casefold(), ""))
    if found is None:
        reading.problems["ingredients"] = f"{name or 'Bestanddel'}: {recipe_text.HELP}"
    return found or Ingredient(name=name)


def _substances(names: list[str]) -> dict[str, str]:
    """FEST's ids of the ingredients FEST knows by that very name."""
    wanted = [name for name in names if name]
    variants = {form for name in wanted for form in (name, name.lower(), name.capitalize())}
    found = Substance.objects.filter(name__in=variants, expired_on=None).values_list("name", "key")
    return {name.casefold(): key for name, key in found} if wanted else {}

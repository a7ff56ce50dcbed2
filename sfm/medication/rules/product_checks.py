"""What must be right about products FEST has no form for: compounded, local, and wares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.rules import product_kinds
from sfm.medication.rules.product_kinds import COMPOUNDED, LOCAL

if TYPE_CHECKING:
    from sfm.medication.content import PrescriptionTerms, Product
    from sfm.medication.particulars import Ingredient, Recipe

Problems = dict[str, str]

GROUPS = ("A", "B", "C", "F")  # 7421
LONGEST_NAME = 250
LONGEST_INSTRUCTIONS = 2000
MOST_INGREDIENTS = 20
WARE_LEVELS = (3, 7)  # digits of 7403 that can be prescribed


def check(product: Product) -> Problems:
    found: Problems = {}
    if product.kind in (COMPOUNDED, LOCAL):
        found |= _named(product)
    if product.kind == COMPOUNDED:
        found |= _recipe(product.recipe)
    if product_kinds.is_ware(product.kind):
        found |= _ware(product)
    return {name: problem for name, problem in found.items() if problem}


def _named(product: Product) -> Problems:
    return {
        "name": _name(product.name_form_strength),
        "form": "" if product.form_code else "Velg legemiddelform.",  # 28
        "dispensing_group": "" if product.dispensing_group in (*GROUPS, "K") else "Velg reseptgruppe.",
    }


def _name(name: str) -> str:
    if not name.strip():
        return "Skriv navnet på legemidlet."  # 29
    return "" if len(name) <= LONGEST_NAME else "Navnet kan være på høyst 250 tegn."


def _recipe(recipe: Recipe | None) -> Problems:
    if recipe is None:
        return {"instructions": "Skriv hvordan legemidlet skal lages."}
    found = {
        "instructions": "" if recipe.instructions.strip() else "Skriv hvordan legemidlet skal lages.",
        "recipe_amount": (
            ""
            if recipe.amount is not None and recipe.amount > 0 and recipe.unit
            else "Skriv mengde med enhet."
        ),
    }
    if len(recipe.instructions) > LONGEST_INSTRUCTIONS:
        found["instructions"] = f"Resepturen kan være på høyst {LONGEST_INSTRUCTIONS} tegn."
    if len(recipe.ingredients) > MOST_INGREDIENTS:
        found["ingredients"] = f"Høyst {MOST_INGREDIENTS} bestanddeler."
    wrong = [said for said in map(_ingredient, recipe.ingredients) if said]
    return found | ({"ingredients": wrong[0]} if wrong else {})


def _ingredient(part: Ingredient) -> str:
    """A strength has a numerator, and a denominator when it is not an amount (clinical.md 3.8)."""
    if not part.name.strip():
        return "Hver bestanddel må ha et navn."
    if part.dilution:
        if part.dilution not in ("ad", "qs"):
            return f"{part.name}: velg ad eller qs."
        return f"{part.name}: qs har ingen mengde." if part.dilution == "qs" and part.amount else ""
    if part.amount is None or part.amount <= 0 or not part.unit:
        return f"{part.name}: skriv mengde eller styrke med enhet, eller velg ad/qs."
    if (part.per_amount is None) != (not part.per_unit):
        return f"{part.name}: styrken må ha både tall og enhet etter skråstreken."
    return ""


def _ware(product: Product) -> Problems:
    group = product.fest_id
    if group.startswith(product_kinds.PROSTHESES):
        return {"product": "Brystprotese kan ikke forskrives på e-resept."}  # 355
    if not group.isdigit() or len(group) not in WARE_LEVELS:
        return {"product": "Velg produktgruppen på et nivå som kan forskrives."}
    right = "6" if product.kind == product_kinds.NUTRITION else "5"
    return {} if group.startswith(right) else {"product": "Produktgruppen hører til en annen varetype."}


def terms_of_ware(terms: PrescriptionTerms, product: Product) -> Problems:
    """A ware has no refills; its paragraph follows from its group (263)."""
    found: Problems = {}
    if terms.refills:
        found["refills"] = "Resept på en handelsvare har ingen reiterasjoner."
    if terms.legal_basis != product_kinds.legal_basis(product.fest_id):
        found["legal_basis"] = "Hjemmelen følger av produktgruppen."
    if terms.package_count is not None and terms.package_count <= 0:
        found["package_count"] = "Antall pakninger må være større enn null."
    if terms.no_substitution:
        found["no_substitution"] = "En handelsvare kan ikke reserveres mot bytte."
    return found

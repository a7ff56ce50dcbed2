"""sfm-Medication, sfm-Magistrell-Medication and sfm-Substance (fhir.md 6.3, 6.4)."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sfm.exchange.translate import catalogue
from sfm.fhir.basis import names
from sfm.fhir.basis.build.parts import coded, extension, part, quantity, reference
from sfm.fhir.data_sharing import naming

if TYPE_CHECKING:
    from sfm.exchange.translate.prescription import PackageFacts
    from sfm.fhir.basis.build.parts import Entries, Part, Resource
    from sfm.medication.content import Product, TreatmentContent
    from sfm.medication.particulars import Ingredient, Recipe

SUBSTANCE_LEVEL = ("1", "Legemiddelvirkestoff")
BRAND_LEVEL = ("2", "Legemiddelmerkevare")
PACKAGE_LEVEL = ("3", "Legemiddelpakning")


def put(entries: Entries, content: TreatmentContent) -> Part:
    """A reference to the product, which is put among the entries; the same product is there once."""
    product = content.product
    made = (
        _compounded(entries, product) if product.recipe or product.kind == "compounded" else _known(content)
    )
    # the key is everything the resource says
    key = hashlib.sha256(json.dumps(made, sort_keys=True, default=str).encode()).hexdigest()
    return reference(entries.put("medication", key, made), "Medication", product.name_form_strength)


def _known(content: TreatmentContent) -> Resource:
    product, facts = content.product, catalogue.package_of(content, content.prescription)
    code = facts.varenr if facts else product.fest_id
    fest = {"system": names.FEST} | ({"code": code} if code else {}) | {"display": product.name_form_strength}
    made: Resource = {
        "resourceType": "Medication",
        "meta": {"profile": [names.MEDICATION]},
        "extension": [*_group(product), _details(product, facts, code)],
        "code": {"coding": [fest, *_atc(product)]},
        "status": "active",
    }
    if code:
        made["identifier"] = [{"use": "official", "type": {"text": "identifier"}, "value": code}]
    if product.form_code:
        made["form"] = coded(7448, product.form_code, product.form)
    if facts and (size := _number(facts.size)) is not None:
        made["amount"] = {"extension": [_amount_text(size, facts)]}
    return made


def _group(product: Product) -> list[Part]:
    group = product.dispensing_group
    display = f"Reseptgruppe {group}" if group != "K" else "Kosttilskudd"
    inner = part("prescriptiongroup", "CodeableConcept", coded(7421, group, display))
    return [extension(names.GROUP, inner)] if group else []


def _atc(product: Product) -> list[Part]:
    coding = {"system": names.ATC, "code": product.atc, "display": product.atc_name}
    return [{name: text for name, text in coding.items() if text}] if product.atc else []


def _details(product: Product, facts: PackageFacts | None, code: str) -> Part:
    level = PACKAGE_LEVEL if facts else BRAND_LEVEL if product.kind == "brand" else SUBSTANCE_LEVEL
    kind = part("registreringstype", "CodeableConcept", naming.coded(names.REGISTRATION_TYPES, *level))
    if facts is None:
        said = product.brand if product.kind == "brand" and product.brand else product.substance
        return extension(names.DETAILS, kind if code else None, part("name", "String", said))
    package = extension(
        "packinginfoprescription",
        part("name", "String", facts.brand or product.brand or product.name_form_strength),
        part("packingsize", "String", facts.size),
        part("packingunit", "CodeableConcept", coded(7452, facts.unit, facts.unit_name)),
    )
    return extension(names.DETAILS, kind, package)


def _amount_text(size: Decimal, facts: PackageFacts) -> Part:
    return extension(
        names.AMOUNT_TEXT,
        part("amounttext", "String", f"{facts.size} {facts.unit}"),
        part("quantity", "Quantity", quantity(size, facts.unit)),
    )


def _compounded(entries: Entries, product: Product) -> Resource:
    group = product.dispensing_group
    recipe = product.recipe
    made: Resource = {
        "resourceType": "Medication",
        "meta": {"profile": [names.COMPOUNDED]},
        "extension": [
            *([_simple_group(group)] if group else []),
            {"url": f"{names.PROFILE}sfm-name", "valueString": product.name_form_strength},
        ],
        "code": coded(7424, "10", "Magistrell"),
        "status": "active",
    }
    if product.form_code:
        made["form"] = coded(7448, product.form_code, product.form)
    if recipe is not None:
        made |= _recipe(entries, made, recipe)
    return made


def _simple_group(group: str) -> Part:
    return {"url": names.GROUP, "valueCodeableConcept": coded(7421, group, f"Reseptgruppe {group}")}


def _recipe(entries: Entries, made: Resource, recipe: Recipe) -> Resource:
    said: Resource = {}
    if recipe.instructions:
        text = {"url": f"{names.PROFILE}sfm-recipe", "valueString": recipe.instructions}
        said["extension"] = [*made["extension"], text]
    if recipe.amount is not None:
        said["amount"] = {"numerator": quantity(recipe.amount, recipe.unit)}
    if recipe.ingredients:
        said["ingredient"] = [_ingredient(entries, one) for one in recipe.ingredients]
    return said


def _ingredient(entries: Entries, one: Ingredient) -> Part:
    coding = {"system": names.FEST} | ({"code": one.substance_id} if one.substance_id else {})
    substance: Resource = {
        "resourceType": "Substance",
        "meta": {"profile": [names.SUBSTANCE]},
        "status": "active",
        "code": {"coding": [coding | {"display": one.name}]},
    }
    if one.substance_id:
        named = {"use": "official", "type": {"text": "identifier"}, "value": one.substance_id}
        substance["identifier"] = [named]
    url = entries.put("substance", one.substance_id or one.name, substance)
    made: Part = {"itemReference": reference(url, "Substance", one.name), "isActive": not one.dilution}
    if one.dilution:
        inner = {"url": one.dilution, "valueBoolean": True}
        made = {"extension": [extension(f"{names.PROFILE}sfm-adqs", inner)]} | made
    if one.amount is not None:
        made["strength"] = _strength(one)
    return made


def _strength(one: Ingredient) -> dict[str, Any]:
    made = {"numerator": quantity(one.amount, one.unit)}
    if one.per_amount is not None:
        made["denominator"] = quantity(one.per_amount, one.per_unit)
    return made


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None

"""Handelsvarer: our product groups and articles as ReseptDokHandelsvare, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.content import Product
from sfm.medication.rules import dosage_text, product_kinds
from sfm.medication.rules.dosage import Dosage, FreeTextDosage
from sfm.wire import m1
from sfm.wire.commodities import Consumable, NutritionProduct
from sfm.wire.values import cs, cv

if TYPE_CHECKING:
    from sfm.medication.content import PrescriptionTerms, TreatmentContent

PARAGRAPHS = {"5": "§5-14 §5", "6": "§5-14 §6"}


def paragraph(code: str) -> str:
    """How 7427 names 500–514 and 600–604: «504» is «§5-14 §5.4»."""
    number = int(code[1:3])
    return PARAGRAPHS[code[0]] + (f".{number}" if number else "")


def commodity(content: TreatmentContent, terms: PrescriptionTerms) -> m1.PrescribedCommodity:
    product = content.product
    article = bool(product.varenr)
    name = product.brand or product.name_form_strength
    nutrition = product.kind == product_kinds.NUTRITION
    return m1.PrescribedCommodity(
        item_group=cs("A", "Annet"),
        package_count=terms.package_count,
        note=terms.note_to_pharmacy or None,
        legal_basis=cv(terms.legal_basis, 7427, paragraph(terms.legal_basis)),
        instructions=dosage_text.text(content.dosage).replace(dosage_text.NBSP, " ") or None,
        product_group=cv(product.fest_id, 7403, product.substance),
        nutrition=NutritionProduct(number=product.varenr, name=name) if article and nutrition else None,
        consumable=Consumable(number=product.varenr, name=name) if article and not nutrition else None,
    )


def product_of(found: m1.PrescribedCommodity) -> Product:
    group = found.product_group
    code = (group.code or "") if group else ""
    name = (group.display or code) if group else ""
    article = found.nutrition or found.consumable
    kind = product_kinds.NUTRITION if found.nutrition or code.startswith("6") else product_kinds.CONSUMABLE
    return Product(
        kind=kind,
        fest_id=code,
        varenr=article.number if article else "",
        name_form_strength=article.name if article else name or "Handelsvare",
        substance=name or (article.name if article else "Handelsvare"),
        brand=article.name if article else "",
    )


def dosage_of(found: m1.PrescribedCommodity) -> Dosage:
    return Dosage(unit="", instruction=FreeTextDosage(text=found.instructions or ""))

"""(Forskrivning) What the form starts from when a product has been chosen in FEST."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.content import PrescriptionTerms, Product
from sfm.medication.rules import rights
from sfm.medication.rules.dosage import ShortDose

if TYPE_CHECKING:
    from datetime import date

    from sfm.core.actor import Actor
    from sfm.fest import product as fest

SUPPLEMENT = "K"
DEFAULT_QUANTITY = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Defaults: the prescriber may change all of it. `terms` is None for «uten resept»."""

    product: Product
    terms: PrescriptionTerms | None
    unit: str  # 7480
    short_doses: tuple[ShortDose, ...]
    indications: tuple[str, ...]


def proposal(product: fest.Product, *, actor: Actor, today: date, sex: str = "") -> Proposal:
    """Expiry from FEST's validity, the smallest fitting amount, no refills."""
    chosen = product_of(product)
    may = not rights.refusal(actor, atc=chosen.atc, dispensing_group=chosen.dispensing_group)
    listed = chosen.dispensing_group == SUPPLEMENT
    drafts = actor.may("lib.draft")
    return Proposal(
        product=chosen,
        terms=None if listed or not (may or drafts) else _terms(product, today, sex),
        unit=chosen.dose_unit,
        short_doses=tuple(
            ShortDose(code=dose.code.value, template=dose.text_template) for dose in product.short_doses
        ),
        indications=tuple(code.display for code in product.indications),
    )


def product_of(product: fest.Product) -> Product:
    """The product as a treatment keeps it: copied, so that the row shows what was meant when FEST has moved on."""
    return Product(
        kind=product.ref.kind,
        fest_id=product.ref.fest_id,
        fest_version=str(product.catalogue_version),
        varenr=product.packages[0].varenr if product.ref.kind == "package" and product.packages else "",
        name_form_strength=product.name_form_strength,
        substance=" + ".join(product.substance_names) or product.brand_name,
        strength=product.strength,
        form=product.form.display,
        form_code=product.form.value,
        brand=product.brand_name,
        atc=product.atc.value,
        atc_name=product.atc.display,
        dispensing_group=product.dispensing_group,
        dose_unit=product.dose_unit.value if product.dose_unit else "",
        substance_ids=product.substance_ids,
    )


def _terms(product: fest.Product, today: date, sex: str) -> PrescriptionTerms:
    expires = product.expires_on(today, sex)
    package = product.packages[0] if product.brand_required and product.packages else None
    if package is not None or product.ref.kind in ("brand", "package"):
        varenr = product.packages[0].varenr if product.packages else ""
        return PrescriptionTerms(expires_on=expires, package_count=Decimal(1), varenr=varenr)
    unit = product.prescribing_units[0].value if product.prescribing_units else "stk"
    return PrescriptionTerms(expires_on=expires, quantity=DEFAULT_QUANTITY, quantity_unit=unit)

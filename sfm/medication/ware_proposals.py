"""(Forskrivning av handelsvare) What the form starts from when a product group has been chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.content import PrescriptionTerms, Product
from sfm.medication.rules import product_kinds, validity

if TYPE_CHECKING:
    from datetime import date

    from sfm.fest.wares import Ware, WareGroup


def product_of(group: WareGroup, article: Ware | None = None) -> Product:
    """A product group, or one article of it."""
    return Product(
        kind=group.kind,
        fest_id=group.code,
        varenr=article.number if article else "",
        name_form_strength=article.name if article else group.name,
        substance=group.name,
        brand=article.name if article else "",
    )


def terms_of(product: Product, today: date) -> PrescriptionTerms:
    """A year, and the paragraph that follows from the group."""
    return PrescriptionTerms(
        expires_on=validity.expires_on(today), legal_basis=product_kinds.legal_basis(product.fest_id)
    )

"""The few facts of FEST that a message repeats."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import NotFound, Unavailable
from sfm.exchange.translate.prescription import PackageFacts
from sfm.fest import catalogue
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from sfm.medication.content import PrescriptionTerms, TreatmentContent


def updated_at() -> datetime:
    """HentetDato of the catalogue in use; without a catalogue, now."""
    try:
        stated = catalogue.current().extracted_at
    except Unavailable:
        return clock.now()
    found = datetime.fromisoformat(stated)
    return found if found.tzinfo else found.replace(tzinfo=clock.OSLO)


def package_of(content: TreatmentContent, terms: PrescriptionTerms | None) -> PackageFacts | None:
    """The package that is prescribed, if one is; None prescribes the substance."""
    varenr = (terms.varenr if terms else "") or content.product.varenr
    if not varenr or product_kinds.is_ware(content.product.kind):
        return None
    try:
        product = catalogue.current().by_varenr(varenr)
    except (NotFound, Unavailable):
        return PackageFacts(varenr=varenr, brand=content.product.brand, size="1", unit="stk")
    package = next((package for package in product.packages if package.varenr == varenr), None)
    if package is None:
        return PackageFacts(varenr=varenr, brand=product.brand_name, size="1", unit="stk")
    return PackageFacts(
        varenr=varenr,
        brand=package.brand or product.brand_name,
        size=package.size or "1",
        unit=package.unit.value,
        unit_name=package.unit.display,
        amount=package.amount,
    )

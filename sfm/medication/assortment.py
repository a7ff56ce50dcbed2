"""What FEST says today of a product already chosen: whether it can still be prescribed, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import Invalid, NotFound, Unavailable
from sfm.fest import catalogue
from sfm.fest.hits import ProductRef
from sfm.medication.rules import validity

if TYPE_CHECKING:
    from datetime import date

    from sfm.fest.product import Product as FestProduct
    from sfm.medication.content import PrescriptionTerms, Product

GONE = "Produktet er utgått. Velg et annet."
IN_FEST = ("group", "brand", "package")


def expires_on(product: Product, terms: PrescriptionTerms) -> date:
    """The last day of a prescription written today, when nobody says otherwise (fest.md 5.3)."""
    found = _in_fest(product, terms)
    return found.expires_on(clock.today()) if found else validity.expires_on(clock.today())


def problems(product: Product, terms: PrescriptionTerms) -> dict[str, str]:
    """By field, what speaks against a new prescription of the product. A product FEST never had is not judged."""
    found = _in_fest(product, terms)
    if found is None:
        return {}
    today = clock.today()
    if found.expired_on is not None and found.expired_on <= today:
        return {"product": GONE}
    last = max(found.validity.longest_on(today), validity.expires_on(today))
    if terms.expires_on <= last:
        return {}
    return {"expires_on": f"Resepten kan gjelde til og med {last:%d.%m.%Y} for dette legemidlet."}


def require(product: Product, terms: PrescriptionTerms) -> None:
    """Raise Invalid (E09 for a product that is gone) when a new prescription cannot be written."""
    found = problems(product, terms)
    if found:
        raise Invalid(fields=found, code="E09" if "product" in found else None)


def _in_fest(product: Product, terms: PrescriptionTerms) -> FestProduct | None:
    """The package if one is prescribed, else what was chosen. Without a catalogue nothing is known."""
    varenr = terms.varenr or product.varenr
    try:
        if varenr:
            return catalogue.current().by_varenr(varenr)
        if product.kind in IN_FEST and product.fest_id:
            return catalogue.current().product(ProductRef(kind=product.kind, fest_id=product.fest_id))
    except (NotFound, Unavailable):
        pass
    return None

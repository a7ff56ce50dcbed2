"""What FEST says today of a product already chosen: whether it can still be prescribed, how, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import ages, clock
from sfm.core.errors import Invalid, NotFound, Unavailable
from sfm.fest import catalogue, wares
from sfm.fest.hits import ProductRef
from sfm.medication.rules import particular_checks, product_kinds, validity

if TYPE_CHECKING:
    from datetime import date

    from sfm.fest.product import Product as FestProduct
    from sfm.medication.content import PrescriptionTerms, Product
    from sfm.medication.rules.particular_checks import Person

GONE = "Produktet er utgått. Velg et annet."
IN_FEST = product_kinds.IN_FEST
PACKAGE_NEEDED = "Uregistrerte legemidler må rekvireres på pakning. Velg pakning."


def expires_on(product: Product, terms: PrescriptionTerms) -> date:
    """The last day of a prescription written today, when nobody says otherwise (fest.md 5.3)."""
    found = _in_fest(product, terms)
    return found.expires_on(clock.today()) if found else validity.expires_on(clock.today())


def problems(product: Product, terms: PrescriptionTerms, *, person: Person | None = None) -> dict[str, str]:
    """By field, what speaks against a new prescription of the product. A product FEST never had is not judged.
    `person`: for whom, where that is known."""
    if product_kinds.is_ware(product.kind):
        return _of_ware(product, person)
    found = _in_fest(product, terms)
    if found is None:
        return {}
    today = clock.today()
    if found.expired_on is not None and found.expired_on <= today:
        return {"product": GONE}
    return {**_exemption(found, product, terms), **_too_long(found, terms, person, today)}


def require(product: Product, terms: PrescriptionTerms) -> None:
    """Raise Invalid (E09 for a product that is gone) when a new prescription cannot be written."""
    found = problems(product, terms)
    if found:
        raise Invalid(fields=found, code="E09" if "product" in found else None)


def fertility_matters(product: FestProduct, sex: str) -> bool:
    """Whether FEST gives women a shorter validity, which «ikke fertil» lifts (fest.md 5.3)."""
    shorter = [rule for rule, _ in product.validity.rules if rule == particular_checks.WOMAN]
    return sex == particular_checks.WOMAN and bool(shorter)


def _exemption(found: FestProduct, product: Product, terms: PrescriptionTerms) -> dict[str, str]:
    if not found.approval_exemption:
        return {}
    if not (terms.varenr or product.varenr):
        return {"package_count": PACKAGE_NEEDED}
    if terms.particulars.unlicensed is None:
        return {"unlicensed_reason": particular_checks.UNLICENSED}
    return {}


def _too_long(
    found: FestProduct, terms: PrescriptionTerms, person: Person | None, today: date
) -> dict[str, str]:
    if person and fertility_matters(found, person.sex) and not terms.particulars.not_fertile:
        last = found.validity.expires_on(today, person.sex)
        if terms.expires_on > last:
            longer = "eller lenger når pasienten er bekreftet ikke fertil."
            return {"expires_on": f"Resepten kan gjelde til og med {last:%d.%m.%Y}, {longer}"}
    last = max(found.validity.longest_on(today), validity.expires_on(today))
    if terms.expires_on <= last:
        return {}
    return {"expires_on": f"Resepten kan gjelde til og med {last:%d.%m.%Y} for dette legemidlet."}


def _of_ware(product: Product, person: Person | None) -> dict[str, str]:
    """The group must still be there; age is a stop (fest.md 5.5). Without a catalogue nothing is known."""
    if not wares.prescribable():
        return {}
    try:
        group = wares.group(product.fest_id)
    except NotFound as error:
        return {"product": error.text}
    if person is None or person.born is None:
        return {}
    years = ages.age_on(person.born, clock.today())
    for term in group.terms:
        too_young = term.youngest is not None and years < term.youngest
        if too_young or (term.below is not None and years >= term.below):
            return {"product": f"Pasienten er {years} år. {term.text}"}
    return {}


def fest_product(product: Product, terms: PrescriptionTerms) -> FestProduct | None:
    """What FEST says of the product as prescribed; None when FEST does not know it."""
    return _in_fest(product, terms)


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

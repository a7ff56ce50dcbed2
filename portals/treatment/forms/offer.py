"""What a chosen product lets one choose: brand and package, dose unit, short doses, units, reimbursement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core.errors import NotFound
from sfm.core.quantity import kroner
from sfm.fest.hits import ProductRef
from sfm.medication import assortment, prescribing, ware_proposals
from sfm.medication.content import PrescriptionTerms
from sfm.medication.rules import particular_checks, product_kinds, units, validity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sfm.core.actor import Actor
    from sfm.fest import product as fest
    from sfm.fest.catalogue import Catalogue
    from sfm.fest.wares import Ware, WareGroup
    from sfm.medication.content import Product
    from sfm.medication.prescribing import Proposal
    from sfm.medication.rules.dosage import ShortDose

OWN_UNITS = ("19", "8", "13")  # 7480: a dose unit for what FEST does not know
QUANTITY_UNITS = ("stk", "ml", "g", "dose", "pose", "enpac")


@dataclass(frozen=True, kw_only=True)
class PackageChoice:
    """A package of the same form and strength. `amount` of `unit` is what it holds."""

    fest_id: str
    varenr: str
    brand: str
    label: str  # «100 stk, boks (990001)»
    amount: Decimal
    unit: str
    gone: bool = False
    price: str = ""  # «maks AUP 123,40 kr»


@dataclass(frozen=True, kw_only=True)
class ReimbursementChoice:
    value: str  # hjemmel|kode|kodeverk, as the form sends it
    paragraph: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """`product` is what is prescribed; `base` what it was found as: the substance group, or a brand without one."""

    product: Product
    base: ProductRef | None
    base_name: str
    group_level: bool
    packages: tuple[PackageChoice, ...] = ()
    unit: str = ""  # 7480
    dose_units: tuple[str, ...] = ()
    short_doses: tuple[ShortDose, ...] = ()
    indications: tuple[str, ...] = ()
    quantity_units: tuple[str, ...] = QUANTITY_UNITS
    reimbursements: tuple[ReimbursementChoice, ...] = ()
    terms: PrescriptionTerms | None = None
    markers: tuple[str, ...] = ()
    exemption: str = ""  # 7422, when it needs godkjenningsfritak
    exemption_text: str = ""  # vilkår 34
    fertility: bool = False  # «ikke fertil» makes the prescription valid longer
    articles: tuple[Ware, ...] = ()  # of a product group

    @property
    def is_ware(self) -> bool:
        return product_kinds.is_ware(self.product.kind)

    @property
    def is_own(self) -> bool:
        """Typed, not chosen in FEST."""
        return self.product.kind in (product_kinds.COMPOUNDED, product_kinds.LOCAL)

    @property
    def is_vaccine(self) -> bool:
        return product_kinds.is_vaccine(self.product.atc)

    @property
    def package(self) -> PackageChoice | None:
        return next((p for p in self.packages if p.varenr == self.product.varenr), None)

    @property
    def brands(self) -> dict[str, list[PackageChoice]]:
        """Packages under their brand, in the order of the alphabet."""
        found: dict[str, list[PackageChoice]] = {}
        for package in sorted(self.packages, key=lambda p: (p.brand.lower(), p.amount)):
            found.setdefault(package.brand, []).append(package)
        return found


def of_ref(
    ref: ProductRef,
    *,
    chosen: str | None,
    catalogue: Catalogue,
    actor: Actor,
    today: date,
    sex: str = "",
) -> Offer:
    """For a product of FEST. `chosen` is the FEST id of a package, "" for the substance, None when nobody has said:
    then the substance, unless a brand or package was asked for or FEST knows no substance group.

    :raises NotFound: FEST has no such product, or the package belongs to another.
    """
    asked = catalogue.product(ref)
    base = catalogue.product(ProductRef(kind="group", fest_id=asked.group_id)) if asked.group_id else asked
    packages = tuple(_packages(base, today))
    picked = _picked(base, asked, packages, chosen)
    product = catalogue.product(ProductRef(kind="package", fest_id=picked.fest_id)) if picked else base
    found = prescribing.proposal(product, actor=actor, today=today, sex=sex)
    return _offer(base, found, product, packages, today)


def of_ware(group: WareGroup, *, articles: tuple[Ware, ...], chosen: str, today: date) -> Offer:
    """For a product group of handelsvarer. `chosen` is the number of an article, "" for the whole group.

    :raises NotFound: the article belongs to another group.
    """
    article = next((one for one in articles if one.number == chosen), None)
    if chosen and article is None:
        raise NotFound("Produktet hører ikke til denne produktgruppen.")
    product = ware_proposals.product_of(group, article)
    return Offer(
        product=product,
        base=ProductRef(kind=group.kind, fest_id=group.code),
        base_name=group.name,
        group_level=True,
        terms=ware_proposals.terms_of(product, today),
        articles=articles,
    )


def of_own(product: Product, today: date) -> Offer:
    """For a compounded or local product."""
    recipe = product.recipe
    amount = recipe.amount if recipe and recipe.amount else Decimal(100)
    terms = PrescriptionTerms(
        expires_on=validity.expires_on(today),
        quantity=amount,
        quantity_unit=recipe.unit if recipe and recipe.unit else "stk",
    )
    return Offer(
        product=product,
        base=None,
        base_name=product.name_form_strength,
        group_level=False,
        unit=product.dose_unit,
        dose_units=(product.dose_unit,) if product.dose_unit else OWN_UNITS,
        terms=terms if product.dispensing_group != prescribing.SUPPLEMENT else None,
    )


def of_kept(product: Product) -> Offer:
    """For a row whose product FEST does not know: written elsewhere, local, or compounded."""
    return Offer(
        product=product,
        base=None,
        base_name=product.name_form_strength,
        group_level=False,
        unit=product.dose_unit,
        dose_units=(product.dose_unit,) if product.dose_unit else (),
    )


def _offer(
    base: fest.Product,
    found: Proposal,
    product: fest.Product,
    packages: tuple[PackageChoice, ...],
    today: date,
) -> Offer:
    doses = {unit.value: None for unit in (*base.dose_units, *product.dose_units)}
    known = [unit.value for unit in base.prescribing_units] + [package.unit for package in packages]
    return Offer(
        product=replace(found.product, dose_unit=found.unit or next(iter(doses), "")),
        base=base.ref,
        base_name=base.name_form_strength,
        group_level=base.ref.kind == "group",
        packages=packages,
        unit=found.unit or next(iter(doses), ""),
        dose_units=tuple(doses),
        short_doses=found.short_doses,
        indications=found.indications,
        quantity_units=tuple(dict.fromkeys([*filter(None, known)])) or QUANTITY_UNITS,
        reimbursements=tuple(_reimbursements(product, today)),
        terms=found.terms,
        exemption=product.approval_exemption or base.approval_exemption,
        exemption_text=next((one.text for one in product.conditions if one.number == "34"), ""),
        fertility=assortment.fertility_matters(product, particular_checks.WOMAN),
    )


def _picked(
    base: fest.Product, asked: fest.Product, packages: tuple[PackageChoice, ...], chosen: str | None
) -> PackageChoice | None:
    if chosen:
        found = next((package for package in packages if package.fest_id == chosen), None)
        if found is None:
            raise NotFound("Pakningen hører ikke til dette legemidlet.")
        return found
    if chosen == "" and base.ref.kind == "group":
        return None
    if asked.ref.kind == "package":
        return next((package for package in packages if package.fest_id == asked.ref.fest_id), None)
    if asked.ref.kind == "brand":  # a prescription names a package or a substance, never a brand alone
        own = [package for package in packages if package.brand == asked.brand_name]
        return next((package for package in own if not package.gone), own[0] if own else None)
    return None


def _packages(base: fest.Product, today: date) -> Iterator[PackageChoice]:
    for package in base.packages:
        size = f"{package.size} {package.unit.display or package.unit.value}".strip()
        held = f", {package.container.display.lower()}" if package.container.display else ""
        ended = [day for day in (package.withdrawn_on, package.expired_on, package.suspended_on) if day]
        gone = any(day <= today for day in ended)
        most = package.price_on(today)
        yield PackageChoice(
            fest_id=package.fest_id,
            varenr=package.varenr,
            brand=package.brand or base.name_form_strength,
            label=f"{size}{held}{' – utgått' if gone else ''}",
            amount=package.amount,
            unit=package.unit.value,
            gone=gone,
            price=f"maks AUP {kroner(most)}" if most is not None else "",
        )


def _reimbursements(product: fest.Product, today: date) -> Iterator[ReimbursementChoice]:
    seen: set[str] = set()
    for option in product.reimbursements_on(today):
        basis = option.paragraph.value
        paragraph = option.paragraph.display or option.name
        if not option.needs_code and f"{basis}||" not in seen:
            seen.add(f"{basis}||")
            yield ReimbursementChoice(value=f"{basis}||", paragraph=paragraph, label=option.name or paragraph)
        for code in option.codes_on(today):
            value = f"{basis}|{code.code.value}|{code.code.system}"
            if value not in seen:
                seen.add(value)
                name = f"{code.code.value} {code.code.display}".strip()
                yield ReimbursementChoice(value=value, paragraph=paragraph, label=name)


def unit_name(code: str) -> str:
    """«tabletter», for a field's label."""
    return units.unit(code).plural or "doser"

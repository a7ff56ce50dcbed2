"""Between our treatment with its prescription and M1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sfm.core.errors import Invalid
from sfm.exchange.translate import compounded, particulars, wares
from sfm.exchange.translate import dosage as doses
from sfm.medication.content import Product
from sfm.medication.particulars import NONE
from sfm.medication.rules import dosage_text, product_kinds, validation
from sfm.wire import m1
from sfm.wire.compounded import CompoundedMedication
from sfm.wire.medications import Brand, Package, PrescribedPackage, SubstanceGroup
from sfm.wire.values import CS, cs, cv, on_day, pq, yes_no

if TYPE_CHECKING:
    from sfm.medication.content import PrescriptionTerms, TreatmentContent
    from sfm.medication.rules.dosage import Dosage
    from sfm.wire.dosing import DosagePeriod
    from sfm.wire.values import CV, PQ

LEGAL_BASES = {
    "200": "§5-14 §2",
    "300": "§5-14 §3",
    "301": "§5-14 §3a",
    "302": "§5-14 §3b",
    "400": "§5-14 §4",
    "800": "§5-25",
    "950": "H-resept",
}
USE_TYPES = {"1": "Fast", "2": "Kur", "3": "Ved behov", "4": "Vaksine", "5": "Næringsmiddel/vitaminer"}
QUANTITY_NAMES = {"stk": "stykk", "ml": "milliliter", "g": "gram", "mg": "milligram", "dose": "dose"}


@dataclass(frozen=True, kw_only=True)
class PackageFacts:
    """What PakningsinfoResept says, from FEST."""

    varenr: str
    brand: str
    size: str
    unit: str  # 7452
    unit_name: str = ""
    amount: Decimal | None = None  # of `unit`, the whole package


def to_m1(
    content: TreatmentContent,
    terms: PrescriptionTerms,
    *,
    prescribed_on: date,
    catalogue_updated_at: datetime,
    package: PackageFacts | None,
    reference_number: str = "",
    speciality: CV | None = None,
) -> m1.Prescription:
    """The M1 of a prescription. `package` is needed when a package is prescribed; a brand alone is refused (ruling 22).
    With a reference number it is locked. `speciality` is the prescriber's own, where there is one.

    :raises Invalid: the treatment names a brand and no package.
    """
    if content.product.kind == "brand" and package is None:
        raise Invalid(validation.BRAND_ALONE)
    said, ware = terms.particulars, product_kinds.is_ware(content.product.kind)
    return m1.Prescription(
        prescribed_on=prescribed_on,
        expires_on=terms.expires_on,
        guardian_access_reservation=said.guardian_reservation or None,
        own_practice=said.own_practice or None,
        in_prescribers_name=said.own_name or None,
        reference_number=reference_number or None,
        speciality=speciality,
        medication=None if ware else medication(content, terms, prescribed_on=prescribed_on, package=package),
        commodity=wares.commodity(content, terms) if ware else None,
        initiator=particulars.initiator(said),
        dispensing_request=particulars.request(said),
        catalogue_updated_at=catalogue_updated_at,
        earliest_dispensing_on=terms.valid_from,
        locked=bool(reference_number) or None,
    )


def medication(
    content: TreatmentContent,
    terms: PrescriptionTerms | None,
    *,
    prescribed_on: date,
    package: PackageFacts | None = None,
) -> m1.PrescribedMedication:
    """ReseptDokLegemiddel: of an M1, or of a list entry without prescription."""
    basis = terms.legal_basis if terms else ""
    return m1.PrescribedMedication(
        item_group=cs("L", "Legemiddel"),
        package_count=terms.package_count if terms else None,
        note=(terms.note_to_pharmacy or None) if terms else None,
        legal_basis=cv(basis, 7427, LEGAL_BASES[basis]) if basis else None,
        reimbursement_code=_reimbursement(terms) if terms and terms.reimbursement_code else None,
        refills=terms.refills if terms else 0,
        no_generic_substitution=yes_no(True) if terms and terms.no_substitution else None,
        quantity=_quantity(content, terms, package) if terms else None,
        unlicensed=particulars.unlicensed(terms.particulars if terms else NONE),
        prescribing=_prescribing(content, prescribed_on, package),
    )


def _prescribing(
    content: TreatmentContent, prescribed_on: date, package: PackageFacts | None
) -> m1.Prescribing:
    starts = max(content.starts_on or prescribed_on, prescribed_on)
    chosen = _package(content.product, package) if package else None
    return m1.Prescribing(
        indication_text=content.indication_text or None,
        dosage_text=dosage_text.text(content.dosage).replace(dosage_text.NBSP, " ") or None,
        use_type=cs(content.use_type, USE_TYPES[content.use_type]),
        short_dose=doses.short_dose(content.dosage),
        dosage=_until(doses.to_wire(content.dosage, starts_on=starts), content.dosage_ends_on),
        package=chosen,
        **({} if chosen else _without_package(content.product)),
    )


def _without_package(product: Product) -> dict[str, Any]:
    """A local product has neither substance group nor item number: a LegemiddelMerkevare, named and nothing more."""
    if product.kind == product_kinds.COMPOUNDED:
        return {"compounded": compounded.mixture(product)}
    if product.kind == product_kinds.LOCAL:
        return {"brand": Brand(**_shared(product), brand_name=product.brand or product.name_form_strength)}
    return {"substance": _substance(product)}


def _until(periods: tuple[DosagePeriod, ...], last: date | None) -> tuple[DosagePeriod, ...]:
    """Sluttdato dosering: what has no end of its own ends with the dosing."""
    if last is None:
        return periods
    return tuple(period if period.ends else replace(period, ends=on_day(last)) for period in periods)


def _package(product: Product, facts: PackageFacts) -> Package:
    return Package(
        **_shared(product),
        item_number=facts.varenr,
        prescribed_packages=(
            PrescribedPackage(
                brand_name=facts.brand or product.brand or product.name_form_strength,
                size=facts.size,
                unit=cv(facts.unit, 7452, facts.unit_name or QUANTITY_NAMES.get(facts.unit, facts.unit)),
            ),
        ),
    )


def _substance(product: Product) -> SubstanceGroup:
    return SubstanceGroup(**_shared(product), id=_xml_id(product.fest_id))


def _xml_id(fest_id: str) -> str:
    """An xs:ID begins with a letter or «_»."""
    return fest_id if fest_id[:1].isalpha() or fest_id[:1] == "_" else f"ID_{fest_id or '0'}"


def _shared(product: Product) -> dict[str, Any]:
    group = product.dispensing_group or "C"
    return {
        "atc": cv(product.atc, 7180, product.atc_name or product.substance) if product.atc else None,
        "name_form_strength": product.name_form_strength,
        "dispensing_group": cs(group, f"Reseptgruppe {group}" if group != "K" else "Kosttilskudd"),
        "form": cv(product.form_code, 7448, product.form or product.form_code) if product.form_code else None,
    }


def _quantity(content: TreatmentContent, terms: PrescriptionTerms, package: PackageFacts | None) -> PQ | None:
    """What the person wrote. An application to DMP states the amount of its packages too (eresept.md 4.1)."""
    if terms.quantity is not None:
        return pq(terms.quantity, terms.quantity_unit)
    recipe = content.product.recipe
    if recipe is not None and recipe.amount is not None:
        return pq(recipe.amount, recipe.unit)
    if terms.particulars.unlicensed and package and package.amount and terms.package_count:
        return pq(package.amount * terms.package_count, package.unit)
    return None


def _reimbursement(terms: PrescriptionTerms) -> CV:
    return cv(terms.reimbursement_code, terms.reimbursement_system, terms.reimbursement_code)


def product_of(found: m1.PrescribedMedication) -> Product:
    """What a message prescribes, as we hold products. A message knows no substance name: the name stands in."""
    item = found.prescribing.medication
    if isinstance(item, CompoundedMedication):
        return _mixture(item)
    display = (item.atc.display or "") if item.atc else ""
    form = (item.form.display or "") if item.form else ""
    name, strength = _name_and_strength(item.name_form_strength, form)
    local = isinstance(item, Brand) and not item.id
    return Product(
        kind="package" if isinstance(item, Package) else product_kinds.LOCAL if local else "group",
        fest_id=item.id or "",
        varenr=item.item_number if isinstance(item, Package) else "",
        name_form_strength=item.name_form_strength,
        substance=display or name,
        strength=strength,
        form=form,
        form_code=(item.form.code or "") if item.form else "",
        brand=name if isinstance(item, Package) and name.lower() != display.lower() else "",
        atc=(item.atc.code or "") if item.atc else "",
        atc_name=display,
        dispensing_group=item.dispensing_group.code or "",
        dose_unit=_dose_unit(found),
    )


def _mixture(item: CompoundedMedication) -> Product:
    return Product(
        kind=product_kinds.COMPOUNDED,
        name_form_strength=item.name,
        substance=item.name,
        form=item.form.display or "",
        form_code=item.form.code or "",
        recipe=compounded.recipe_of(item),
    )


def _name_and_strength(full: str, form: str) -> tuple[str, str]:
    """«Ibux Tab 400 mg» → («Ibux», «400 mg»): the strength begins at the first digit after the first word."""
    words = full.split()
    at = next((i for i, word in enumerate(words) if i and word[0].isdigit()), len(words))
    name = words[0] if words else full
    return (name, " ".join(words[at:])) if form or at < len(words) else (full, "")


def _dose_unit(found: m1.PrescribedMedication) -> str:
    return doses.unit_of(found.prescribing.dosage)


def dosage_of(found: m1.PrescribedMedication) -> Dosage:
    return doses.from_wire(
        found.prescribing.dosage, text=found.prescribing.dosage_text or "", unit=_dose_unit(found)
    )


def code(value: CS | None) -> str:
    return (value.code or "") if value else ""

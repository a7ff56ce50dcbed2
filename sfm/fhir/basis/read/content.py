"""A statement as what our forms would say: product, dose and the terms of the prescription (fhir.md 6.1 to 6.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.core.errors import NotFound, Unavailable
from sfm.exchange.translate import dosage as doses
from sfm.exchange.translate import prescription
from sfm.fest import catalogue
from sfm.fest.hits import ProductRef
from sfm.fhir.basis import names
from sfm.fhir.basis.read import dosing, parts
from sfm.fhir.data_sharing.naming import system
from sfm.medication import prescribing
from sfm.medication.content import PrescriptionTerms, Product, TreatmentContent
from sfm.medication.particulars import Particulars
from sfm.medication.rules import dosage_text
from sfm.medication.rules.dosage import Dosage, FreeTextDosage, ShortDose
from sfm.medication.rules.product_kinds import CONSUMABLE, NUTRITION

if TYPE_CHECKING:
    from datetime import date

    from sfm.fest.product import Product as FestProduct
    from sfm.fhir.basis.read.statement import Statement

Resource = dict[str, Any]
UNITS = {name: code for code, name in prescription.QUANTITY_NAMES.items()}
NUTRITION_GROUPS = "6"  # product groups of næringsmidler begin so (7403)


def of(one: Statement, *, known: TreatmentContent | None, with_terms: bool) -> TreatmentContent:
    """`known` is the treatment as we have it, when the statement belongs to one: what is unsaid stays as it is."""
    found = _in_fest(one)
    product = _product(one, found, known)
    use = parts.code(parts.extension(one.dosage, names.USE)) or ("5" if one.is_ware else "")
    area = parts.text(parts.child(parts.extension(one.dosage, names.AREA), "text"))
    ending = one.ending
    made = TreatmentContent(
        product=product,
        use_type=use or (known.use_type if known else ""),
        indication_text=area or (known.indication_text if known else ""),
        dosage=_dosage(one, product, found, known),
        starts_on=parts.to_day(one.start) or (known.starts_on if known else None),
        discontinue_on=_stop(ending.at if ending else None, known),
        prescription=_terms(one, product) if with_terms else None,
    )
    if known is None:
        return made
    kept = {name: getattr(known, name) for name in ("dosage_ends_on", "review_date", "in_multidose")}
    return replace(made, **kept)


def _stop(at: Any, known: TreatmentContent | None) -> date | None:
    if at is None:
        return known.discontinue_on if known else None
    day: date = clock.local(at).date()
    return day if day > clock.today() else None


def _in_fest(one: Statement) -> FestProduct | None:
    code = next(
        (
            str(coding.get("code", ""))
            for coding in (one.product or {}).get("code", {}).get("coding", ())
            if coding.get("system") == names.FEST
        ),
        "",
    )
    try:
        if code.isascii() and code.isdigit():
            return catalogue.current().by_varenr(code)
        if code:
            return catalogue.current().product(ProductRef(kind="", fest_id=code))
    except (NotFound, Unavailable):
        pass
    return None


def _product(one: Statement, found: FestProduct | None, known: TreatmentContent | None) -> Product:
    if one.is_ware:
        return _ware(one)
    if (
        known is not None
        and known.product.name_form_strength == one.name
        and not _repacked(one, found, known)
    ):
        return known.product
    if found is None:
        return Product(
            kind="text",
            name_form_strength=one.name,
            substance=(one.name.split() or [""])[0],
            dispensing_group=_group(one.product or {}),
        )
    chosen = prescribing.product_of(found)
    varenr = next(iter(_codes(one.product or {})), "")
    return replace(chosen, varenr=varenr) if varenr.isdigit() else chosen


def _repacked(one: Statement, found: FestProduct | None, known: TreatmentContent) -> bool:
    """Packages of one product bear the same name: another varenummer is another package."""
    varenr = next(iter(_codes(one.product or {})), "")
    return found is not None and varenr.isdigit() and known.product.varenr not in ("", varenr)


def _codes(product: Resource) -> list[str]:
    codings = product.get("code", {}).get("coding", ())
    return [str(c.get("code", "")) for c in codings if c.get("system") == names.FEST]


def _group(product: Resource) -> str:
    holder = parts.extension(product, names.GROUP)
    return parts.code(holder) or parts.code(parts.child(holder, "prescriptiongroup"))


def _ware(one: Statement) -> Product:
    group = parts.child(parts.extension(one.resource, names.WARE), "productgroup")
    coding = ((parts.value(group) or {}).get("coding") or [{}])[0]
    code, name = str(coding.get("code", "")), str(coding.get("display", ""))
    kind = NUTRITION if code.startswith(NUTRITION_GROUPS) else CONSUMABLE
    return Product(kind=kind, fest_id=code, name_form_strength=name, substance=name)


def _dosage(
    one: Statement, product: Product, found: FestProduct | None, known: TreatmentContent | None
) -> Dosage:
    """The one we know while the text is the same; else the short dose, the structure, or the text."""
    said = str(one.dosage.get("text") or parts.text(one.say("dssn")))
    if known is not None and dosage_text.text(known.dosage) == said:
        return known.dosage
    unit = product.dose_unit
    short = parts.code(parts.extension(one.dosage, names.SHORT_DOSE))
    template = (
        next((d.text_template for d in found.short_doses if d.code.value == short), "") if found else ""
    )
    if short and template:
        made = Dosage(unit=unit, instruction=ShortDose(code=short, template=template))
        return made if _same(made, said) else replace(made, text_override=said)
    structure = dosing.read(list(parts.children(one.amendment, "ereseptdosing")))
    if structure:
        return doses.from_wire(structure, text=said, unit=unit)
    return Dosage(unit=unit, instruction=FreeTextDosage(text=said))


def _same(made: Dosage, said: str) -> bool:
    return not said or dosage_text.text(made).replace(dosage_text.NBSP, " ") == said.replace(
        dosage_text.NBSP, " "
    )


def _terms(one: Statement, product: Product) -> PrescriptionTerms:
    """Raises nothing: what is missing or wrong is the domain's to say, in its own words."""
    packages, amount = parts.number(one.say("numberofpackages")), parts.number(one.say("amount"))
    quantity, unit = (
        (amount, parts.unit(one.say("amount"))) if packages is None or not product.varenr else (None, "")
    )
    basis, reason = parts.code(one.say("reimbursementparagraph")), one.say("reimbursementcode")
    substitution = parts.child(
        parts.extension(one.resource, names.SUBSTITUTION), "genericSubstitutionAccepted"
    )
    refills = parts.text(one.say("reit"))
    return PrescriptionTerms(
        expires_on=parts.day(one.say("expirationdate")) or clock.today(),
        package_count=packages if product.varenr or one.is_ware else None,
        varenr=product.varenr,
        quantity=quantity,
        quantity_unit=UNITS.get(unit.lower(), unit) if quantity is not None else "",
        refills=int(refills) if refills.isdigit() and len(refills) < 4 else 0,
        valid_from=parts.day(one.say("earliestdispence")),
        legal_basis=basis,
        reimbursement_code=parts.code(reason),
        reimbursement_system=system(parts.system(reason)).removeprefix("urn:oid:")
        if parts.code(reason)
        else "",
        no_substitution=parts.flag(substitution) is False,
        note_to_pharmacy=parts.text(one.say("note")),
        particulars=_particulars(one),
    )


def _particulars(one: Statement) -> Particulars:
    return Particulars(
        locked=parts.flag(one.say("lockedresept")) is True,
        guardian_reservation=parts.flag(one.say("guardiantransparencyreservation")) is True,
        own_practice=parts.flag(one.say("ownpractice")) is True,
        own_name=parts.flag(one.say("indoctorsname")) is True,
    )

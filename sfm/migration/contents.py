"""A prescribed item of an export as our TreatmentContent. The elements are those of M1 in a namespace of their own, so
they are put back into M1's and read by the same reader; what will not be read is kept as text."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from lxml import etree

from sfm.core.errors import NotFound, Unavailable
from sfm.exchange.translate import compounded as recipes
from sfm.exchange.translate import prescription as prescriptions
from sfm.fest import catalogue
from sfm.fest.hits import ProductRef
from sfm.medication.content import PrescriptionTerms, Product, TreatmentContent
from sfm.medication.particulars import Diagnosis, Particulars
from sfm.medication.rules.dosage import Dosage, FreeTextDosage
from sfm.medication.rules.validation import USE_TYPES
from sfm.migration import source
from sfm.wire import binding, m1
from sfm.wire.compounded import CompoundedMedication
from sfm.wire.namespaces import FORSKRIVNING, M1
from sfm.wire.safe_xml import Element, WireFormatError

if TYPE_CHECKING:
    from sfm.medication.particulars import Recipe
    from sfm.migration.report import Report

# What the export calls otherwise than M1 does, by the element it stands in
RENAMED: Final = {
    ("LegemiddelMerkevare", "LegemiddelId"): "Id",
    ("LegemiddelMerkevare", "LegemiddelNavn"): "Varenavn",
    ("Virkestoff", "VirkestoffId"): "Id",
    ("Virkestoff", "VirkestoffNavn"): "Navn",
}
IN_PRESCRIBING: Final = ("Forskrivning", "Brystprotese", "Naringsmiddel", "MedForbMatr")
WARE: Final = {"NIBBehandling": "nutrition", "FIBBehandling": "consumable"}
USE: Final = {"VaksineBehandling": "4", "NIBBehandling": "5"}
PAPER: Final = "P"
VALID: Final = timedelta(days=365)  # where neither Utloper nor a start is given
NAME: Final = 255
NOT_STATED: Final = "Ikke oppgitt"


@dataclass(frozen=True, kw_only=True)
class Item:
    """A ForskrivningsInfo, read."""

    content: TreatmentContent
    prescribed_on: date | None
    specialty: str = ""


def read(info: Element, treatment: Element, report: Report) -> Item:
    """`treatment` is the Behandling the ForskrivningsInfo belongs to."""
    kind = etree.QName(treatment).localname
    source_id = source.text(info, "Id")
    ware = source.child(info, "ReseptDokHandelsvare")
    content = (
        _ware(ware, kind, info)
        if ware is not None
        else _medication(source.child(info, "ReseptDokLegemiddel"), info, report, source_id)
    )
    use_type = USE.get(kind) or content.use_type
    starts_on = source.day(treatment, "DatoOppstart")
    if starts_on is None:
        report.deviates("bad_date", kind="treatment", source=source_id, said="DatoOppstart")
    content = replace(content, use_type=use_type, starts_on=starts_on)
    return Item(
        content=_bounded(content, report, source_id),
        prescribed_on=source.day(info, "Forskrivningsdato"),
        specialty=source.code(info, "Spesialitet"),
    )


def template(mal: Element, report: Report) -> TreatmentContent | None:
    """What a Mal says; None where the medicine cannot be read, for a name alone is nothing to begin from."""
    ware, found = source.child(mal, "ReseptDokHandelsvare"), source.child(mal, "ReseptDokLegemiddel")
    if ware is None and found is None:
        return None
    before = report.deviations["unreadable_content"]
    source_id = source.text(mal, "Id")
    content = (
        _ware(ware, "FIBBehandling", mal) if ware is not None else _medication(found, mal, report, source_id)
    )
    return content if report.deviations["unreadable_content"] == before else None


def _medication(found: Element | None, info: Element, report: Report, source_id: str) -> TreatmentContent:
    if found is None:
        report.deviates("unreadable_content", kind="version", source=source_id, said="ReseptDokLegemiddel")
        return _as_text(NOT_STATED, "", info, None)
    try:
        medication = m1.MEDICATION.parse(in_m1(found))
        product = _product(medication)
        dosage = prescriptions.dosage_of(medication)
    except WireFormatError as error:
        report.deviates("unreadable_content", kind="version", source=source_id, said=error.text)
        return _as_text(_name_in(found), source.text(found, "Forskrivning", "DosVeiledEnkel"), info, found)
    if medication.prescribing.dosage and isinstance(dosage.instruction, FreeTextDosage):
        report.deviates("dose_as_text", kind="version", source=source_id)
    return TreatmentContent(
        product=_known(product, report, source_id),
        use_type=_use(prescriptions.code(medication.prescribing.use_type), report, source_id),
        indication_text=medication.prescribing.indication_text
        or source.text(info, "Indikasjon", "Indikasjon"),
        dosage=dosage,
        prescription=_terms(info, found),
    )


def _use(code: str, report: Report, source_id: str) -> str:
    if code and code not in USE_TYPES:
        report.deviates("unknown_code", kind="version", source=source_id, said="Bruk")
    return code if code in USE_TYPES else "1"


def _product(medication: m1.PrescribedMedication) -> Product:
    product = prescriptions.product_of(medication)
    brand = medication.prescribing.brand
    return replace(product, kind="brand", brand=brand.brand_name) if brand else product


def _known(product: Product, report: Report, source_id: str) -> Product:
    """The substances of the product as FEST knows them today: warnings are made of these."""
    if product.kind not in ("group", "package", "brand"):
        return product
    try:
        current = catalogue.current()
        known = (
            current.by_varenr(product.varenr)
            if product.varenr
            else current.product(ProductRef(kind=product.kind, fest_id=product.fest_id))
        )
    except Unavailable:
        return product
    except NotFound:
        report.deviates(
            "not_in_fest", kind="version", source=source_id, said=product.fest_id or product.varenr
        )
        return product
    return replace(product, substance_ids=known.substance_ids)


def _ware(found: Element, kind: str, info: Element) -> TreatmentContent:
    """Næringsmiddel, forbruksmateriell, brystprotese: a product group, and an article when one is named."""
    article = next(
        (one for name in IN_PRESCRIBING[1:] if (one := source.child(found, name)) is not None), None
    )
    name = source.text(article, "Navn") or source.display(found, "ProdGruppe") or NOT_STATED
    product = Product(
        kind=WARE.get(kind, "consumable"),
        fest_id=source.code(found, "ProdGruppe"),
        varenr=source.text(article, "Nr")[:16],
        name_form_strength=name,
        substance=name,
    )
    dose = FreeTextDosage(text=source.text(found, "Bruksveiledning") or NOT_STATED)
    return TreatmentContent(
        product=product,
        use_type="1",
        indication_text="",
        dosage=Dosage(unit="", instruction=dose),
        prescription=_terms(info, found),
    )


def _as_text(name: str, dose: str, info: Element, found: Element | None) -> TreatmentContent:
    return TreatmentContent(
        product=Product(kind="text", name_form_strength=name, substance=name),
        use_type="1",
        indication_text="",
        dosage=Dosage(unit="", instruction=FreeTextDosage(text=dose or NOT_STATED)),
        prescription=_terms(info, found) if found is not None else None,
    )


def _terms(info: Element, found: Element) -> PrescriptionTerms:
    packages, quantity = _number(source.text(found, "Antall")), source.child(found, "Mengde")
    amount = _number(quantity.get("V") or "") if quantity is not None and packages is None else None
    written = source.day(info, "Forskrivningsdato")
    basis, reason = source.code(found, "RefHjemmel"), source.child(found, "RefKode")
    return PrescriptionTerms(
        type=PAPER if source.code(info, "ForskrivningsType") == "uRp" else "E",
        expires_on=source.day(info, "Utloper") or (written or date(1970, 1, 1)) + VALID,
        package_count=packages,
        varenr=source.text(found, "Forskrivning", "Legemiddelpakning", "Varenr")[:16],
        quantity=amount,
        quantity_unit=(quantity.get("U") or "")[:16] if amount is not None and quantity is not None else "",
        refills=int(_number(source.text(found, "Reiterasjon")) or 0),
        valid_from=source.day(info, "TidligsteUtlevering"),
        legal_basis=basis[:8],
        reimbursement_code=(reason.get("V") or "")[:32] if reason is not None else "",
        reimbursement_system=(reason.get("S") or "")[:64] if reason is not None else "",
        no_substitution=source.code(found, "BytteresRekvirent") == "1",
        note_to_pharmacy=source.text(found, "Merknad"),
        particulars=_particulars(info),
    )


def _particulars(info: Element) -> Particulars:
    diagnosis = source.child(info, "Indikasjon", "Diagnose")
    return Particulars(
        locked=source.flag(info, "LastResept") is True,
        guardian_reservation=source.flag(info, "Vergeinnsynsreservasjon") is True,
        own_practice=source.flag(info, "TilEgenPraksis") is True,
        own_name=source.flag(info, "RekvLegensNavn") is True,
        not_fertile=source.flag(info, "ConfirmedIsNotFertile") is True,
        substitution_reason=source.text(info, "BegrunnelseReservasjonGeneriskBytte"),
        diagnosis=_diagnosis(diagnosis) if diagnosis is not None else None,
    )


def _diagnosis(found: Element) -> Diagnosis:
    return Diagnosis(code=found.get("V") or "", system=found.get("S") or "", display=found.get("DN") or "")


def compounded(blend: Element | None) -> Product:
    """A magistrelt legemiddel of the source, with its recipe where it can be read."""
    name = source.text(blend, "Navn") or NOT_STATED
    if blend is None:
        return Product(kind="compounded", name_form_strength=name, substance=name)
    try:
        made = copy.deepcopy(blend)
        _fill_blending(made)
        made.tag = f"{source.NS}Legemiddelblanding"
        _rename(made, FORSKRIVNING[0])
        recipe: Recipe | None = recipes.recipe_of(binding.read(CompoundedMedication, made, FORSKRIVNING[0]))
    except WireFormatError:
        recipe = None
    form = source.display(blend, "Legemiddelform")
    return Product(
        kind="compounded",
        name_form_strength=name[:NAME],
        substance=name[:NAME],
        form=form[:120],
        form_code=source.code(blend, "Legemiddelform")[:16],
        recipe=recipe,
    )


def _number(said: str) -> Decimal | None:
    """A positive amount; anything else is none."""
    try:
        value = Decimal(said)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < Decimal(10) ** 6 else None


def in_m1(found: Element) -> Element:
    """A copy in M1's namespaces, with M1's names."""
    made = copy.deepcopy(found)
    if made.tag.endswith("}ReseptDokLegemiddel"):
        _fill_blending(made)
        if source.child(made, "Reiterasjon") is None:
            etree.SubElement(made, f"{source.NS}Reiterasjon").text = "0"
    _rename(made, M1[0])
    return made


def _rename(element: Element, namespace: str) -> None:
    name = etree.QName(element).localname
    inner = FORSKRIVNING[0] if name in IN_PRESCRIBING else namespace
    element.tag = f"{{{inner}}}{name}"
    for one in element.iterchildren(tag=etree.Element):
        local = etree.QName(one).localname
        one.tag = f"{{{source.NAMESPACE}}}{RENAMED.get((name, local), local)}"
        _rename(one, inner)


def _fill_blending(made: Element) -> None:
    """M1 demands instructions for a compounded medicine, and an id for each of its substances."""
    for blend in made.iter(f"{source.NS}Legemiddelblanding"):
        if source.child(blend, "TilbOppl") is None:
            etree.SubElement(blend, f"{source.NS}TilbOppl").text = NOT_STATED
    for substance in made.iter(f"{source.NS}Virkestoff"):
        if source.text(substance, "VirkestoffNavn") and not source.text(substance, "VirkestoffId"):
            etree.SubElement(substance, f"{source.NS}VirkestoffId").text = "ID_0"


def _name_in(found: Element) -> str:
    """Any name the item has."""
    for name in ("NavnFormStyrke", "LegemiddelNavn", "Navn"):
        said = next((one.text for one in found.iter(f"{source.NS}{name}") if one.text), "")
        if said:
            return said
    return NOT_STATED


def _bounded(content: TreatmentContent, report: Report, source_id: str) -> TreatmentContent:
    product = content.product
    limits = {
        "name_form_strength": NAME, "substance": NAME, "strength": 120, "form": 120, "form_code": 16, "brand": NAME,
        "atc": 8, "atc_name": NAME, "dispensing_group": 4, "dose_unit": 16, "fest_id": 64, "varenr": 16,
    }  # fmt: skip
    long = {
        name: getattr(product, name)[:most]
        for name, most in limits.items()
        if len(getattr(product, name)) > most
    }
    if not long:
        return content
    report.deviates("truncated", kind="version", source=source_id, said=", ".join(long))
    return replace(content, product=replace(product, **long))

"""The whole form of a treatment: from what was typed to a TreatmentContent, and back for prefill."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portals.treatment.forms import dosing, own, particulars, prescription
from portals.treatment.forms.reading import Reading, day_text
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication.content import TreatmentContent
from sfm.medication.particulars import NONE
from sfm.medication.rules import product_kinds
from sfm.medication.rules.dosage import Dosage, FreeTextDosage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portals.treatment.forms.offer import Offer
    from sfm.medication.content import Product

PERMANENT = "1"
USE_TYPES = {"1": "Fast", "2": "Kur", "3": "Ved behov"}  # 9101
DATES = ("starts_on", "dosage_ends_on", "discontinue_on", "review_date")
OWN = ("use_type", "indication_text", "in_multidose", "choice", "comment", "version", "token", *DATES)
FIELDS = (*OWN, *dosing.FIELDS, *prescription.FIELDS, *particulars.FIELDS, *own.FIELDS)
LONGEST_COMMENT = 500
Fields = dict[str, str]


def from_post(data: Mapping[str, str], offer: Offer) -> TreatmentContent:
    """Raises Invalid with what could not be understood, by field. Whether it may be is validation's to say."""
    content, problems = read(data, offer)
    if problems:
        raise Invalid(fields=problems)
    return content


def read(data: Mapping[str, str], offer: Offer) -> tuple[TreatmentContent, dict[str, str]]:
    """What could be read, and what could not: the preview shows the one beside the other."""
    reading = Reading(data)
    dosage = _dosage(reading, offer)
    content = TreatmentContent(
        product=_product(reading, offer, dosage),
        use_type=reading.text("use_type"),
        indication_text=reading.text("indication_text"),
        dosage=dosage,
        in_multidose=reading.checked("in_multidose"),
        prescription=prescription.read(reading, offer),
        **{name: reading.day(name) for name in DATES},
    )
    content = _amount_of_recipe(content)
    if len(reading.text("comment")) > LONGEST_COMMENT:
        reading.problems["comment"] = f"Meldingen til legen kan være på høyst {LONGEST_COMMENT} tegn."
    return content, reading.problems


def _dosage(reading: Reading, offer: Offer) -> Dosage:
    """A ware has instructions for its use, in words, or none."""
    if offer.is_ware:
        return Dosage(unit="", instruction=FreeTextDosage(text=reading.text("dose_text")))
    return dosing.read(reading, offer)


def _product(reading: Reading, offer: Offer, dosage: Dosage) -> Product:
    product = own.read(reading, offer.product) if offer.is_own and reading.has("name") else offer.product
    return product if offer.is_ware else replace(product, dose_unit=dosage.unit)


def _amount_of_recipe(content: TreatmentContent) -> TreatmentContent:
    """What is made is what is handed out: the amount is written once, in the recipe."""
    terms, recipe = content.prescription, content.product.recipe
    if terms is None or recipe is None:
        return content
    said = replace(terms, quantity=recipe.amount, quantity_unit=recipe.unit, package_count=None, varenr="")
    return replace(content, prescription=said)


def typed(data: Mapping[str, str]) -> Fields:
    """Everything as it was typed, for showing the form again: nothing is lost but what no keyboard writes."""
    return {name: data.get(name, "").replace("\0", "") for name in FIELDS}


def to_form(content: TreatmentContent) -> Fields:
    """The fields of a treatment that exists."""
    said = dict.fromkeys(FIELDS, "") | {name: day_text(getattr(content, name)) for name in DATES}
    said |= {
        "use_type": content.use_type,
        "indication_text": content.indication_text,
        "in_multidose": "1" if content.in_multidose else "",
    }
    said |= dosing.fields(content.dosage) | own.fields(content.product)
    terms = content.prescription
    return said | prescription.fields(terms) | particulars.fields(terms.particulars if terms else NONE)


def proposed(offer: Offer) -> Fields:
    """The fields of a new treatment. Use and indication are the prescriber's to say: nothing is guessed."""
    said = dict.fromkeys(FIELDS, "") | {
        "starts_on": day_text(clock.today()),
        "dose_unit": offer.unit,
        "dose_mode": "structured",
    }
    terms = prescription.fields(offer.terms) | _of_kind(offer)
    return said | terms | {"amount_by": "packages" if offer.product.varenr else "quantity"}


def _of_kind(offer: Offer) -> Fields:
    """What goes without saying for the kind of product."""
    if offer.is_own:
        return own.fields(offer.product)
    if offer.is_ware:
        nutrition = offer.product.kind == product_kinds.NUTRITION
        return {"use_type": product_kinds.NUTRITION_USE if nutrition else PERMANENT, "dose_mode": "text"}
    if offer.is_vaccine:
        return {"use_type": product_kinds.VACCINE_USE, "indication_text": "Vaksinasjon"}
    return {}

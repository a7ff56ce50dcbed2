"""The whole form of a treatment: from what was typed to a TreatmentContent, and back for prefill."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portals.treatment.forms import dosing, prescription
from portals.treatment.forms.reading import Reading, day_text
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication.content import TreatmentContent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portals.treatment.forms.offer import Offer

PERMANENT = "1"
USE_TYPES = {"1": "Fast", "2": "Kur", "3": "Ved behov"}  # 9101
DATES = ("starts_on", "dosage_ends_on", "discontinue_on", "review_date")
OWN = ("use_type", "indication_text", "in_multidose", "choice", "comment", "version", "token", *DATES)
FIELDS = (*OWN, *dosing.FIELDS, *prescription.FIELDS)
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
    dosage = dosing.read(reading, offer)
    content = TreatmentContent(
        product=replace(offer.product, dose_unit=dosage.unit),
        use_type=reading.text("use_type"),
        indication_text=reading.text("indication_text"),
        dosage=dosage,
        in_multidose=reading.checked("in_multidose"),
        prescription=prescription.read(reading, offer),
        **{name: reading.day(name) for name in DATES},
    )
    if len(reading.text("comment")) > LONGEST_COMMENT:
        reading.problems["comment"] = f"Meldingen til legen kan være på høyst {LONGEST_COMMENT} tegn."
    return content, reading.problems


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
    said |= dosing.fields(content.dosage)
    return said | prescription.fields(content.prescription)


def proposed(offer: Offer) -> Fields:
    """The fields of a new treatment. Use and indication are the prescriber's to say: nothing is guessed."""
    said = dict.fromkeys(FIELDS, "") | {
        "starts_on": day_text(clock.today()),
        "dose_unit": offer.unit,
        "dose_mode": "structured",
    }
    terms = prescription.fields(offer.terms)
    return said | terms | {"amount_by": "packages" if offer.product.varenr else "quantity"}

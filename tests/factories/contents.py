"""Invented content for treatments: every value can be overridden by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sfm.core import clock
from sfm.medication.content import PrescriptionTerms, Product, TreatmentContent
from sfm.medication.rules import quick, validity
from sfm.medication.rules.dosage import Dosage, FreeTextDosage

METOPROLOL = Product(
    kind="group",
    fest_id="ID_00000000-0000-4000-8000-000000000001",
    name_form_strength="Metoprolol depottablett 50 mg",
    substance="Metoprolol",
    strength="50 mg",
    form="Depottablett",
    form_code="97",
    atc="C07AB02",
    atc_name="Metoprolol",
    dispensing_group="C",
    dose_unit="13",
    substance_ids=("ID_00000000-0000-4000-8000-0000000000A1",),
)
SIMVASTATIN = replace(
    METOPROLOL,
    fest_id="ID_00000000-0000-4000-8000-000000000002",
    name_form_strength="Simvastatin tablett 20 mg",
    substance="Simvastatin",
    strength="20 mg",
    form="Tablett",
    form_code="53",
    atc="C10AA01",
    atc_name="Simvastatin",
    substance_ids=("ID_00000000-0000-4000-8000-0000000000A2",),
)
OXYCODONE = replace(
    METOPROLOL,
    fest_id="ID_00000000-0000-4000-8000-000000000003",
    name_form_strength="Oksykodon tablett 5 mg",
    substance="Oksykodon",
    strength="5 mg",
    form="Tablett",
    form_code="53",
    atc="N02AA05",
    atc_name="Oksykodon",
    dispensing_group="A",
    substance_ids=("ID_00000000-0000-4000-8000-0000000000A3",),
)


def terms(**given: Any) -> PrescriptionTerms:
    values: dict[str, Any] = {
        "expires_on": validity.expires_on(clock.today()),
        "quantity": Decimal(100),
        "quantity_unit": "stk",
    }
    return PrescriptionTerms(**(values | given))


def dosage(said: str = "1+0+1", unit: str = "13") -> Dosage:
    return quick.parse(said, unit) or Dosage(unit=unit, instruction=FreeTextDosage(text=said))


def content(**given: Any) -> TreatmentContent:
    """A permanent treatment with an e-prescription; pass prescription=None for «uten resept»."""
    values: dict[str, Any] = {
        "product": METOPROLOL,
        "use_type": "1",
        "indication_text": "Mot høyt blodtrykk",
        "dosage": dosage(),
        "prescription": terms(),
        "starts_on": date(2026, 1, 5),
    }
    return TreatmentContent(**(values | given))

"""What a prescriber decides about a treatment and its prescription, as one frozen value from form to store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.medication.particulars import NONE, Particulars

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from sfm.medication.particulars import Recipe
    from sfm.medication.rules.dosage import Dosage


@dataclass(frozen=True, kw_only=True)
class Product:
    """The product as chosen in FEST, or as another source wrote it (then `kind` is text).

    Of a handelsvare `fest_id` is the product group (7403), and `varenr` the article when one is named.
    """

    kind: str  # group | package | brand | compounded | local | nutrition | consumable | text
    fest_id: str = ""
    fest_version: str = ""
    varenr: str = ""
    name_form_strength: str
    substance: str
    strength: str = ""
    form: str = ""
    form_code: str = ""  # 7448
    brand: str = ""
    atc: str = ""
    atc_name: str = ""
    dispensing_group: str = ""  # 7421
    dose_unit: str = ""  # 7480
    substance_ids: tuple[str, ...] = ()
    recipe: Recipe | None = None  # of a compounded medicine


@dataclass(frozen=True, kw_only=True)
class PrescriptionTerms:
    """The prescription's own terms. Of a medicine exactly one of package_count and quantity is set; a ware may do
    without either."""

    type: str = "E"  # 7491
    expires_on: date
    package_count: Decimal | None = None
    varenr: str = ""
    quantity: Decimal | None = None
    quantity_unit: str = ""  # 7452
    refills: int = 0
    valid_from: date | None = None
    legal_basis: str = ""  # 7427; "" = hvit resept
    reimbursement_code: str = ""
    reimbursement_system: str = ""
    no_substitution: bool = False
    note_to_pharmacy: str = ""
    particulars: Particulars = NONE


@dataclass(frozen=True, kw_only=True)
class TreatmentContent:
    """A treatment as the prescribing form states it; `prescription` None means «uten resept»."""

    product: Product
    use_type: str  # 9101
    indication_text: str
    dosage: Dosage
    starts_on: date | None = None
    dosage_ends_on: date | None = None
    discontinue_on: date | None = None
    review_date: date | None = None
    in_multidose: bool = False
    prescription: PrescriptionTerms | None = None

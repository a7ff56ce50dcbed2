"""A product of the catalogue as a prescriber needs it: frozen, without the patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from sfm.core.codes import Code
    from sfm.fest.durations import Validity
    from sfm.fest.hits import ProductRef


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortDose:
    """A kortdose. `text_template` holds <dose> and <doser> where the dose unit goes."""

    code: Code  # 7478
    text_template: str


AUP, STEP = "4", "5"  # 7453: the pharmacies' highest price, and what is reimbursed of what can be exchanged


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """(PrisVare) A highest price of a package, in kroner. FEST knows no price a pharmacy takes (fest.md 5.4)."""

    type: str  # 7453
    amount: Decimal
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A pakning. `amount` in `unit` is the whole package: 3x10 of 1000 ml is 30 000."""

    fest_id: str
    varenr: str
    name: str
    brand: str
    size: str
    amount: Decimal
    unit: Code  # 7452
    container: Code  # 7449
    substitution_group: str
    marketed_on: date | None
    withdrawn_on: date | None
    suspended_on: date | None
    expired_on: date | None
    prices: tuple[Price, ...] = ()

    def price_on(self, day: date, type_: str = AUP) -> Decimal | None:
        """Kroner; None when FEST has no such price that day."""
        return next(
            (
                price.amount
                for price in self.prices
                if price.type == type_ and _within(day, price.valid_from or day, price.valid_until)
            ),
            None,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Brand:
    fest_id: str
    name: str
    excipients: tuple[str, ...]
    expired_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StructuredCondition:
    """A part of a vilkår that a program can check. `type` is 7439."""

    type: str
    values: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A vilkår: a text, and where FEST has it, a structure. `applies_to` 7438: 1 prescriber, 2 dispenser, 3 both."""

    fest_id: str
    number: str
    group: str
    applies_to: str
    text: str
    structure: tuple[StructuredCondition, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReimbursementCode:
    code: Code  # 7170 | 7434 | 7435
    subterm: str
    valid_from: date
    valid_until: date | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reimbursement:
    """What a product may be reimbursed under: hjemmel, codes and conditions."""

    group_id: str
    paragraph: Code  # 7427
    name: str
    use: str
    needs_code: bool
    needs_decision: bool
    valid_from: date
    valid_until: date | None
    codes: tuple[ReimbursementCode, ...]
    conditions: tuple[Condition, ...]

    def codes_on(self, day: date) -> tuple[ReimbursementCode, ...]:
        """Codes usable on the day: both the link's and the code's dates must hold."""
        if not _within(day, self.valid_from, self.valid_until):
            return ()
        return tuple(code for code in self.codes if _within(day, code.valid_from, code.valid_until))

    def valid_on(self, day: date) -> bool:
        within = _within(day, self.valid_from, self.valid_until)
        return within and (bool(self.codes_on(day)) or not self.needs_code)


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """A substance group, brand or package, with everything that follows from choosing it."""

    ref: ProductRef
    catalogue_version: int
    name_form_strength: str
    substance_names: tuple[str, ...]
    substance_ids: tuple[str, ...]
    strength: str
    form: Code  # 7448
    brand_name: str  # "" for a group
    atc: Code  # 7180
    dispensing_group: str  # 7421
    preparation: str  # 7424
    approval_exemption: str  # 7422: "" | 2 | 3
    opioid: bool
    black_triangle: bool
    brand_required: bool
    routes: tuple[Code, ...]  # 7477
    dose_units: tuple[Code, ...]  # 7480
    short_doses: tuple[ShortDose, ...]
    precautions: tuple[Code, ...]  # 7479
    indications: tuple[Code, ...]  # 7488, in sentence case; the code's own term is upper case
    prescribing_units: tuple[Code, ...]  # 7452
    validity: Validity
    brands: tuple[Brand, ...]
    packages: tuple[Package, ...]
    reimbursements: tuple[Reimbursement, ...]
    conditions: tuple[Condition, ...]
    group_id: str  # the virkestoff group, "" when there is none
    expired_on: date | None = field(default=None)

    @property
    def route(self) -> Code | None:
        return self.routes[0] if self.routes else None

    @property
    def dose_unit(self) -> Code | None:
        return self.dose_units[0] if self.dose_units else None

    def expires_on(self, prescribed_on: date, sex: str = "") -> date:
        """Last valid day of a prescription written that day. `sex` is 3101: 1 man, 2 woman."""
        return self.validity.expires_on(prescribed_on, sex)

    def reimbursements_on(self, day: date) -> tuple[Reimbursement, ...]:
        """Each group once, whichever of its periods the day is in."""
        valid = (option for option in self.reimbursements if option.valid_on(day))
        return tuple({option.group_id: option for option in valid}.values())


def _within(day: date, start: date, end: date | None) -> bool:
    return start <= day and (end is None or day <= end)

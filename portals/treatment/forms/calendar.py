"""(Doseringskalender) What a dose comes to, day by day: strip, total, and how long a supply lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules.dosage import StructuredDosage
from sfm.medication.rules.units import COUNTED, unit

if TYPE_CHECKING:
    from portals.treatment.forms.offer import PackageChoice
    from sfm.medication.content import TreatmentContent
    from sfm.medication.rules.dosage import FixedDose

SHOWN = 14  # days
LONGEST = 3 * 366  # days: no prescription lasts longer
GROUPS_WITHOUT_PROPOSAL = ("A", "B")  # the prescriber chooses the quantity (clinical.md 3.3, 6)
COUNT = "stk"


@dataclass(frozen=True, kw_only=True)
class Day:
    date: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Supply:
    """`quantity` of `unit` covers the treatment; `packages` when a package is chosen, rounded up to whole ones."""

    quantity: Decimal
    unit: str  # 7452
    packages: Decimal | None


def strip(dosage: StructuredDosage, start: date, end: date | None = None) -> tuple[Day, ...]:
    """The first fourteen days."""
    return tuple(
        Day(date=day, amount=amount_on(dosage, day, start=start, end=end))
        for day in (start + timedelta(days=number) for number in range(SHOWN))
    )


def total(dosage: StructuredDosage, start: date, end: date) -> Decimal:
    """From the first day to the last, both included."""
    days = min((end - start).days + 1, LONGEST)
    return sum(
        (amount_on(dosage, start + timedelta(days=n), start=start, end=end) for n in range(days)), Decimal(0)
    )


def amount_on(dosage: StructuredDosage, day: date, *, start: date, end: date | None = None) -> Decimal:
    """Fixed doses only: nobody knows what will be needed."""
    if day < start or (end is not None and day > end):
        return Decimal(0)
    taken = Decimal(0)
    for period in dosage.periods:
        first = period.starts_on or start
        if day < first or (period.ends_on is not None and day > period.ends_on):
            continue
        taken += sum((_on(dose, day, first) for dose in period.fixed), Decimal(0))
    return taken


def last_day(content: TreatmentContent) -> date | None:
    """The last day something is taken: nothing is on the day of discontinuation."""
    stop = content.discontinue_on
    ends = [content.dosage_ends_on, stop - timedelta(days=1) if stop else None]
    return min((day for day in ends if day is not None), default=None)


def supply(content: TreatmentContent, start: date, package: PackageChoice | None) -> Supply | None:
    """What the treatment needs, when it has an end and the dose can be counted in the prescription's unit."""
    end, dosage = last_day(content), content.dosage.instruction
    group = content.product.dispensing_group
    in_unit = quantity_unit(content.dosage.unit)
    if (
        end is None
        or not isinstance(dosage, StructuredDosage)
        or group in GROUPS_WITHOUT_PROPOSAL
        or not in_unit
    ):
        return None
    if any(period.as_needed for period in dosage.periods):
        return None
    needed = total(dosage, start, end).to_integral_value(ROUND_CEILING)
    if not needed:
        return None
    return Supply(quantity=needed, unit=in_unit, packages=_packages(needed, in_unit, package))


def lasts(content: TreatmentContent, start: date, package: PackageChoice | None) -> int | None:
    """For how many days what is prescribed lasts, refills not counted; None when that cannot be told."""
    terms, dosage = content.prescription, content.dosage.instruction
    if terms is None or not isinstance(dosage, StructuredDosage):
        return None
    left = terms.quantity if terms.quantity_unit == quantity_unit(content.dosage.unit) else None
    if terms.package_count is not None and package is not None:
        left = (
            terms.package_count * package.amount
            if package.unit == quantity_unit(content.dosage.unit)
            else None
        )
    if not left or last_day(content) is not None:
        return None
    for number in range(LONGEST):
        left -= amount_on(dosage, start + timedelta(days=number), start=start)
        if left < 0:
            return number
    return None


def quantity_unit(dose_unit: str) -> str:
    """The unit of a package (7452) that a dose unit (7480) is counted in; "" where they cannot be compared."""
    if dose_unit in COUNTED:
        return COUNT if unit(dose_unit).divisible or dose_unit in WHOLE else ""
    return {"8": "ml", "64": "g"}.get(dose_unit, "")


WHOLE = ("1", "6", "11", "20", "21", "60", "84", "90")  # one unit is one piece of the package


def _packages(needed: Decimal, in_unit: str, package: PackageChoice | None) -> Decimal | None:
    if package is None or package.unit != in_unit or package.amount <= 0:
        return None
    return (needed / package.amount).to_integral_value(ROUND_CEILING)


def _on(dose: FixedDose, day: date, start: date) -> Decimal:
    if dose.weekdays and day.isoweekday() not in dose.weekdays:
        return Decimal(0)
    if dose.days_on and dose.days_off:
        within = (day - start).days % (dose.days_on + dose.days_off)
        return dose.amount if within < dose.days_on else Decimal(0)
    return dose.amount

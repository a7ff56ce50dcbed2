"""(Doseringskalender) What a dose comes to, day by day: strip, total, and how long a supply lasts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import islice
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_calendar
from sfm.medication.rules.dosage import StructuredDosage
from sfm.medication.rules.dosage_structure import structure_problem
from sfm.medication.rules.units import COUNTED, unit
from sfm.medication.rules.validation import COURSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portals.treatment.forms.offer import PackageChoice
    from sfm.medication.content import TreatmentContent

SHOWN = 14  # days
LONGEST = 3 * 366  # days: no prescription lasts longer
CHOSEN_BY_PRESCRIBER = (
    "A",
    "B",
)  # under reimbursement the prescriber chooses the quantity (clinical.md 3.3, 6)
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
    return tuple(islice(_days(dosage, start, end), SHOWN))


def total(dosage: StructuredDosage, start: date, end: date) -> Decimal:
    """From the first day to the last, both included."""
    days = min((end - start).days + 1, LONGEST)
    return sum((day.amount for day in islice(_days(dosage, start, end), days)), Decimal(0))


def _days(dosage: StructuredDosage, start: date, end: date | None = None) -> Iterator[Day]:
    """From the first day, without end. Fixed doses only: nobody knows what will be needed."""
    for number, taken in enumerate(dosage_calendar.amounts(dosage, start=start, first=start)):
        day = start + timedelta(days=number)
        over = end is not None and day > end
        yield Day(date=day, amount=Decimal(0) if over else sum(taken, Decimal(0)))


def last_day(content: TreatmentContent, start: date | None = None) -> date | None:
    """The last day something is taken: nothing is on the day of discontinuation, or after the last step of a taper
    that begins on `start`."""
    stop, dosage = content.discontinue_on, content.dosage.instruction
    ends = [content.dosage_ends_on, stop - timedelta(days=1) if stop else None]
    if start is not None and isinstance(dosage, StructuredDosage) and not structure_problem(dosage):
        ends.append(dosage_calendar.end_of(dosage, start))
    return min((day for day in ends if day is not None), default=None)


def course_stop(content: TreatmentContent, start: date) -> date | None:
    """The day a course is over by its dose alone: the one after the last dose."""
    end = last_day(replace(content, discontinue_on=None), start) if content.use_type == COURSE else None
    return end + timedelta(days=1) if end is not None and end >= start else None


def supply(content: TreatmentContent, start: date, package: PackageChoice | None) -> Supply | None:
    """What the treatment needs, when it has an end and the dose can be counted in the prescription's unit."""
    end, dosage = last_day(content, start), content.dosage.instruction
    in_unit = quantity_unit(content.dosage.unit)
    if (
        end is None
        or not isinstance(dosage, StructuredDosage)
        or content.product.dispensing_group in CHOSEN_BY_PRESCRIBER
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
    if not left or last_day(content, start) is not None:
        return None
    for number, day in enumerate(islice(_days(dosage, start), LONGEST)):
        left -= day.amount
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

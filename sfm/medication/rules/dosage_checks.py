"""Whether a dose can be said, sent and packed: D03–D14 of clinical.md 8.3, and multidose (rulings.md 19)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_text
from sfm.medication.rules.dosage import FixedDose, StructuredDosage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfm.medication.content import TreatmentContent
    from sfm.medication.rules.dosage import AsNeededDose, DosagePeriod

HALF = Decimal("0.5")
WEEKLY_ATC = ("L04AX03", "L01BA01")  # metotreksat
WEEKLY_FORMS = ("tablett",)


def dosage_problem(content: TreatmentContent) -> str:
    """What is wrong with the dose, in words for the person; "" when nothing is."""
    instruction = content.dosage.instruction
    if not dosage_text.text(content.dosage):
        return "Skriv dosering."
    if not isinstance(instruction, StructuredDosage) or content.dosage.text_override:
        return "Multidose krever strukturert dosering." if content.in_multidose else ""
    return (
        structure_problem(instruction)
        or _weekly_guard(content, instruction)
        or (_packing_problem(instruction) if content.in_multidose else "")
    )


def structure_problem(dosage: StructuredDosage) -> str:
    if not dosage.periods:
        return "Skriv dosering."
    return _overlap(dosage.periods) or next(filter(None, map(_period_problem, dosage.periods)), "")


def _overlap(periods: Sequence[DosagePeriod]) -> str:
    """D03. A period without end runs for ever."""
    for before, after in pairwise(periods):
        if before.ends_on is None or after.starts_on is None:
            return "Når doseringen har flere perioder, må alle ha datoer."
        if after.starts_on <= before.ends_on:
            return "Doseringsperiodene overlapper."
    return ""


def _period_problem(period: DosagePeriod) -> str:
    if not period.fixed and period.as_needed is None:
        return "Skriv dosering."
    if period.starts_on and period.ends_on and period.ends_on < period.starts_on:
        return "En doseringsperiode slutter før den begynner."
    if period.as_needed is not None and (problem := _as_needed_problem(period.as_needed)):
        return problem
    return next(filter(None, map(_fixed_problem, period.fixed)), "") or _twice(period.fixed)


def _fixed_problem(dose: FixedDose) -> str:
    if dose.amount <= 0:
        return "Dosen må være større enn null."
    if dose.clock is not None and dose.time_of_day:  # D13
        return "Bruk enten klokkeslett eller tid på døgnet."
    if (dose.days_on is None) != (dose.days_off is None):
        return "Oppgi både dager på og dager av."
    if dose.days_on is not None and (dose.days_on < 1 or (dose.days_off or 0) < 1):
        return "Dager på og dager av må være minst 1."
    if dose.weekdays and dose.days_on and (dose.days_on + (dose.days_off or 0)) % 7:  # D10
        return "Ukedager sammen med dager på/av krever hele uker."
    return ""


def _twice(doses: Sequence[FixedDose]) -> str:
    """D09: the same time twice on the same day."""
    seen: set[tuple[str, object, int]] = set()
    for dose in doses:
        for day in dose.weekdays or range(1, 8):
            key = (dose.time_of_day, dose.clock, day)
            if key in seen:
                return "Samme tidspunkt er brukt flere ganger."
            seen.add(key)
    return ""


def _as_needed_problem(dose: AsNeededDose) -> str:
    if dose.amount_max <= 0 or dose.amount_min < 0:
        return "Dosen må være større enn null."
    if dose.amount_min > dose.amount_max:
        return "Minste dose er større enn største dose."
    if dose.max_per_day is not None and dose.max_per_day < dose.amount_max:
        return "Maks per døgn er mindre enn én dose."
    return ""


def _weekly_guard(content: TreatmentContent, dosage: StructuredDosage) -> str:
    if not content.product.atc.startswith(WEEKLY_ATC) or not content.product.form.lower().startswith(
        WEEKLY_FORMS
    ):
        return ""
    daily = any(
        not dose.weekdays and (dose.days_off or 0) < 6 for period in dosage.periods for dose in period.fixed
    )
    return "Metotreksat doseres vanligvis én gang per uke." if daily else ""


def _packing_problem(dosage: StructuredDosage) -> str:
    doses = [dose for period in dosage.periods for dose in period.fixed]
    if not doses or any(period.as_needed for period in dosage.periods):
        return "Multidose kan bare pakkes med faste doser."
    if any(dose.amount % HALF for dose in doses):
        return "I multidose må dosen være hele eller halve enheter."
    if any(not dose.time_of_day for dose in doses):
        return "Multidose krever tid på døgnet for hver dose."
    return ""


def daily_amount(dosage: StructuredDosage, day: date) -> Decimal:
    """What is taken on a given day, fixed doses only; days on/off are averaged."""
    total = Decimal(0)
    for period in dosage.periods:
        if (period.starts_on and day < period.starts_on) or (period.ends_on and day > period.ends_on):
            continue
        total += sum((_on(dose, day) for dose in period.fixed), Decimal(0))
    return total


def _on(dose: FixedDose, day: date) -> Decimal:
    if dose.weekdays and day.isoweekday() not in dose.weekdays:
        return Decimal(0)
    if dose.days_on and dose.days_off:
        return dose.amount * dose.days_on / (dose.days_on + dose.days_off)
    return dose.amount

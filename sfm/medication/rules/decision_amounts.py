"""(Maks døgndose) The most Helfo has granted for one day, against what is prescribed. It tells, and stops nothing
(clinical.md 10.3; rulings.md 15)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import alert_decisions, dosage_guards
from sfm.medication.rules.units import unit as unit_of

if TYPE_CHECKING:
    from sfm.medication.content import TreatmentContent
    from sfm.medication.rules.decisions import Decision

WEIGHTS = {
    "g": Decimal(1000),
    "gram": Decimal(1000),
    "mg": Decimal(1),
    "milligram": Decimal(1),
    "mikrog": Decimal("0.001"),
    "mikrogram": Decimal("0.001"),
}  # in mg
INTERNATIONAL = {"ie", "iu", "enhet", "enheter"}


def exceeded(decision: Decision, content: TreatmentContent) -> str:
    """What to say of more in a day than was granted, or when that cannot be told; "" when it is less."""
    most = decision.daily_maximum
    if most is None:
        return ""
    granted = f"{_number(most)} {decision.daily_unit}".strip()
    daily = _daily(decision.daily_unit, content)
    if daily is None:
        return (
            f"Vedtaket gjelder høyst {granted} per døgn. Døgndosen kan ikke regnes ut: se at den er innenfor."
        )
    if daily <= most:
        return ""
    return (
        f"Døgndosen er {_number(daily)} {decision.daily_unit}, og vedtaket gjelder høyst {granted}. "
        "Helfo dekker ikke det som er over. Søk på nytt, eller sett ned dosen."
    )


def _daily(wanted: str, content: TreatmentContent) -> Decimal | None:
    """The highest amount of one day in the unit of the decision."""
    word = _word(wanted)
    counted = unit_of(content.dosage.unit)
    if word in {_word(counted.singular), _word(counted.plural), _word(content.dosage.unit)}:
        return dosage_guards.peak(content.dosage)
    dose = alert_decisions.daily_dose(content.dosage, content.product.strength)
    measure = _word(dose.measure)
    if dose.amount is None:
        return None
    if word in WEIGHTS and measure in WEIGHTS:
        return dose.amount * WEIGHTS[measure] / WEIGHTS[word]
    return dose.amount if measure == word else None


def _word(text: str) -> str:
    said = text.strip().casefold()
    return "ie" if said in INTERNATIONAL else said


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():f}".replace(".", ",")

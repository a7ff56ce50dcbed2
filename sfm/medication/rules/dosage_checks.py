"""Whether a dose can be stored, sent and packed (clinical.md 8.3, 8.4; rulings.md 15 and 19)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_guards, dosage_text
from sfm.medication.rules.dosage import StructuredDosage
from sfm.medication.rules.dosage_structure import EMPTY, structure_problem

if TYPE_CHECKING:
    from sfm.medication.content import TreatmentContent

HALF = Decimal("0.5")


def dosage_problem(content: TreatmentContent) -> str:
    """What is wrong with the dose, in words for the person; "" when nothing is."""
    dosage, instruction = content.dosage, content.dosage.instruction
    if isinstance(instruction, StructuredDosage) and not dosage.text_override:
        problem = structure_problem(instruction)
        packing = _packing_problem(instruction) if content.in_multidose else ""
    else:
        problem = "" if dosage_text.text(dosage) else EMPTY
        packing = "Multidose krever strukturert dosering." if content.in_multidose else ""
    return problem or dosage_guards.stop(content) or packing


def _packing_problem(dosage: StructuredDosage) -> str:
    doses = [dose for period in dosage.periods for dose in period.fixed]
    if not doses or any(period.as_needed for period in dosage.periods):
        return "Multidose kan bare pakkes med faste doser."
    if any(dose.amount % HALF for dose in doses):
        return "I multidose må dosen være hele eller halve enheter."
    if any(not dose.time_of_day for dose in doses):
        return "Multidose krever tid på døgnet for hver dose."
    return ""

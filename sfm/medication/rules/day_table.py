"""(Døgntabell) What is taken when on an ordinary day, for the table of the patient's own list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_text, quick
from sfm.medication.rules.dosage import ShortDose, StructuredDosage
from sfm.medication.rules.dosage_words import LOCALES
from sfm.medication.rules.units import unit as unit_of

if TYPE_CHECKING:
    from datetime import time

    from sfm.medication.rules.dosage import Dosage, FixedDose

SLOTS = ("1", "2", "3", "4", "5", "6")  # 8325: morgen … natt
HOURS = ((5, "6"), (10, "1"), (12, "2"), (15, "3"), (18, "4"), (22, "5"), (24, "6"))  # until this hour
DAYS_OF_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Day:
    """`cells`: what to take per time of day. None of them when the dose does not fit a table: the text says it."""

    cells: dict[str, str]
    as_needed: bool = False

    @property
    def fits(self) -> bool:
        return bool(self.cells)


def day_of(dosage: Dosage, *, locale: str) -> Day:
    """Only a dose that is the same from day to day, or from week to week, fits: anything else would mislead."""
    structure = structured(dosage).instruction
    if not isinstance(structure, StructuredDosage) or dosage.text_override:
        return Day(cells={})
    needed = any(period.as_needed for period in structure.periods)
    if len(structure.periods) != 1 or not all(_regular(dose) for dose in structure.periods[0].fixed):
        return Day(cells={}, as_needed=needed)
    cells: dict[str, list[str]] = {}
    for dose in structure.periods[0].fixed:
        cells.setdefault(_slot(dose), []).append(_said(dose, dosage.unit, locale))
    return Day(cells={slot: ", ".join(said) for slot, said in cells.items()}, as_needed=needed)


def structured(dosage: Dosage) -> Dosage:
    """A short dose as the structure its words mean, where we can read them; anything else as it is."""
    if not isinstance(dosage.instruction, ShortDose) or dosage.text_override:
        return dosage
    read = quick.parse(dosage_text.instruction_text(dosage), dosage.unit)
    return dosage if read is None else replace(dosage, instruction=read.instruction)


def _regular(dose: FixedDose) -> bool:
    cycles = dose.days_on or dose.every_n_days or dose.month_days or dose.dates
    return not cycles and bool(dose.time_of_day or dose.clock)


def _slot(dose: FixedDose) -> str:
    return dose.time_of_day or _by_clock(dose.clock)


def _by_clock(at: time | None) -> str:
    hour = at.hour if at else 0
    return next(slot for until, slot in HOURS if hour < until)


def _said(dose: FixedDose, unit: str, locale: str) -> str:
    words = LOCALES[locale]
    said = dosage_text.amount(dose.amount, unit_of(unit, locale), words)
    if dose.clock:
        said = f"{said} {words.by_clock.format(f'{dose.clock:%H:%M}')}"
    if not dose.weekdays or len(dose.weekdays) == DAYS_OF_WEEK:
        return said
    return f"{said} ({dosage_text.joined([words.weekdays[day] for day in sorted(dose.weekdays)], words)})"

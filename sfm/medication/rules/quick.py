"""(Hurtigdosering) What a prescriber types: 1+0+1, 1x3, 2 vesp, 1 vb maks 4, 1 man,ons,fre (clinical.md 8.4)."""

from __future__ import annotations

from sfm.core.errors import Invalid
from sfm.medication.rules import quick_days, quick_needed, quick_taper
from sfm.medication.rules import quick_words as words
from sfm.medication.rules.dosage import Dosage, DosagePeriod, StructuredDosage
from sfm.medication.rules.dosage_structure import structure_problem
from sfm.medication.rules.quick_dose import doses
from sfm.medication.rules.quick_tokens import NOT_UNDERSTOOD, Reader

LONGEST_ENTRY = 2_000


def parse(entry: str, unit: str) -> Dosage | None:
    """The dosage meant by a quick entry, or None when it is not one. `unit` is a 7480 code."""
    try:
        return read(entry, unit)
    except Invalid:
        return None


def read(entry: str, unit: str) -> Dosage:
    """The dosage meant by a quick entry.

    :raises Invalid: it is not one, or could mean two things; the text says which.
    """
    if not entry.strip() or len(entry) > LONGEST_ENTRY:
        raise Invalid(NOT_UNDERSTOOD.format(""))
    reader = Reader(entry)
    structure = quick_taper.read(reader, unit) or _structure(reader, unit)
    if reader.at().kind != "end":
        raise reader.lost()
    if problem := structure_problem(structure):
        raise Invalid(problem)
    return Dosage(unit=unit, instruction=structure)


def _structure(reader: Reader, unit: str) -> StructuredDosage:
    periods = [_period(reader, unit)]
    while _then(reader):
        if periods[-1].days is None:
            raise Invalid("Skriv hvor lenge hver dose skal tas før «deretter», for eksempel i 7 dager.")
        periods.append(_period(reader, unit))
    if len(periods) > 1 and any(period.as_needed for period in periods):
        raise Invalid("En dose ved behov kan ikke trappes. Skriv den som en egen behandling.")
    reader.accept({"."})
    return StructuredDosage(periods=tuple(periods))


def _then(reader: Reader) -> bool:
    """Moves past «, deretter»."""
    if reader.word(",", ";") and reader.word(*words.THEN, ahead=1):
        reader.take()
    return reader.accept(words.THEN)


def _period(reader: Reader, unit: str) -> DosagePeriod:
    needed = quick_needed.read(reader, unit)
    if needed is not None:
        return DosagePeriod(as_needed=needed, days=quick_days.duration(reader))
    return DosagePeriod(fixed=doses(reader, unit), days=quick_days.duration(reader))

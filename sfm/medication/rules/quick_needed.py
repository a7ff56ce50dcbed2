"""The dose when needed of a quick entry: «1-2 vb maks 4», «1 vb ved smerter, inntil 4 ganger i døgnet»."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core.errors import Invalid
from sfm.medication.rules import quick_words as words
from sfm.medication.rules.dosage import AsNeededDose
from sfm.medication.rules.quick_dose import in_unit, one_amount

if TYPE_CHECKING:
    from sfm.medication.rules.quick_tokens import Reader

DAY = Decimal(24)
SIXTY = Decimal(60)


@dataclass(kw_only=True)
class _Limits:
    times: int | None = None
    per_day: Decimal | None = None
    in_period: Decimal | None = None
    period: Decimal | None = None
    interval: Decimal | None = None
    reason: str = ""


def read(reader: Reader, unit: str) -> AsNeededDose | None:
    """None when what stands next is not a dose when needed; the reader has then not moved."""
    start = reader.place
    low = high = _amount(reader)
    if low is not None and reader.accept({"-", "–"}):
        high = _amount(reader)
    if low is None or high is None:
        reader.place = start
        return None
    if reader.at().kind == "word" and not reader.word("vb", "ved"):
        in_unit(reader, unit)
    if not _needed(reader):
        reader.place = start
        return None
    if high <= 0 or high < low:
        raise Invalid("Minste dose er større enn største dose, eller dosen er null.")
    found = _limits(reader, unit)
    return AsNeededDose(
        amount_min=low,
        amount_max=high,
        max_times_per_day=found.times,
        max_per_day=found.per_day,
        max_in_period=found.in_period,
        period_hours=found.period,
        min_interval_hours=found.interval,
        reason=found.reason,
    )


def _amount(reader: Reader) -> Decimal | None:
    return one_amount(reader) if reader.at().kind == "number" else None


def _needed(reader: Reader) -> bool:
    if reader.word("ved") and reader.word("behov", ahead=1):
        reader.place += 2
        return True
    return reader.accept({"vb"})


def _limits(reader: Reader, unit: str) -> _Limits:
    found = _Limits()
    while True:
        while reader.word(",", ".") and (reader.at(1).kind == "end" or _clause(reader, ahead=1)):
            reader.take()
        if reader.accept(words.MOST):
            _most(reader, unit, found)
        elif reader.accept({"minst"}):
            _between(reader, found)
        elif _clause(reader) and not found.reason:
            found.reason = _reason(reader)
        else:
            return found


def _clause(reader: Reader, ahead: int = 0) -> bool:
    return reader.word("minst", *words.MOST, *words.REASONS, ahead=ahead)


def _most(reader: Reader, unit: str, found: _Limits) -> None:
    """«maks 4», «inntil 4 ganger i døgnet», «maks 8 tabletter per døgn», «maks 3 tabletter per 2 dager»."""
    start = reader.place
    value = one_amount(reader)
    after = reader.place
    in_unit(reader, unit)
    if reader.place == after:  # a bare number counts times
        reader.place = start
        _once(found.times)
        found.times = reader.whole()
        reader.accept(words.TURNS)
        hours = DAY if reader.accept(words.DAILY) else _span(reader)
        if hours != DAY:
            raise Invalid(
                "Antall ganger regnes per døgn. Skriv mengden ellers, for eksempel maks 3 tabl per uke."
            )
        return
    hours = _span(reader)
    if hours == DAY:
        _once(found.per_day)
        found.per_day = value
    else:
        _once(found.in_period)
        found.in_period, found.period = value, hours


def _span(reader: Reader) -> Decimal:
    """Hours a limit is counted over; a day when nothing is said."""
    said = _per(reader)
    if said is None and reader.word("i") and reader.at(1).kind == "number":
        raise Invalid("Skriv «per døgn» etter grensen, eller «per 10 dager» når det er det den gjelder.")
    return said or DAY


def _per(reader: Reader) -> Decimal | None:
    """Hours in «per døgn», «i døgnet», «per uke», «per 2 dager»; None when nothing is said."""
    if (reader.word("i") and reader.at(1).kind == "number") or not reader.accept({"per", "i", "/"}):
        return None
    count = Decimal(reader.whole()) if reader.at().kind == "number" else Decimal(1)
    if reader.accept(words.DAYS):
        return count * DAY
    if reader.accept(words.WEEKS):
        return count * DAY * 7
    if reader.accept(words.MINUTES):
        return count / SIXTY
    reader.expect(words.HOURS)
    return count


def _between(reader: Reader, found: _Limits) -> None:
    """«minst 4 timer mellom hver dose»."""
    _once(found.interval)
    value = one_amount(reader)
    if reader.accept(words.MINUTES):
        value /= SIXTY
    else:
        reader.expect(words.HOURS)
    found.interval = value
    if reader.accept({"mellom"}):
        reader.accept({"hver"})
        reader.accept({"dose", "dosene"})


def _reason(reader: Reader) -> str:
    """The words until the next clause, as they were written; «ved» is the text's own word."""
    if reader.word("ved"):
        reader.take()
    first = reader.at()
    last = first
    while reader.at().kind == "word" and not reader.word("minst", *words.MOST, "i"):
        last = reader.take()
    if first.kind != "word" or last.start < first.start or reader.place == 0:
        raise reader.lost()
    return reader.entry[first.start : last.end]


def _once(value: object) -> None:
    if value is not None:
        raise Invalid("Samme grense er skrevet to ganger.")

"""A taper as a quick entry: «5→20 +5/uke», «6 morgen, ned 1 hver 3. dag»."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core.errors import Invalid
from sfm.medication.rules import dosage_taper
from sfm.medication.rules import quick_words as words
from sfm.medication.rules.dosage_taper import Taper
from sfm.medication.rules.quick_dose import in_unit, one_amount

if TYPE_CHECKING:
    from sfm.medication.rules.dosage import StructuredDosage
    from sfm.medication.rules.quick_tokens import Reader

WEEK = 7
UP, DOWN = 1, -1


def read(reader: Reader, unit: str) -> StructuredDosage | None:
    """None when the entry is no taper; the reader has then not moved.

    :raises Invalid: it is one, but does not add up.
    """
    start = reader.place
    found = _start(reader, unit)
    if found is None:
        reader.place = start
        return None
    first, time, target = found
    direction = _direction(reader)
    if direction is None:
        if target is not None:
            raise Invalid("Skriv hvor mye dosen endres og hvor ofte, for eksempel 5→20 +5/uke.")
        reader.place = start
        return None
    reader.accept({"med"})
    step, days = _step(reader, unit)
    if target is None:
        target = _target(reader, unit, direction)
    time = _time(reader) or time
    if (target - first) * direction < 0:
        raise Invalid("Trappen går feil vei: se på start, mål og om den går opp eller ned.")
    return dosage_taper.structure(
        Taper(start=first, step=step, every_days=days, target=target, time_of_day=time)
    )


def _start(reader: Reader, unit: str) -> tuple[Decimal, str, Decimal | None] | None:
    if reader.at().kind != "number":
        return None
    first = one_amount(reader)
    if reader.at().kind == "word" and reader.at().text in words.UNIT_WORDS:
        in_unit(reader, unit)
    if reader.at().kind == "arrow":
        reader.take()
        target = one_amount(reader)
        in_unit(reader, unit)
        return first, _time(reader), target
    time = _time(reader)
    reader.accept({",", ";"})
    return (first, time, None) if reader.word(*words.UP, *words.DOWN) else None


def _direction(reader: Reader) -> int | None:
    if reader.accept(words.UP) or reader.accept({"+"}):
        return UP
    if reader.accept(words.DOWN) or reader.accept({"-", "–"}):
        return DOWN
    return None


def _step(reader: Reader, unit: str) -> tuple[Decimal, int]:
    """«5/uke», «1/3 dager», «1 hver 3. dag», «5 per uke»."""
    if reader.at().kind == "ratio":
        said, days = reader.take().text.split("/")
        return Decimal(said.strip()), int(days) * _length(reader)
    step = one_amount(reader)
    in_unit(reader, unit)
    if reader.accept(words.OTHER):
        return step, 2 * _length(reader)
    reader.expect({"/", "per", "hver"})
    count = reader.whole() if reader.at().kind in ("number", "ordinal") else 1
    return step, count * _length(reader)


def _length(reader: Reader) -> int:
    if reader.accept(words.WEEKS):
        return WEEK
    reader.expect(words.DAYS)
    return 1


def _target(reader: Reader, unit: str, direction: int) -> Decimal:
    if reader.accept({"til"}):
        target = one_amount(reader)
        in_unit(reader, unit)
        return target
    if direction == UP:
        raise Invalid("Skriv hvor langt opp dosen skal, for eksempel opp 5 hver uke til 20.")
    return Decimal(0)


def _time(reader: Reader) -> str:
    """At most one time of day: a taper is one dose a day."""
    start = reader.place
    if reader.word("om", "hver"):
        reader.take()
    found = words.TIMES.get(reader.at().text, "") if reader.at().kind == "word" else ""
    if not found or reader.word("midt"):
        reader.place = start
        return ""
    reader.take()
    reader.accept({"."})
    return found

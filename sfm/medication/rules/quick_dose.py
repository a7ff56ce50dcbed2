"""The fixed doses of a quick entry: amount, unit, times and days."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import time
from typing import TYPE_CHECKING

from sfm.core.errors import Invalid
from sfm.medication.rules import quick_days
from sfm.medication.rules import quick_words as words
from sfm.medication.rules.dosage import FixedDose
from sfm.medication.rules.quick_tokens import amount
from sfm.medication.rules.units import unit as unit_of

if TYPE_CHECKING:
    from decimal import Decimal

    from sfm.medication.rules.quick_days import Days
    from sfm.medication.rules.quick_tokens import Reader

RANGE_ONLY_WHEN_NEEDED = "En dose fra–til gjelder ved behov. Skriv for eksempel 1-2 vb."
WHICH_DAYS = "Si hvilke dager hver dose gjelder: skriv ukedager eller «hver dag»."
TWICE = "Samme tidspunkt er brukt to ganger."
HOURS = 24


@dataclass(kw_only=True)
class _Said:
    """One amount with what was said of it."""

    amount: Decimal
    times: list[str] = field(default_factory=list)
    clocks: list[time] = field(default_factory=list)
    days: Days | None = None


def doses(reader: Reader, unit: str) -> tuple[FixedDose, ...]:
    """Raises Invalid."""
    if reader.at(1).text == "+" and reader.at(2).kind == "number":
        return _columns(reader, unit)
    groups = [_group(reader, unit)]
    while reader.word(",", ";") and reader.at(1).kind == "number":
        reader.take()
        groups.append(_group(reader, unit))
    said = [one for group in groups for one in group]
    some_days = any(one.days is not None and one.days != quick_days.Days() for one in said)
    if some_days and any(one.days is None for one in said):
        raise Invalid(WHICH_DAYS)
    found = tuple(dose for one in said for dose in _fixed(one))
    if any(not dose.amount for dose in found):
        raise Invalid("Dosen må være større enn null.")
    return found


def _columns(reader: Reader, unit: str) -> tuple[FixedDose, ...]:
    """1+0+1: what stands in each column, with days said once for all."""
    amounts = [one_amount(reader)]
    while reader.accept({"+"}):
        amounts.append(one_amount(reader))
    if len(amounts) not in words.COLUMNS:
        raise Invalid("Skriv to, tre, fire eller seks ledd, for eksempel 1+0+1.")
    in_unit(reader, unit)
    days = quick_days.read(reader) or quick_days.Days()
    times = words.COLUMNS[len(amounts)]
    found = [
        FixedDose(amount=value, time_of_day=at, **days.fields)
        for value, at in zip(amounts, times, strict=True)
        if value
    ]
    if not found:
        raise Invalid("Dosen må være større enn null.")
    return tuple(found)


def one_amount(reader: Reader) -> Decimal:
    token = reader.at()
    if token.kind == "ratio" and token.text.replace(" ", "") == "1/2":
        reader.take()
        return amount("½")
    if token.kind != "number":
        raise reader.lost()
    reader.take()
    try:
        return amount(token.text)
    except ValueError:
        reader.place -= 1
        raise reader.lost() from None


def in_unit(reader: Reader, unit: str) -> None:
    """Moves past the unit said in passing.

    :raises Invalid: it is another unit than the drug is dosed in.
    """
    word = reader.at().text
    if reader.at().kind != "word" or (word not in words.UNIT_WORDS and word not in words.PIECES):
        return
    reader.take()
    reader.accept({"."})
    known = unit_of(unit)
    if word in words.PIECES:
        if known.singular and known.singular == known.plural:
            raise Invalid(f"Legemidlet doseres i {known.plural}, ikke i stykk.")
        return
    if unit and unit not in words.UNIT_WORDS[word]:
        raise Invalid(f"Legemidlet doseres i {known.plural or 'en annen enhet'}, ikke i {word}.")


def _group(reader: Reader, unit: str) -> list[_Said]:
    """Doses joined by «og»: days said once, at the end, hold for all of them."""
    group = [_dose(reader, unit)]
    while reader.word("og") and reader.at(1).kind == "number":
        reader.take()
        group.append(_dose(reader, unit))
    if group[-1].days is not None and all(one.days is None for one in group[:-1]):
        for one in group[:-1]:
            one.days = group[-1].days
    return group


def _dose(reader: Reader, unit: str) -> _Said:
    said = _Said(amount=one_amount(reader))
    if reader.word("-", "–") and reader.at(1).kind == "number":
        raise Invalid(RANGE_ONLY_WHEN_NEEDED)
    in_unit(reader, unit)
    times = _per_day(reader)
    place = -1
    while place != reader.place:
        place = reader.place
        _moments(reader, said)
        if said.days is None:
            said.days = quick_days.read(reader)
    said = _spread(said, times)
    if not (said.times or said.clocks or said.days) and reader.at().kind == "word" and not reader.word("i"):
        raise reader.lost()
    return said


def _per_day(reader: Reader) -> int | None:
    """«x3» and «3 ganger daglig»."""
    if reader.word("x", "×", "*") and reader.at(1).kind == "number" and reader.at(2).text not in words.DAYS:
        reader.take()
        return reader.whole()
    if reader.at().kind == "number" and reader.word("gang", "ganger", ahead=1):
        times = reader.whole()
        reader.take()
        if reader.word("i", "per", "hver") and reader.word("uken", "uke", ahead=1):
            raise Invalid("Skriv hvilke ukedager, for eksempel 1 man,tors.")
        if not reader.accept(words.DAILY):
            reader.expect({"om", "i", "per"})
            reader.expect(words.DAYS)
        return times
    return None


def _spread(said: _Said, times: int | None) -> _Said:
    """Times of day for «x3», when they were not said."""
    if times is None:
        return said
    moments = len(said.times) + len(said.clocks)
    if moments not in (0, times):
        raise Invalid(f"Det er skrevet {times} ganger, men {moments} tidspunkt.")
    if not moments:
        if times not in words.PER_DAY:
            raise Invalid("Mer enn seks ganger daglig må skrives med klokkeslett.")
        said.times = list(words.PER_DAY[times])
    return said


def _moments(reader: Reader, said: _Said) -> None:
    while _one_moment(reader, said):
        if reader.word(",", "og", "+") and _moment_follows(reader):
            reader.take()


def _one_moment(reader: Reader, said: _Said) -> bool:
    if reader.at().kind == "clock" or reader.word("kl"):
        _clocks(reader, said)
        return True
    if reader.word("om") and reader.word("dagen", ahead=1):
        reader.place += 2
        said.days = quick_days.Days()
        return True
    start = reader.place
    if reader.word("hver", "om", "på", "til"):
        reader.take()
    word = reader.at().text
    if reader.at().kind != "word" or word not in words.TIMES:
        reader.place = start
        return False
    if reader.word("hver", ahead=start - reader.place):
        said.days = quick_days.Days()
    reader.take()
    if word == "midt":
        reader.expect({"på"})
        reader.expect({"dagen"})
    reader.accept({"."})
    if words.TIMES[word] in said.times:
        raise Invalid(TWICE)
    said.times.append(words.TIMES[word])
    return True


def _moment_follows(reader: Reader) -> bool:
    word = reader.at(1).text
    return word in words.TIMES or word == "kl" or reader.at(1).kind == "clock"


def _clocks(reader: Reader, said: _Said) -> None:
    """«kl. 8 og 20», «08:00, 20:00»."""
    if reader.accept({"kl"}):
        reader.accept({"."})
    _clock(reader, said)
    while reader.word(",", "og") and _clock_follows(reader):
        reader.take()
        _clock(reader, said)


def _clock_follows(reader: Reader) -> bool:
    """A bare number is an hour only when nothing makes it the amount of a dose."""
    token, after = reader.at(1), reader.at(2)
    if token.kind == "clock":
        return True
    if token.kind != "number":
        return False
    return after.kind == "end" or after.text in {
        ",",
        "og",
        *words.WEEKDAYS,
        *words.DAILY,
        "hver",
        *words.OTHER,
    }


def _clock(reader: Reader, said: _Said) -> None:
    token = reader.take()
    hours, _, minutes = token.text.replace(".", ":").partition(":")
    if token.kind not in ("clock", "number") or not (hours + minutes).isdecimal() or len(minutes) == 1:
        reader.place -= 1
        raise reader.lost()
    if int(hours) >= HOURS or int(minutes or 0) >= 60:
        raise Invalid(f"{token.text} er ikke noe klokkeslett.")
    at = time(int(hours), int(minutes or 0))
    if at in said.clocks:
        raise Invalid(TWICE)
    said.clocks.append(at)


def _fixed(said: _Said) -> list[FixedDose]:
    base = FixedDose(amount=said.amount, **(said.days or quick_days.Days()).fields)
    found = [replace(base, time_of_day=at) for at in said.times]
    found += [replace(base, clock=at) for at in said.clocks]
    if not found and said.days is None:
        raise Invalid("Skriv når dosen skal tas, for eksempel morgen, vesp, daglig eller vb.")
    return found or [base]

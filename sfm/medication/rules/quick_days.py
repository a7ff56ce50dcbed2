"""Which days a quick entry means: weekdays, every n-th day, days on and off, days of the month, dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sfm.core.errors import Invalid
from sfm.medication.rules import quick_words as words

if TYPE_CHECKING:
    from sfm.medication.rules.quick_tokens import Reader

WEEK = 7
MOST_MONTH_DAY = 31
FRACTIONS = frozenset({(1, 2), (1, 3), (2, 3), (1, 4), (3, 4)})


@dataclass(frozen=True, kw_only=True)
class Days:
    """The day fields of a FixedDose. All empty: every day, said outright («daglig»)."""

    weekdays: tuple[int, ...] = ()
    days_on: int | None = None
    days_off: int | None = None
    every_n_days: int | None = None
    month_days: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def read(reader: Reader) -> Days | None:
    """The days that stand next, or None when what stands next is something else."""
    token = reader.at()
    if token.kind == "ratio":
        on, off = (int(part) for part in reader.take().text.split("/"))
        if (on, off) in FRACTIONS:
            raise Invalid(f"{on}/{off} kan leses som en brøk. Skriv «med {on} dager på og {off} dager av».")
        return _cycle(on, off)
    if token.kind == "date":
        return Days(dates=_dates(reader))
    if token.text in words.WEEKDAYS:
        return _weekdays(reader)
    if reader.accept(words.DAILY):
        return Days()
    if reader.accept(words.OTHER):
        reader.expect({"dag"})
        return Days(every_n_days=2)
    if reader.word("hver"):
        return _every(reader)
    if reader.accept({"ukentlig"}):
        return Days(every_n_days=WEEK)
    if reader.accept({"den"}):
        return _month_days(reader)
    return _spelled_cycle(reader)


def _every(reader: Reader) -> Days | None:
    """«hver dag», «hver 3. dag», «hver uke»; «hver kveld» is a time and left alone."""
    if reader.at(1).text in words.TIMES:
        return None
    reader.take()
    if reader.accept({"dag"}):
        return Days()
    if reader.accept({"uke"}):
        return Days(every_n_days=WEEK)
    if reader.at().text in words.WEEKDAYS:
        return _weekdays(reader)
    number = reader.whole()
    if reader.accept({"dag"}):
        return Days(every_n_days=number) if number > 1 else Days()
    reader.expect({"uke"})
    return Days(every_n_days=number * WEEK)


def _weekdays(reader: Reader) -> Days:
    found = [words.WEEKDAYS[reader.take().text]]
    while _goes_on(reader) and reader.at(1).text in words.WEEKDAYS:
        separator = reader.take().text
        day = words.WEEKDAYS[reader.take().text]
        found += _from_to(found[-1], day) if separator in "-–" else [day]
    reader.accept({"."})
    chosen = tuple(sorted(set(found)))
    weeks = _weeks(reader)
    if weeks > 1:
        return Days(weekdays=chosen, days_on=WEEK, days_off=WEEK * (weeks - 1))
    if reader.word("med"):
        cycle = _spelled_cycle(reader)
        if cycle is not None:
            return Days(weekdays=chosen, days_on=cycle.days_on, days_off=cycle.days_off)
    return Days(weekdays=chosen if len(chosen) < WEEK else ())


def _goes_on(reader: Reader) -> bool:
    return reader.word(",", "og", "-", "–")


def _from_to(first: int, last: int) -> range:
    if last < first:
        raise Invalid("Skriv ukedagene fra mandag mot søndag, for eksempel man-fre.")
    return range(first + 1, last + 1)


def _weeks(reader: Reader) -> int:
    """«hver uke», «i uken», «annenhver uke», «hver 3. uke» after weekdays; 1 when nothing is said."""
    if reader.word(*words.OTHER) and reader.word("uke", ahead=1):
        reader.place += 2
        return 2
    if reader.word("i", "hver", "per") and reader.word("uke", "uken", ahead=1):
        reader.place += 2
        return 1
    if reader.word("hver") and reader.at(1).kind in ("ordinal", "number") and reader.word("uke", ahead=2):
        reader.take()
        weeks = reader.whole()
        reader.take()
        return weeks
    return 1


def _month_days(reader: Reader) -> Days:
    found = [reader.whole()]
    while reader.word(",", "og") and reader.at(1).kind in ("ordinal", "number"):
        reader.take()
        found.append(reader.whole())
    if reader.accept({"hver"}):
        reader.expect({"måned"})
    else:
        reader.expect({"i"})
        reader.expect({"måneden"})
    if max(found) > MOST_MONTH_DAY:
        raise Invalid("En måned har høyst 31 dager.")
    return Days(month_days=tuple(sorted(set(found))))


def _dates(reader: Reader) -> tuple[date, ...]:
    found = [_date(reader)]
    while reader.word(",", "og") and reader.at(1).kind == "date":
        reader.take()
        found.append(_date(reader))
    return tuple(sorted(set(found)))


def _date(reader: Reader) -> date:
    written = reader.take().text
    try:
        return datetime.strptime(written, "%d.%m.%Y").date()  # noqa: DTZ007 - a calendar day has no zone
    except ValueError:
        raise Invalid(f"{written} er ingen dato.") from None


def _spelled_cycle(reader: Reader) -> Days | None:
    """«i 21 dager, deretter 7 dager pause» and «med 21 dager på og 7 dager av»."""
    start = reader.place
    if reader.accept({"med"}):
        on = _day_count(reader)
        reader.expect({"på"})
        reader.expect({"og"})
        off = _day_count(reader)
        reader.expect({"av"})
        return _cycle(on, off)
    if not reader.accept({"i"}) or reader.at().kind != "number":
        reader.place = start
        return None
    on = _day_count(reader)
    reader.accept({","})
    if not reader.accept(words.THEN) or reader.at(2).text != "pause":
        reader.place = start
        return None
    off = _day_count(reader)
    reader.take()
    return _cycle(on, off)


def _day_count(reader: Reader) -> int:
    number = reader.whole()
    if reader.accept(words.WEEKS):
        return number * WEEK
    reader.expect(words.DAYS)
    return number


def duration(reader: Reader) -> int | None:
    """«i 7 dager», «i 2 uker», «x 7 dager»; None when nothing is said."""
    if not (reader.word("i", "x") and reader.at(1).kind == "number"):
        return None
    reader.take()
    return _day_count(reader)


def _cycle(on: int, off: int) -> Days:
    if on < 1 or off < 1:
        raise Invalid("Dager på og dager av må være minst 1.")
    return Days(every_n_days=off + 1) if on == 1 else Days(days_on=on, days_off=off)

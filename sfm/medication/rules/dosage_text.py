"""(Doseringstekst) The dose as a sentence: one function for list, form, M1 and printouts (clinical.md 8.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_calendar, dosage_words
from sfm.medication.rules.dosage import FreeTextDosage, ShortDose
from sfm.medication.rules.dosage_words import LOCALES
from sfm.medication.rules.units import unit as unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfm.medication.rules.dosage import (
        AsNeededDose,
        Dosage,
        DosagePeriod,
        FixedDose,
        StructuredDosage,
    )
    from sfm.medication.rules.dosage_words import Words
    from sfm.medication.rules.units import Unit

HALF, HUNDREDTH = Decimal("0.5"), Decimal("0.01")
NBSP = dosage_words.NBSP
DAY = 24  # hours
WEEK = 7
AMOUNT = re.compile(rf"(?:[\d½,.–{NBSP}]|(?<=\d)\s?-\s?(?=\d))+[{NBSP} ][^\W\d]+")
BEFORE_REASON = frozenset({"ved", "mot", "for", "til"})


def text(dosage: Dosage, *, locale: str = "nb") -> str:
    """What the label says. `locale`: nb | nn | en; a text someone wrote is not translated."""
    if locale not in LOCALES:
        raise ValueError(f"no dosage text in {locale!r}")
    if dosage.text_override:
        return dosage.text_override.strip()
    return instruction_text(dosage, locale=locale)


def instruction_text(dosage: Dosage, *, locale: str = "nb") -> str:
    """The text of the instruction itself, before anyone edited it."""
    instruction = dosage.instruction
    if isinstance(instruction, FreeTextDosage):
        return instruction.text.strip()
    unit = unit_of(dosage.unit, locale)
    if isinstance(instruction, ShortDose):
        return instruction.template.replace("<doser>", unit.plural).replace("<dose>", unit.singular).strip()
    return _Sayer(unit=unit, words=LOCALES[locale]).structure(instruction)


def number(value: Decimal, words: Words = dosage_words.NB) -> str:
    """Decimal comma, no trailing zeros, thousands apart: 0,5 and 1 000."""
    plain = f"{value.normalize():f}"
    whole, _, fraction = plain.partition(".")
    if len(whole) > 3:
        whole = f"{int(whole):,}".replace(",", words.thousands)
    return f"{whole}{words.decimal}{fraction}" if fraction else whole


def amount(value: Decimal, unit: Unit, words: Words = dosage_words.NB) -> str:
    """«1 tablett», «2 tabletter», «½ tablett», «1½ tablett», «0,25 tablett», «2,5 ml»."""
    word = unit.singular if value <= 1 or _halved(value, unit) else unit.plural
    said = digits(value, unit, words)
    return f"{said}{NBSP}{word}" if word else said


def digits(value: Decimal, unit: Unit, words: Words = dosage_words.NB) -> str:
    """The number alone, a half of what can be divided as «½»."""
    if not _halved(value, unit):
        return number(value, words)
    whole = value // 1
    return f"{number(whole, words) if whole else ''}½"


def _halved(value: Decimal, unit: Unit) -> bool:
    return unit.divisible and value % 1 == HALF


def cut(sentence: str) -> tuple[str, str, str]:
    """The sentence cut around its first amount, so that a row can make the amount bold."""
    found = AMOUNT.search(sentence)
    if found is None:
        return sentence, "", ""
    return sentence[: found.start()].strip(), found.group().strip(), sentence[found.end() :].lstrip()


def joined(parts: Sequence[str], words: Words = dosage_words.NB) -> str:
    """«a», «a og b», «a, b og c»."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {words.conjunction} {parts[-1]}"


def _counted(count: int | Decimal, terms: tuple[str, str], words: Words) -> str:
    return f"{number(Decimal(count), words)}{NBSP}{terms[0] if count <= 1 else terms[1]}"


def _days(count: int, words: Words) -> str:
    return f"{count} {words.day[0] if count == 1 else words.day[1]}"


@dataclass(frozen=True, kw_only=True)
class _Sayer:
    """Says one dosage in one language."""

    unit: Unit
    words: Words

    def _amount(self, value: Decimal) -> str:
        return amount(value, self.unit, self.words)

    def structure(self, dosage: StructuredDosage) -> str:
        said = self._sequence(dosage)
        before = [_sentence(p.note_before) for p in dosage.periods if p.note_before]
        advice = dict.fromkeys(one.text for p in dosage.periods for one in p.precautions)
        after = [_sentence(p.note_after) for p in dosage.periods if p.note_after]
        rest = [*map(_sentence, advice), *after]
        if dosage.repeats:
            rest.insert(0, self.words.repeats)
        said = _sentence(said) if rest and said else said
        return " ".join(filter(None, [*before, said, *rest]))

    def _sequence(self, dosage: StructuredDosage) -> str:
        periods, parts = dosage.periods, []
        for number_, period in enumerate(periods):
            said = self._period(period, alone=len(periods) == 1)
            if not said:
                continue
            gap = dosage_calendar.gap(periods[number_ - 1], period) if number_ else 0
            pause = f"{self._pause(gap)}, {self.words.then} " if gap else ""
            parts.append(pause + said)
        return f", {self.words.then} ".join(parts)

    def _pause(self, days: int) -> str:
        return f"{_days(days, self.words)} {self.words.pause}"

    def _period(self, period: DosagePeriod, *, alone: bool) -> str:
        duration = self._duration(period)
        fixed = self._fixed(period.fixed, brief=not alone or bool(duration))
        if period.infusion is not None:
            rate = f"{number(period.infusion.volume, self.words)}{NBSP}{period.infusion.unit}"
            fixed = f"{fixed} {self.words.rate.format(rate, period.infusion.per.lower())}".strip()
        fixed = f"{fixed} {duration}".strip() if fixed else ""
        needed = self._as_needed(period.as_needed, "" if fixed else duration) if period.as_needed else ""
        if fixed and needed:
            return f"{fixed}. {self.words.also} {needed}"
        return fixed or needed

    def _duration(self, period: DosagePeriod) -> str:
        days = dosage_calendar.length(period)
        if days is not None:
            return self.words.during.format(_days(days, self.words))
        return self.words.until.format(f"{period.ends_on:%d.%m.%Y}") if period.ends_on else ""

    def _fixed(self, doses: Sequence[FixedDose], *, brief: bool) -> str:
        groups = _by_days(doses)
        return ", ".join(self._group(group, among=len(groups) > 1, brief=brief) for group in groups)

    def _group(self, doses: list[FixedDose], *, among: bool, brief: bool) -> str:
        """Doses of the same days. What holds for some days only is never left to be read as holding for all."""
        by_amount: dict[Decimal, list[FixedDose]] = {}
        for dose in sorted(doses, key=_moment):
            by_amount.setdefault(dose.amount, []).append(dose)
        days = self._days(doses[0], brief=brief or among)
        if among and not days:
            days = self.words.each_day
        parts = [
            f"{self._amount(value)} {self._when(group, bare=not days)}".strip()
            for value, group in by_amount.items()
        ]
        if not days:
            return ", ".join(parts)
        return f"{joined(parts, self.words)} {days}"

    def _when(self, doses: list[FixedDose], *, bare: bool) -> str:
        times = [self.words.times[dose.time_of_day] for dose in doses if dose.time_of_day]
        clocks = [f"{dose.clock:%H:%M}" for dose in doses if dose.clock is not None]
        words = self.words
        said = joined(times, words)
        if clocks:
            by_clock = words.by_clock.format(joined(clocks, words))
            said = f"{said} {words.conjunction} {by_clock}" if said else by_clock
        return said or (self.words.daily if bare else "")

    def _days(self, dose: FixedDose, *, brief: bool) -> str:
        words = self.words
        if dose.month_days:
            return words.each_month.format(joined([words.nth(day) for day in sorted(dose.month_days)], words))
        if dose.dates:
            return joined([f"{day:%d.%m.%Y}" for day in sorted(dose.dates)], words)
        if every := dosage_calendar.every(dose):
            return words.other_day if every == 2 else words.nth_day.format(every)
        weekdays = (
            joined([words.weekdays[day] for day in sorted(dose.weekdays)], words)
            if len(dose.weekdays) < 7
            else ""
        )
        if not dose.days_on or not dose.days_off:
            return weekdays
        return f"{weekdays} {self._cycle(dose.days_on, dose.days_off, weekdays=bool(weekdays), brief=brief)}".strip()

    def _cycle(self, on: int, off: int, *, weekdays: bool, brief: bool) -> str:
        words = self.words
        if weekdays and on == WEEK and off % WEEK == 0:
            weeks = (on + off) // WEEK
            return words.other_week if weeks == 2 else words.nth_week.format(weeks)
        if brief or weekdays:  # «i 21 dager, deretter …» would be read as a period of the sequence
            return words.on_off.format(_days(on, words), _days(off, words))
        return f"{words.during.format(_days(on, words))}, {words.then} {self._pause(off)}"

    def _as_needed(self, dose: AsNeededDose, duration: str) -> str:
        words = self.words
        first = f"{self._range(dose)} {words.needed}{_reason(dose.reason, words)}"
        if dose.max_times_per_day:
            turns = (
                f"{dose.max_times_per_day} {words.turn[0] if dose.max_times_per_day == 1 else words.turn[1]}"
            )
            first += f", {words.at_most_times.format(turns)}"
        first = f"{first} {duration}".strip()
        more = []
        if dose.max_per_day is not None:
            more.append(words.at_most_a_day.format(self._amount(dose.max_per_day)))
        if dose.max_in_period is not None and dose.period_hours is not None:
            span = self._span(dose.period_hours)
            more.append(words.at_most_in.format(self._amount(dose.max_in_period), span))
        if dose.min_interval_hours is not None:
            more.append(words.at_least_between.format(self._hours(dose.min_interval_hours)))
        return f"{first}. {' '.join(more)}" if more else first

    def _range(self, dose: AsNeededDose) -> str:
        if dose.amount_min == dose.amount_max:
            return self._amount(dose.amount_max)
        return f"{digits(dose.amount_min, self.unit, self.words)}–{self._amount(dose.amount_max)}"

    def _hours(self, hours: Decimal) -> str:
        """In minutes what is no plain number of hours: «20 minutter», «80 minutter», but «1,5 timer»."""
        minutes = (hours * 60).quantize(HUNDREDTH)
        if hours != hours.quantize(HUNDREDTH) or (hours < 1 and minutes % 1 == 0):
            return _counted(minutes, self.words.minute, self.words)
        return _counted(hours, self.words.hour, self.words)

    def _span(self, hours: Decimal) -> str:
        if hours == DAY * WEEK:
            return self.words.week[0]
        if hours % DAY == 0:
            return _days(int(hours // DAY), self.words)
        return self._hours(hours)


def _sentence(said: str) -> str:
    said = said.strip()
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _by_days(doses: Sequence[FixedDose]) -> list[list[FixedDose]]:
    groups: dict[tuple[object, ...], list[FixedDose]] = {}
    for dose in doses:
        groups.setdefault(dosage_calendar.pattern(dose), []).append(dose)
    return list(groups.values())


def _moment(dose: FixedDose) -> tuple[str, str]:
    return (dose.time_of_day, dose.clock.isoformat() if dose.clock else "")


def _reason(reason: str, words: Words) -> str:
    if not reason.strip():
        return ""
    return f" {reason}" if reason.split()[0].lower() in BEFORE_REASON else f" {words.because} {reason}"

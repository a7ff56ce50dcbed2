"""(Doseringstekst) The dose as a sentence: one function for list, form, M1 and printouts (clinical.md 8.5)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.medication.rules.dosage import FreeTextDosage, ShortDose
from sfm.medication.rules.units import unit as unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfm.medication.rules.dosage import AsNeededDose, Dosage, DosagePeriod, FixedDose
    from sfm.medication.rules.units import Unit

NBSP = "\u00a0"
HALF = Decimal("0.5")
TIMES = {"1": "morgen", "2": "formiddag", "3": "midt på dagen", "4": "ettermiddag", "5": "kveld", "6": "natt"}
WEEKDAYS = {
    1: "mandag",
    2: "tirsdag",
    3: "onsdag",
    4: "torsdag",
    5: "fredag",
    6: "lørdag",
    7: "søndag",
}
AMOUNT = re.compile(rf"(?:[\d½,.–{NBSP}]|(?<=\d)\s?-\s?(?=\d))+[{NBSP} ][^\W\d]+")


def text(dosage: Dosage, *, locale: str = "nb") -> str:
    """What the label says. `locale` is kept for nynorsk and English; bokmål is the only one written so far."""
    if locale != "nb":
        raise ValueError(f"no dosage text in {locale!r}")
    if dosage.text_override:
        return dosage.text_override.strip()
    return instruction_text(dosage)


def instruction_text(dosage: Dosage) -> str:
    """The text of the instruction itself, before anyone edited it."""
    instruction = dosage.instruction
    if isinstance(instruction, FreeTextDosage):
        return instruction.text.strip()
    if isinstance(instruction, ShortDose):
        return _short(instruction.template, unit_of(dosage.unit))
    return _periods(instruction.periods, unit_of(dosage.unit))


def number(value: Decimal) -> str:
    """Decimal comma, no trailing zeros, thousands apart: 0,5 and 1 000."""
    plain = f"{value.normalize():f}"
    whole, _, fraction = plain.partition(".")
    if len(whole) > 3:
        whole = f"{int(whole):,}".replace(",", NBSP)
    return f"{whole},{fraction}" if fraction else whole


def amount(value: Decimal, unit: Unit) -> str:
    """«1 tablett», «2 tabletter», «½ tablett», «1½ tablett», «0,25 tablett», «2,5 ml»."""
    whole = value // 1
    if unit.divisible and value - whole == HALF:
        return f"{number(whole) if whole else ''}½{NBSP}{unit.singular}"
    word = unit.singular if value <= 1 else unit.plural
    return f"{number(value)}{NBSP}{word}" if word else number(value)


def cut(sentence: str) -> tuple[str, str, str]:
    """The sentence cut around its first amount, so that a row can make the amount bold."""
    found = AMOUNT.search(sentence)
    if found is None:
        return sentence, "", ""
    return sentence[: found.start()].strip(), found.group().strip(), sentence[found.end() :].lstrip()


def joined(words: Sequence[str]) -> str:
    """«a», «a og b», «a, b og c»."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} og {words[-1]}"


def _short(template: str, unit: Unit) -> str:
    return template.replace("<doser>", unit.plural).replace("<dose>", unit.singular).strip()


def _periods(periods: Iterable[DosagePeriod], unit: Unit) -> str:
    return ", deretter ".join(part for period in periods if (part := _period(period, unit)))


def _period(period: DosagePeriod, unit: Unit) -> str:
    duration = _duration(period)
    fixed = ", ".join(_schedule(doses, unit) for doses in _by_days(period.fixed))
    fixed = f"{fixed} {duration}".strip() if fixed else ""
    needed = _as_needed(period.as_needed, unit) if period.as_needed else ""
    if fixed and needed:
        return f"{fixed}. I tillegg {needed}"
    return fixed or f"{needed} {duration}".strip()


def _duration(period: DosagePeriod) -> str:
    if period.starts_on is None or period.ends_on is None:
        return ""
    days = (period.ends_on - period.starts_on).days + 1
    return f"i {days} {'dag' if days == 1 else 'dager'}"


def _by_days(doses: Sequence[FixedDose]) -> list[list[FixedDose]]:
    groups: dict[tuple[object, ...], list[FixedDose]] = {}
    for dose in doses:
        groups.setdefault((dose.weekdays, dose.days_on, dose.days_off), []).append(dose)
    return list(groups.values())


def _schedule(doses: list[FixedDose], unit: Unit) -> str:
    by_amount: dict[Decimal, list[FixedDose]] = {}
    for dose in sorted(doses, key=_moment):
        by_amount.setdefault(dose.amount, []).append(dose)
    parts = [f"{amount(value, unit)} {_when(group)}".strip() for value, group in by_amount.items()]
    days = _days(doses[0])
    return f"{', '.join(parts)}{' ' + days if days else ''}"


def _moment(dose: FixedDose) -> tuple[str, str]:
    return (dose.time_of_day, dose.clock.isoformat() if dose.clock else "")


def _when(doses: list[FixedDose]) -> str:
    times = [TIMES[dose.time_of_day] for dose in doses if dose.time_of_day]
    clocks = [f"{dose.clock:%H:%M}" for dose in doses if dose.clock is not None]
    said = joined(times)
    if clocks:
        said = f"{said} og kl. {joined(clocks)}" if said else f"kl. {joined(clocks)}"
    if said:
        return said
    return "" if doses[0].weekdays or doses[0].days_on else "daglig"


def _days(dose: FixedDose) -> str:
    if dose.weekdays and len(dose.weekdays) < 7:
        return joined([WEEKDAYS[day] for day in sorted(dose.weekdays)])
    if not dose.days_on or not dose.days_off:
        return ""
    if dose.days_on == 1:
        return "annenhver dag" if dose.days_off == 1 else f"hver {dose.days_off + 1}. dag"
    return (
        f"i {dose.days_on} dager, deretter {dose.days_off} {'dag' if dose.days_off == 1 else 'dager'} pause"
    )


def _as_needed(dose: AsNeededDose, unit: Unit) -> str:
    first = f"{_range(dose, unit)} ved behov{_reason(dose.reason)}"
    if dose.max_times_per_day:
        times = "1 gang" if dose.max_times_per_day == 1 else f"{dose.max_times_per_day} ganger"
        first += f", inntil {times} i døgnet"
    more = []
    if dose.max_per_day is not None:
        more.append(f"Maks {amount(dose.max_per_day, unit)} per døgn.")
    if dose.min_interval_hours is not None:
        hours = "time" if dose.min_interval_hours <= 1 else "timer"
        more.append(f"Minst {number(dose.min_interval_hours)}{NBSP}{hours} mellom hver dose.")
    return f"{first}. {' '.join(more)}" if more else first


def _range(dose: AsNeededDose, unit: Unit) -> str:
    if dose.amount_min == dose.amount_max:
        return amount(dose.amount_max, unit)
    low = amount(dose.amount_min, unit).partition(NBSP)[0] if unit.divisible else number(dose.amount_min)
    return f"{low}–{amount(dose.amount_max, unit)}"


def _reason(reason: str) -> str:
    if not reason:
        return ""
    return f" {reason}" if reason.split()[0].lower() in {"ved", "mot", "for", "til"} else f" ved {reason}"

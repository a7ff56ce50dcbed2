"""The dose in the form: short dose, structure or free text, and what only other systems can write, kept as it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING

from portals.treatment.forms.reading import amount_text, whole_text
from sfm.core.errors import Invalid
from sfm.medication.rules import dosage_data, dosage_taper, dosage_text, quick
from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)
from sfm.medication.rules.dosage_guards import unit_problem

if TYPE_CHECKING:
    from portals.treatment.forms.offer import Offer
    from portals.treatment.forms.reading import Reading

NO_TIME = "t0"  # a dose of the day, at no particular time
TIMES = {NO_TIME: "", "t1": "1", "t2": "2", "t3": "3", "t4": "4", "t5": "5", "t6": "6"}  # 8325
CLOCKS = {f"c{n}": f"ca{n}" for n in range(1, 5)}  # by the clock: when, and how much
WEEKDAYS = {f"d{day}": day for day in range(1, 8)}  # 9082
DAYS = ("every", "days_on", "days_off", "month_days")
AS_NEEDED = ("vb_min", "vb_max", "vb_times", "vb_day", "vb_hours", "vb_reason")
TAPER = ("tp_start", "tp_step", "tp_every", "tp_target", "tp_time")
STRUCTURE = (*TIMES, *CLOCKS, *CLOCKS.values(), *WEEKDAYS, *DAYS, *AS_NEEDED, *TAPER)
FIELDS = ("dose_mode", "dose_unit", "quick", "short", "dose_text", "kept", "dose_reason", *STRUCTURE)
KEPT_LENGTH = 20_000
CLOCK = re.compile(r"([01]?[0-9]|2[0-3])(?:[:.]([0-5][0-9]))?")  # 8 · 08:00 · 8.30
NOT_A_TIME = "Skriv klokkeslettet som 08:00, med en mengde ved siden av."


def read(reading: Reading, offer: Offer) -> Dosage:
    """What the fields say; an empty free text when they say nothing (validation asks for a dose then)."""
    dosage = _meant(reading, offer)
    if reading.text("dose_mode") != "kept" and (wrong := unit_problem(dosage.unit, offer.dose_units)):
        reading.problems["dosage"] = wrong
    reason = reading.text("dose_reason")
    return replace(dosage, reason=reason) if reason else dosage


def _meant(reading: Reading, offer: Offer) -> Dosage:
    unit = reading.text("dose_unit") or offer.unit
    mode = reading.text("dose_mode")
    if mode == "short":
        return Dosage(unit=unit, instruction=_short(reading, offer))
    if mode == "text":
        return Dosage(unit=unit, instruction=FreeTextDosage(text=reading.text("dose_text")))
    if mode == "kept":
        return _kept(reading) or Dosage(unit=unit, instruction=FreeTextDosage(text=""))
    if reading.text("quick"):
        return _quick(reading, unit)
    if any(reading.text(name) for name in TAPER[:4]):
        return Dosage(unit=unit, instruction=_taper(reading))
    return Dosage(unit=unit, instruction=_structure(reading))


def fields(dosage: Dosage) -> dict[str, str]:
    """The fields that say this dosage. What they cannot say in full is kept whole, and can be replaced."""
    instruction = dosage.instruction
    said = {"dose_unit": dosage.unit, "dose_reason": dosage.reason}
    if dosage.text_override or isinstance(instruction, FreeTextDosage):
        return said | {"dose_mode": "text", "dose_text": dosage_text.text(dosage)}
    if isinstance(instruction, ShortDose):
        return said | {"dose_mode": "short", "short": instruction.code, "kept": _whole(dosage)}
    filled = structure_fields(instruction) or _as_quick(dosage, instruction)
    if filled is None:
        return said | {"dose_mode": "kept", "kept": _whole(dosage)}
    return said | {"dose_mode": "structured"} | filled


def _as_quick(dosage: Dosage, structure: StructuredDosage) -> dict[str, str] | None:
    """A sequence is written as its own text, when that is read back as the very same dose."""
    said = dosage_text.instruction_text(dosage)
    meant = quick.parse(said, dosage.unit)
    return {"quick": said} if meant is not None and meant.instruction == structure else None


def structure_fields(structure: StructuredDosage) -> dict[str, str] | None:
    """None when the structure says more than the boxes can."""
    if taper := dosage_taper.of(structure):
        return _taper_fields(taper)
    if len(structure.periods) != 1 or structure.repeats:
        return None
    period = structure.periods[0]
    plain = DosagePeriod(fixed=period.fixed, as_needed=period.as_needed)
    if period != plain or len({_days(dose) for dose in period.fixed}) > 1:
        return None
    clocks = [dose for dose in period.fixed if dose.clock]
    by_time = {dose.time_of_day: amount_text(dose.amount) for dose in period.fixed if not dose.clock}
    if len(by_time) + len(clocks) != len(period.fixed) or len(clocks) > len(CLOCKS):
        return None
    if any(dose.dates for dose in period.fixed) or (period.as_needed and period.as_needed.max_in_period):
        return None
    said = {name: by_time.get(time, "") for name, time in TIMES.items()}
    for (clock, amount), dose in zip(CLOCKS.items(), clocks, strict=False):
        said |= {clock: f"{dose.clock:%H:%M}", amount: amount_text(dose.amount)}
    if period.fixed:
        said |= _day_fields(period.fixed[0])
    return said | (_as_needed_fields(period.as_needed) if period.as_needed else {})


def quick_fields(entry: str, unit: str) -> dict[str, str] | None:
    """The structure a quick entry means, as fields; None when it is not one."""
    meant = quick.parse(entry, unit)
    if meant is None or not isinstance(meant.instruction, StructuredDosage):
        return None
    blank = dict.fromkeys(STRUCTURE, "")
    return blank | (structure_fields(meant.instruction) or {})


def _quick(reading: Reading, unit: str) -> Dosage:
    """What was typed in a hurry counts before the boxes: without JavaScript they have not been filled."""
    try:
        meant = quick.read(reading.text("quick"), unit)
    except Invalid as problem:
        reading.problems["dosage"] = problem.text
        return Dosage(unit=unit, instruction=FreeTextDosage(text=""))
    return _with_reason(meant, reading.text("vb_reason"))


def _taper(reading: Reading) -> StructuredDosage | FreeTextDosage:
    start, step, target = (
        reading.amount(name, said_at="dosage") for name in ("tp_start", "tp_step", "tp_target")
    )
    days = reading.whole("tp_every", said_at="dosage")
    if start is None or step is None or days is None:
        reading.problems.setdefault(
            "dosage", "En trapp trenger start, trinn og hvor mange dager hvert trinn varer."
        )
        return FreeTextDosage(text="")
    try:
        return dosage_taper.structure(
            dosage_taper.Taper(
                start=start,
                step=step,
                every_days=days,
                target=target or Decimal(0),
                time_of_day=TIMES.get(reading.text("tp_time"), ""),
            )
        )
    except Invalid as problem:
        reading.problems["dosage"] = problem.text
        return FreeTextDosage(text="")


def _taper_fields(taper: dosage_taper.Taper) -> dict[str, str]:
    return {
        "tp_start": amount_text(taper.start) or "0",
        "tp_step": amount_text(taper.step),
        "tp_every": whole_text(taper.every_days),
        "tp_target": amount_text(taper.target) or "0",
        "tp_time": next(name for name, time in TIMES.items() if time == taper.time_of_day),
    }


def _with_reason(dosage: Dosage, reason: str) -> Dosage:
    if not reason or not isinstance(dosage.instruction, StructuredDosage):
        return dosage
    periods = tuple(
        replace(period, as_needed=replace(period.as_needed, reason=period.as_needed.reason or reason))
        if period.as_needed
        else period
        for period in dosage.instruction.periods
    )
    return replace(dosage, instruction=StructuredDosage(periods=periods))


def _short(reading: Reading, offer: Offer) -> ShortDose | FreeTextDosage:
    code = reading.text("short")
    found = next((dose for dose in offer.short_doses if dose.code == code), None)
    if found is not None:
        return found
    kept = _kept(reading)
    if kept is not None and isinstance(kept.instruction, ShortDose) and kept.instruction.code == code:
        return kept.instruction
    return FreeTextDosage(text="")


def _structure(reading: Reading) -> StructuredDosage:
    weekdays = tuple(day for name, day in WEEKDAYS.items() if reading.checked(name))
    on, off, every = (reading.whole(name, said_at="dosage") for name in ("days_on", "days_off", "every"))
    days = FixedDose(
        amount=Decimal(0),
        weekdays=weekdays if len(weekdays) < len(WEEKDAYS) else (),
        days_on=on,
        days_off=off,
        every_n_days=every,
        month_days=_month_days(reading),
    )
    amounts = {time: reading.amount(name, said_at="dosage") for name, time in TIMES.items()}
    doses = [replace(days, amount=amount, time_of_day=time) for time, amount in amounts.items() if amount]
    doses += [replace(days, amount=amount, clock=at) for at, amount in _clocks(reading)]
    period = DosagePeriod(fixed=tuple(doses), as_needed=_as_needed(reading))
    return StructuredDosage(periods=(period,) if doses or period.as_needed else ())


def _clocks(reading: Reading) -> list[tuple[time, Decimal]]:
    found = []
    for clock, name in CLOCKS.items():
        typed, amount = reading.text(clock), reading.amount(name, said_at="dosage")
        if not typed and amount is None:
            continue
        said = CLOCK.fullmatch(typed)
        if said is None:
            reading.problems["dosage"] = NOT_A_TIME
            continue
        found.append((time(int(said[1]), int(said[2] or 0)), amount or Decimal(0)))
    return found


def _month_days(reading: Reading) -> tuple[int, ...]:
    """«1, 15» or «1. og 15.»."""
    said = re.findall(r"[^\s,.]+", reading.text("month_days").replace(" og ", " "))
    if all(one.isascii() and one.isdigit() and len(one) < 3 for one in said):
        return tuple(sorted({int(one) for one in said}))
    reading.problems["dosage"] = "Skriv dagene i måneden som tall, for eksempel 1, 15."
    return ()


def _day_fields(dose: FixedDose) -> dict[str, str]:
    said = {name: "1" if day in dose.weekdays else "" for name, day in WEEKDAYS.items()}
    return said | {
        "days_on": whole_text(dose.days_on),
        "days_off": whole_text(dose.days_off),
        "every": whole_text(dose.every_n_days),
        "month_days": ", ".join(map(str, dose.month_days)),
    }


def _as_needed(reading: Reading) -> AsNeededDose | None:
    low, high, most, hours = (
        reading.amount(name, said_at="dosage") for name in ("vb_min", "vb_max", "vb_day", "vb_hours")
    )
    if low is None and high is None:
        return None
    high = high if high is not None else low
    return AsNeededDose(
        amount_min=low if low is not None else high or Decimal(0),
        amount_max=high or Decimal(0),
        max_times_per_day=reading.whole("vb_times", said_at="dosage"),
        max_per_day=most,
        min_interval_hours=hours,
        reason=reading.text("vb_reason"),
    )


def _as_needed_fields(dose: AsNeededDose) -> dict[str, str]:
    return {
        "vb_min": amount_text(dose.amount_min),
        "vb_max": amount_text(dose.amount_max),
        "vb_times": whole_text(dose.max_times_per_day),
        "vb_day": amount_text(dose.max_per_day),
        "vb_hours": amount_text(dose.min_interval_hours),
        "vb_reason": dose.reason,
    }


def _days(dose: FixedDose) -> tuple[object, ...]:
    return (dose.weekdays, dose.days_on, dose.days_off, dose.every_n_days, dose.month_days)


def _whole(dosage: Dosage) -> str:
    return json.dumps(dosage_data.to_data(dosage))


def _kept(reading: Reading) -> Dosage | None:
    written = reading.text("kept")
    if not written or len(written) > KEPT_LENGTH:
        return None
    try:
        return dosage_data.from_data(json.loads(written))
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError):
        reading.problems["dosage"] = "Doseringen kunne ikke leses. Skriv den på nytt."
        return None

"""The dose in the form: short dose, structure or free text, and what only other systems can write, kept as it is."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from portals.treatment.forms.reading import amount_text, whole_text
from sfm.medication.rules import dosage_data, dosage_text, quick
from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    ShortDose,
    StructuredDosage,
)

if TYPE_CHECKING:
    from portals.treatment.forms.offer import Offer
    from portals.treatment.forms.reading import Reading

NO_TIME = "t0"  # a dose of the day, at no particular time
TIMES = {NO_TIME: "", "t1": "1", "t2": "2", "t3": "3", "t4": "4", "t5": "5", "t6": "6"}  # 8325
WEEKDAYS = {f"d{day}": day for day in range(1, 8)}  # 9082
AS_NEEDED = ("vb_min", "vb_max", "vb_times", "vb_day", "vb_hours", "vb_reason")
STRUCTURE = (*TIMES, *WEEKDAYS, "days_on", "days_off", *AS_NEEDED)
FIELDS = ("dose_mode", "dose_unit", "quick", "short", "dose_text", "kept", *STRUCTURE)
NOT_QUICK = "Forstår ikke hurtigdoseringen. Skriv for eksempel 1+0+1, 1x3, 2 vesp eller 1 vb maks 4."
KEPT_LENGTH = 20_000


def read(reading: Reading, offer: Offer) -> Dosage:
    """What the fields say; an empty free text when they say nothing (validation asks for a dose then)."""
    unit = reading.text("dose_unit") or offer.unit
    mode = reading.text("dose_mode")
    if mode == "short":
        return Dosage(unit=unit, instruction=_short(reading, offer))
    if mode == "text":
        return Dosage(unit=unit, instruction=FreeTextDosage(text=reading.text("dose_text")))
    if mode == "kept":
        return _kept(reading) or Dosage(unit=unit, instruction=FreeTextDosage(text=""))
    return _quick(reading, unit) or Dosage(unit=unit, instruction=_structure(reading))


def fields(dosage: Dosage) -> dict[str, str]:
    """The fields that say this dosage. What they cannot say in full is kept whole, and can be replaced."""
    instruction = dosage.instruction
    said = {"dose_unit": dosage.unit}
    if dosage.text_override or isinstance(instruction, FreeTextDosage):
        return said | {"dose_mode": "text", "dose_text": dosage_text.text(dosage)}
    if isinstance(instruction, ShortDose):
        return said | {"dose_mode": "short", "short": instruction.code, "kept": _whole(dosage)}
    filled = structure_fields(instruction)
    if filled is None:
        return said | {"dose_mode": "kept", "kept": _whole(dosage)}
    return said | {"dose_mode": "structured"} | filled


def structure_fields(structure: StructuredDosage) -> dict[str, str] | None:
    """None when the structure says more than the fields can."""
    if len(structure.periods) != 1:
        return None
    period = structure.periods[0]
    if period.starts_on or period.ends_on or len({_days(dose) for dose in period.fixed}) > 1:
        return None
    if any(dose.clock for dose in period.fixed):
        return None
    by_time = {dose.time_of_day: amount_text(dose.amount) for dose in period.fixed}
    if len(by_time) != len(period.fixed):
        return None
    said = {name: by_time.get(time, "") for name, time in TIMES.items()}
    if period.fixed:
        first = period.fixed[0]
        said |= {name: "1" if day in first.weekdays else "" for name, day in WEEKDAYS.items()}
        said |= {"days_on": whole_text(first.days_on), "days_off": whole_text(first.days_off)}
    return said | (_as_needed_fields(period.as_needed) if period.as_needed else {})


def quick_fields(entry: str, unit: str) -> dict[str, str] | None:
    """The structure a quick entry means, as fields; None when it is not one."""
    meant = quick.parse(entry, unit)
    if meant is None or not isinstance(meant.instruction, StructuredDosage):
        return None
    blank = dict.fromkeys(STRUCTURE, "")
    return blank | (structure_fields(meant.instruction) or {})


def _quick(reading: Reading, unit: str) -> Dosage | None:
    """What was typed in a hurry counts before the boxes: without JavaScript they have not been filled."""
    entry = reading.text("quick")
    if not entry:
        return None
    meant = quick.parse(entry, unit)
    if meant is None:
        reading.problems["dosage"] = NOT_QUICK
        return None
    return _with_reason(meant, reading.text("vb_reason"))


def _with_reason(dosage: Dosage, reason: str) -> Dosage:
    if not reason or not isinstance(dosage.instruction, StructuredDosage):
        return dosage
    periods = tuple(
        replace(period, as_needed=replace(period.as_needed, reason=reason)) if period.as_needed else period
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
    on, off = (reading.whole(name, said_at="dosage") for name in ("days_on", "days_off"))
    amounts = {time: reading.amount(name, said_at="dosage") for name, time in TIMES.items()}
    doses = tuple(
        FixedDose(
            amount=amount,
            time_of_day=time,
            weekdays=weekdays if len(weekdays) < 7 else (),
            days_on=on,
            days_off=off,
        )
        for time, amount in amounts.items()
        if amount
    )
    period = DosagePeriod(fixed=doses, as_needed=_as_needed(reading))
    return StructuredDosage(periods=(period,) if doses or period.as_needed else ())


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
    return (dose.weekdays, dose.days_on, dose.days_off)


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

"""A dosage as JSON and back, without loss. Amounts travel as text: JSON numbers are floats."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from sfm.medication.rules.dosage import (
    AsNeededDose,
    Dosage,
    DosagePeriod,
    FixedDose,
    FreeTextDosage,
    InfusionRate,
    Precaution,
    ShortDose,
    StructuredDosage,
)

Data = dict[str, Any]


def to_data(dosage: Dosage) -> Data:
    data: Data = {"unit": dosage.unit, **_instruction_data(dosage.instruction)}
    return data | _filled(override=dosage.text_override, reason=dosage.reason)


def from_data(data: Data) -> Dosage:
    """Raises KeyError or ValueError on data this module did not write."""
    return Dosage(
        unit=data["unit"],
        instruction=_instruction(data),
        text_override=data.get("override", ""),
        reason=data.get("reason", ""),
    )


def kind(dosage: Dosage) -> str:
    """short | structured | text, as it will be sent: an edited text is free text (8.5 rule 12)."""
    if dosage.text_override:
        return "text"
    return str(_instruction_data(dosage.instruction)["kind"])


def _instruction_data(instruction: ShortDose | StructuredDosage | FreeTextDosage) -> Data:
    if isinstance(instruction, ShortDose):
        return {"kind": "short", "code": instruction.code, "template": instruction.template}
    if isinstance(instruction, FreeTextDosage):
        return {"kind": "text", "text": instruction.text}
    periods = [_period_data(period) for period in instruction.periods]
    return {"kind": "structured", "periods": periods} | ({"repeats": True} if instruction.repeats else {})


def _instruction(data: Data) -> ShortDose | StructuredDosage | FreeTextDosage:
    if data["kind"] == "short":
        return ShortDose(code=data["code"], template=data["template"])
    if data["kind"] == "text":
        return FreeTextDosage(text=data["text"])
    if data["kind"] == "structured":
        periods = tuple(_period(period) for period in data["periods"])
        return StructuredDosage(periods=periods, repeats=bool(data.get("repeats")))
    raise ValueError(f"unknown kind of dosage {data['kind']!r}")


def _period_data(period: DosagePeriod) -> Data:
    return _filled(
        starts_on=period.starts_on and period.starts_on.isoformat(),
        ends_on=period.ends_on and period.ends_on.isoformat(),
        days=period.days,
        fixed=[_fixed_data(dose) for dose in period.fixed],
        as_needed=period.as_needed and _as_needed_data(period.as_needed),
        infusion=period.infusion and _infusion_data(period.infusion),
        before=period.note_before,
        after=period.note_after,
        precautions=[{"code": one.code, "text": one.text} for one in period.precautions],
    )


def _period(data: Data) -> DosagePeriod:
    return DosagePeriod(
        starts_on=_date(data.get("starts_on")),
        ends_on=_date(data.get("ends_on")),
        days=data.get("days"),
        fixed=tuple(_fixed(dose) for dose in data.get("fixed", ())),
        as_needed=_as_needed(data["as_needed"]) if data.get("as_needed") else None,
        infusion=_infusion(data["infusion"]) if data.get("infusion") else None,
        note_before=data.get("before", ""),
        note_after=data.get("after", ""),
        precautions=tuple(Precaution(code=p["code"], text=p["text"]) for p in data.get("precautions", ())),
    )


def _infusion_data(rate: InfusionRate) -> Data:
    return {"volume": str(rate.volume), "unit": rate.unit, "per": rate.per}


def _infusion(data: Data) -> InfusionRate:
    return InfusionRate(volume=Decimal(data["volume"]), unit=data["unit"], per=data["per"])


def _fixed_data(dose: FixedDose) -> Data:
    return _filled(
        amount=str(dose.amount),
        time_of_day=dose.time_of_day,
        clock=dose.clock and dose.clock.isoformat(timespec="minutes"),
        weekdays=list(dose.weekdays),
        days_on=dose.days_on,
        days_off=dose.days_off,
        every=dose.every_n_days,
        month_days=list(dose.month_days),
        dates=[day.isoformat() for day in dose.dates],
    )


def _fixed(data: Data) -> FixedDose:
    return FixedDose(
        amount=Decimal(data["amount"]),
        time_of_day=data.get("time_of_day", ""),
        clock=time.fromisoformat(data["clock"]) if data.get("clock") else None,
        weekdays=tuple(data.get("weekdays", ())),
        days_on=data.get("days_on"),
        days_off=data.get("days_off"),
        every_n_days=data.get("every"),
        month_days=tuple(data.get("month_days", ())),
        dates=tuple(map(date.fromisoformat, data.get("dates", ()))),
    )


def _as_needed_data(dose: AsNeededDose) -> Data:
    return _filled(
        min=str(dose.amount_min),
        max=str(dose.amount_max),
        times=dose.max_times_per_day,
        per_day=None if dose.max_per_day is None else str(dose.max_per_day),
        interval=None if dose.min_interval_hours is None else str(dose.min_interval_hours),
        in_period=None if dose.max_in_period is None else str(dose.max_in_period),
        period=None if dose.period_hours is None else str(dose.period_hours),
        reason=dose.reason,
    )


def _as_needed(data: Data) -> AsNeededDose:
    return AsNeededDose(
        amount_min=Decimal(data["min"]),
        amount_max=Decimal(data["max"]),
        max_times_per_day=data.get("times"),
        max_per_day=_decimal(data.get("per_day")),
        min_interval_hours=_decimal(data.get("interval")),
        max_in_period=_decimal(data.get("in_period")),
        period_hours=_decimal(data.get("period")),
        reason=data.get("reason", ""),
    )


def _filled(**values: Any) -> Data:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)

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
    ShortDose,
    StructuredDosage,
)

Data = dict[str, Any]


def to_data(dosage: Dosage) -> Data:
    data: Data = {"unit": dosage.unit, **_instruction_data(dosage.instruction)}
    if dosage.text_override:
        data["override"] = dosage.text_override
    return data


def from_data(data: Data) -> Dosage:
    """Raises KeyError or ValueError on data this module did not write."""
    return Dosage(unit=data["unit"], instruction=_instruction(data), text_override=data.get("override", ""))


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
    return {"kind": "structured", "periods": [_period_data(period) for period in instruction.periods]}


def _instruction(data: Data) -> ShortDose | StructuredDosage | FreeTextDosage:
    if data["kind"] == "short":
        return ShortDose(code=data["code"], template=data["template"])
    if data["kind"] == "text":
        return FreeTextDosage(text=data["text"])
    if data["kind"] == "structured":
        return StructuredDosage(periods=tuple(_period(period) for period in data["periods"]))
    raise ValueError(f"unknown kind of dosage {data['kind']!r}")


def _period_data(period: DosagePeriod) -> Data:
    return _filled(
        starts_on=period.starts_on and period.starts_on.isoformat(),
        ends_on=period.ends_on and period.ends_on.isoformat(),
        fixed=[_fixed_data(dose) for dose in period.fixed],
        as_needed=period.as_needed and _as_needed_data(period.as_needed),
    )


def _period(data: Data) -> DosagePeriod:
    return DosagePeriod(
        starts_on=_date(data.get("starts_on")),
        ends_on=_date(data.get("ends_on")),
        fixed=tuple(_fixed(dose) for dose in data.get("fixed", ())),
        as_needed=_as_needed(data["as_needed"]) if data.get("as_needed") else None,
    )


def _fixed_data(dose: FixedDose) -> Data:
    return _filled(
        amount=str(dose.amount),
        time_of_day=dose.time_of_day,
        clock=dose.clock and dose.clock.isoformat(timespec="minutes"),
        weekdays=list(dose.weekdays),
        days_on=dose.days_on,
        days_off=dose.days_off,
    )


def _fixed(data: Data) -> FixedDose:
    return FixedDose(
        amount=Decimal(data["amount"]),
        time_of_day=data.get("time_of_day", ""),
        clock=time.fromisoformat(data["clock"]) if data.get("clock") else None,
        weekdays=tuple(data.get("weekdays", ())),
        days_on=data.get("days_on"),
        days_off=data.get("days_off"),
    )


def _as_needed_data(dose: AsNeededDose) -> Data:
    return _filled(
        min=str(dose.amount_min),
        max=str(dose.amount_max),
        times=dose.max_times_per_day,
        per_day=None if dose.max_per_day is None else str(dose.max_per_day),
        interval=None if dose.min_interval_hours is None else str(dose.min_interval_hours),
        reason=dose.reason,
    )


def _as_needed(data: Data) -> AsNeededDose:
    return AsNeededDose(
        amount_min=Decimal(data["min"]),
        amount_max=Decimal(data["max"]),
        max_times_per_day=data.get("times"),
        max_per_day=_decimal(data.get("per_day")),
        min_interval_hours=_decimal(data.get("interval")),
        reason=data.get("reason", ""),
    )


def _filled(**values: Any) -> Data:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)

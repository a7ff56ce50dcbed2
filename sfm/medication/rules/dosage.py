"""How a dose is said: three kinds, one closed family of values (clinical.md 8). Amounts are Decimal, never float."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, time
    from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class FixedDose:
    """A dose at a time of day (8325: 1 morgen … 6 natt) or by the clock, on some or all days."""

    amount: Decimal
    time_of_day: str = ""  # 8325
    clock: time | None = None
    weekdays: tuple[int, ...] = ()  # 9082: 1 mandag … 7 søndag; empty = every day
    days_on: int | None = None
    days_off: int | None = None


@dataclass(frozen=True, kw_only=True)
class AsNeededDose:
    """A dose when needed (ved behov)."""

    amount_min: Decimal
    amount_max: Decimal
    max_times_per_day: int | None = None
    max_per_day: Decimal | None = None
    min_interval_hours: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DosagePeriod:
    """(Sekvens) Doses that hold between two dates; several periods follow each other."""

    starts_on: date | None = None
    ends_on: date | None = None
    fixed: tuple[FixedDose, ...] = ()
    as_needed: AsNeededDose | None = None


@dataclass(frozen=True, kw_only=True)
class ShortDose:
    """(Kortdose) A code of 7478 whose text holds <dose>/<doser> for the unit; kept while the text is unedited."""

    code: str
    template: str  # «1 <dose> morgen»


@dataclass(frozen=True, kw_only=True)
class StructuredDosage:
    """(Strukturert dosering)"""

    periods: tuple[DosagePeriod, ...]


@dataclass(frozen=True, kw_only=True)
class FreeTextDosage:
    """(Dosering fritekst, DSSN)"""

    text: str


@dataclass(frozen=True, kw_only=True)
class Dosage:
    """The dose of a treatment: exactly one instruction, its unit, and what else the label says."""

    unit: str  # 7480 code: 13 tablett, 6 kapsel, 8 ml …
    instruction: ShortDose | StructuredDosage | FreeTextDosage
    text_override: str = field(default="")  # edited by hand: free text from then on

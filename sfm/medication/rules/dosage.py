"""How a dose is said: three kinds, one closed family of values (clinical.md 8). Amounts are Decimal, never float."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, time
    from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class FixedDose:
    """A dose at a time of day (8325: 1 morgen … 6 natt) or by the clock, on some or all days.

    A clock time is given exactly, a time of day never is. At most one way of choosing days holds; only weekdays may
    be joined with days on and off, when these make whole weeks.
    """

    amount: Decimal
    time_of_day: str = ""  # 8325
    clock: time | None = None
    weekdays: tuple[int, ...] = ()  # 9082: 1 mandag … 7 søndag; empty = every day
    days_on: int | None = None
    days_off: int | None = None
    every_n_days: int | None = None  # 2 = every other day, counted from the first day of the period
    month_days: tuple[int, ...] = ()  # 1 … 31
    dates: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AsNeededDose:
    """A dose when needed (ved behov). `amount_max` is the most in one dose."""

    amount_min: Decimal
    amount_max: Decimal
    max_times_per_day: int | None = None
    max_per_day: Decimal | None = None
    min_interval_hours: Decimal | None = None
    max_in_period: Decimal | None = None
    period_hours: Decimal | None = None  # what max_in_period is counted over
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class InfusionRate:
    """(Infusjonshastighet) Read from others, never written: no outpatient is given an infusion by prescription."""

    volume: Decimal
    unit: str  # as the message says it: ml
    per: str  # 9088 as a word: Time


@dataclass(frozen=True, kw_only=True)
class Precaution:
    """(Forholdsregel ved inntak) A code of 7479 with its text."""

    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class DosagePeriod:
    """(Sekvens) Doses that hold between two dates, or for a number of days; several periods follow each other."""

    starts_on: date | None = None
    ends_on: date | None = None
    days: int | None = None  # instead of ends_on; the period then begins where the one before it ended
    fixed: tuple[FixedDose, ...] = ()
    as_needed: AsNeededDose | None = None
    infusion: InfusionRate | None = None
    note_before: str = ""
    note_after: str = ""
    precautions: tuple[Precaution, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShortDose:
    """(Kortdose) A code of 7478 whose text holds <dose>/<doser> for the unit; kept while the text is unedited."""

    code: str
    template: str  # «1 <dose> morgen»


@dataclass(frozen=True, kw_only=True)
class StructuredDosage:
    """(Strukturert dosering) `repeats`: after the last period the first begins anew."""

    periods: tuple[DosagePeriod, ...]
    repeats: bool = False


@dataclass(frozen=True, kw_only=True)
class FreeTextDosage:
    """(Dosering fritekst, DSSN)"""

    text: str


@dataclass(frozen=True, kw_only=True)
class Dosage:
    """The dose of a treatment: exactly one instruction, its unit, and what else the label says."""

    unit: str  # 7480 code: 13 tablett, 6 kapsel, 8 ml …
    instruction: ShortDose | StructuredDosage | FreeTextDosage
    text_override: str = ""  # edited by hand: free text from then on
    reason: str = ""  # why a dose that a guard stops is meant all the same (rulings.md 15)

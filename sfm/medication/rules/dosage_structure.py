"""Whether a structured dose can be meant at all: what contradicts itself, in words for the person."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfm.medication.rules.dosage import AsNeededDose, DosagePeriod, FixedDose, StructuredDosage

EMPTY = "Skriv dosering."
POSITIVE = "Dosen må være større enn null."
FORBIDDEN = frozenset("@|<>/\\&°+")  # portals.md 8, MEDi-027: what can be mistaken for a digit or a word
LONGEST = 3 * 366  # days: no treatment is written further ahead
LAST_MONTH_DAY = 31
WEEK = 7


def structure_problem(dosage: StructuredDosage) -> str:
    """ "" when the structure can be meant."""
    periods = dosage.periods
    if not periods:
        return EMPTY
    return (
        next(filter(None, map(_period_problem, periods)), "")
        or next(filter(None, (_order(before, after) for before, after in pairwise(periods))), "")
        or _sequence_problem(dosage)
    )


def _order(before: DosagePeriod, after: DosagePeriod) -> str:
    """D03. A period without end runs for ever, and nothing comes after it."""
    if before.days is None and before.ends_on is None:
        return "Når doseringen har flere perioder, må alle ha datoer eller antall dager."
    if before.ends_on and after.starts_on and after.starts_on <= before.ends_on:
        return "Doseringsperiodene overlapper."
    if (before.days is None) != (after.starts_on is not None):
        return "Bruk enten datoer eller antall dager i alle perioder."
    return ""


def _sequence_problem(dosage: StructuredDosage) -> str:
    if len(dosage.periods) > 1 and any(period.as_needed for period in dosage.periods):
        return "Ved behov kan ikke være del av en trapp. Skriv den som en egen behandling."
    last = dosage.periods[-1]
    if dosage.repeats and last.days is None and last.ends_on is None:
        return "Det som skal gjentas, må ha en lengde."
    return ""


def _period_problem(period: DosagePeriod) -> str:
    if not period.fixed and period.as_needed is None:
        return EMPTY
    return (
        _length_problem(period)
        or (_as_needed_problem(period.as_needed) if period.as_needed else "")
        or next(filter(None, map(_fixed_problem, period.fixed)), "")
        or _twice(period.fixed)
    )


def _length_problem(period: DosagePeriod) -> str:
    if period.days is not None and not 1 <= period.days <= LONGEST:
        return "En periode må vare fra 1 dag til 3 år."
    if period.days is not None and period.ends_on is not None:
        return "Oppgi enten sluttdato eller antall dager for en periode."
    if period.starts_on and period.ends_on and period.ends_on < period.starts_on:
        return "En doseringsperiode slutter før den begynner."
    return ""


def _fixed_problem(dose: FixedDose) -> str:
    if dose.amount <= 0:
        return POSITIVE
    if dose.clock is not None and dose.time_of_day:  # D13
        return "Bruk enten klokkeslett eller tid på døgnet."
    return _days_problem(dose)


def _days_problem(dose: FixedDose) -> str:
    on, off = dose.days_on, dose.days_off
    if (on is None) != (off is None):
        return "Oppgi både dager på og dager av."
    if on is not None and off is not None and (on < 1 or off < 1):
        return "Dager på og dager av må være minst 1."
    ways = [bool(dose.weekdays or on), bool(dose.every_n_days), bool(dose.month_days), bool(dose.dates)]
    if sum(ways) > 1:
        return "Velg én måte å si dagene på: ukedager, hver n-te dag, dager på og av, eller datoer."
    if dose.every_n_days is not None and not 1 <= dose.every_n_days <= LONGEST:
        return "«Hver … dag» må være fra 1 til 1098."
    if any(not 1 <= day <= LAST_MONTH_DAY for day in dose.month_days):
        return "Dagen i måneden må være fra 1 til 31."
    if any(not 1 <= day <= WEEK for day in dose.weekdays):
        return "Ukedagen må være fra mandag til søndag."
    if dose.weekdays and on and (on + (off or 0)) % WEEK:  # D10
        return "Ukedager sammen med dager på/av krever hele uker."
    return ""


def _twice(doses: Sequence[FixedDose]) -> str:
    """D09: the same time twice on the same day."""
    seen: set[tuple[str, object, object]] = set()
    for dose in doses:
        for day in dose.dates or dose.month_days or dose.weekdays or range(1, WEEK + 1):
            key = (dose.time_of_day, dose.clock, day)
            if key in seen:
                return "Samme tidspunkt er brukt flere ganger."
            seen.add(key)
    return ""


def _as_needed_problem(dose: AsNeededDose) -> str:
    if dose.amount_max <= 0 or dose.amount_min < 0:
        return POSITIVE
    if dose.amount_min > dose.amount_max:
        return "Minste dose er større enn største dose."
    if dose.max_per_day is not None and dose.max_per_day < dose.amount_max:
        return "Maks per døgn er mindre enn én dose."
    if (dose.max_in_period is None) != (dose.period_hours is None):
        return "Oppgi både maks mengde og tidsrommet den gjelder."
    if dose.max_in_period is not None and dose.max_in_period < dose.amount_max:
        return "Maks i tidsrommet er mindre enn én dose."
    if FORBIDDEN & set(dose.reason):
        return "Skriv grunnen med ord: tegnene @ | < > / \\ & ° + kan misforstås på etiketten."
    limits = (dose.max_times_per_day, dose.min_interval_hours, dose.period_hours)
    return "" if all(limit is None or limit > 0 for limit in limits) else "Grensene må være større enn null."

"""(Opp- og nedtrapping) Start, step, interval and target as periods that follow each other (clinical.md 8.4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.core.errors import Invalid
from sfm.medication.rules.dosage import DosagePeriod, FixedDose, StructuredDosage
from sfm.medication.rules.dosage_text import number

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STEPS = 60
LONGEST_STEP = 366  # days


@dataclass(frozen=True, kw_only=True)
class Taper:
    """`step` is always positive; the target says the direction. A target of zero ends the treatment."""

    start: Decimal
    step: Decimal
    every_days: int
    target: Decimal
    time_of_day: str = ""  # 8325


def structure(taper: Taper) -> StructuredDosage:
    """Raises Invalid when the steps do not lead from start to target."""
    _check(taper)
    return StructuredDosage(periods=tuple(_periods(taper)))


def of(dosage: StructuredDosage) -> Taper | None:
    """The taper a structure is, when it is one: the form then shows it as one."""
    if len(dosage.periods) < 2 or dosage.repeats:
        return None
    first, second = (_plain(period) for period in dosage.periods[:2])
    last = dosage.periods[-1]
    days, end = dosage.periods[0].days, _plain(last)
    if first is None or second is None or end is None or days is None or first.amount == second.amount:
        return None
    found = Taper(
        start=first.amount,
        step=abs(second.amount - first.amount),
        every_days=days,
        target=Decimal(0) if last.days else end.amount,
        time_of_day=first.time_of_day,
    )
    try:
        return found if structure(found) == dosage else None
    except Invalid:
        return None


def _plain(period: DosagePeriod) -> FixedDose | None:
    return period.fixed[0] if len(period.fixed) == 1 else None


def _check(taper: Taper) -> None:
    distance = abs(taper.target - taper.start)
    if taper.start < 0 or taper.target < 0 or taper.step <= 0:
        raise Invalid("Start, trinn og mål i en trapp må være tall over null (målet kan være null).")
    if not 1 <= taper.every_days <= LONGEST_STEP:
        raise Invalid("Hvert trinn i en trapp må vare fra 1 til 366 dager.")
    if not distance:
        raise Invalid("Start og mål i trappen er like.")
    if distance % taper.step:
        raise Invalid(
            f"Trinnet {number(taper.step)} går ikke opp fra {number(taper.start)} til {number(taper.target)}."
        )
    if distance // taper.step > MOST_STEPS:
        raise Invalid(f"Trappen har flere enn {MOST_STEPS} trinn.")


def _periods(taper: Taper) -> Iterator[DosagePeriod]:
    step = taper.step if taper.target > taper.start else -taper.step
    for place in range(int(abs(taper.target - taper.start) // taper.step) + 1):
        amount = taper.start + step * place
        if amount:
            dose = FixedDose(amount=amount, time_of_day=taper.time_of_day)
            yield DosagePeriod(fixed=(dose,), days=None if amount == taper.target else taper.every_days)

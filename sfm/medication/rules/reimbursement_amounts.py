"""(Refusjon) How much may be dispensed at the expense of the state, and what to know before choosing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sfm.core.quantity import kroner

if TYPE_CHECKING:
    from decimal import Decimal

PER_DISPENSING = timedelta(days=93)  # three months; clinical.md 10.2, ours until confirmed
PER_YEAR = 366


@dataclass(frozen=True, kw_only=True)
class Supply:
    """How long the prescription lasts, and what is paid for. `days` None: cannot be computed (as needed, free text)."""

    days: int | None
    refills: int
    dispensing_group: str = ""
    exchangeable: bool = False
    no_substitution: bool = False
    step_price: Decimal | None = None  # trinnpris of the package, in kroner


def notes(supply: Supply) -> tuple[str, ...]:
    """Things to know; none of them stops anything."""
    found = []
    if supply.days is not None and supply.days > PER_DISPENSING.days:
        found.append(
            f"Mengden rekker i {supply.days} dager. Apoteket utleverer på refusjon for høyst tre måneder om gangen."
        )
    if supply.days is not None and supply.days * (supply.refills + 1) > PER_YEAR:
        found.append(
            f"Resepten gir i alt {supply.days * (supply.refills + 1)} dager. Det er mer enn resepten kan gjelde."
        )
    if supply.dispensing_group in ("A", "B"):
        found.append(
            f"Reseptgruppe {supply.dispensing_group}: mengden skal velges av forskriver, også på refusjon."
        )
    if supply.no_substitution and supply.exchangeable:
        found.append(
            "Reservasjon mot bytte på refusjon skal være medisinsk begrunnet, og dekkes da fullt ut."
        )
    if supply.step_price is not None and not supply.no_substitution:
        found.append(
            f"Trinnpris {kroner(supply.step_price)}: folketrygden dekker inntil den. "
            "Vil pasienten ikke bytte, betaler pasienten mellomlegget."
        )
    return tuple(found)

"""Amounts with a unit, exact. Written as a Norwegian reader expects: «½ tablett», «1½ tablett», «2,5 ml»."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sfm.core.errors import Invalid

HALF = Decimal("0.5")
NBSP = "\u00a0"
HALVES = re.compile(r"(\d*) ?½", re.ASCII)
AMOUNT = re.compile(r"(\d{1,3}( \d{3})+|\d+)?([.,]\d+)?(?<=\d)[.,]?", re.ASCII)
TWO_WAYS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
NO_POINT = "Skriv tallet uten punktum: 1250, eller 1,25."


@dataclass(frozen=True, slots=True)
class Quantity:
    """(Mengde) A non-negative amount and its unit."""

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if not isinstance(self.value, Decimal):
            raise TypeError("an amount is a Decimal, never a float")
        if not self.value.is_finite() or self.value < 0:
            raise Invalid("En mengde kan ikke være negativ.")

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.value + self._same_unit(other).value, self.unit)

    def __mul__(self, times: Decimal | int) -> Quantity:
        return Quantity(self.value * times, self.unit)

    def __lt__(self, other: Quantity) -> bool:
        return self.value < self._same_unit(other).value

    def __str__(self) -> str:
        return f"{amount_text(self.value)} {self.unit}".strip()

    def _same_unit(self, other: Quantity) -> Quantity:
        if other.unit != self.unit:
            raise ValueError("amounts of different units cannot be combined")
        return other


def amount_text(value: Decimal) -> str:
    """Halves as ½, everything else with a decimal comma and no padding zeros."""
    whole, rest = divmod(value, 1)
    if rest == HALF:
        return f"{whole:f}½" if whole else "½"
    plain = f"{value:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain).replace(".", ",")


def kroner(amount: Decimal) -> str:
    """«1 234,50 kr»"""
    return f"{amount:,.2f} kr".replace(",", NBSP).replace(".", ",").replace(" ", NBSP)


def parse_amount(text: str) -> Decimal:
    """What a person typed: 2,5 · 2.5 · ½ · 1½ · 1/2 · 1 000. Raises Invalid, also for 1.250, which one reads as a
    thousand and another as one and a quarter."""
    typed = text.strip().replace("\u00a0", " ")
    if halved := HALVES.fullmatch("½" if typed == "1/2" else typed):
        typed = f"{halved[1] or 0},5"
    if can_be_read_two_ways(typed):
        raise Invalid(NO_POINT)
    if not AMOUNT.fullmatch(typed):
        raise Invalid("Skriv et tall, for eksempel 1, 2,5 eller ½.")
    return Decimal(typed.replace(" ", "").replace(",", "."))


def can_be_read_two_ways(typed: str) -> bool:
    """«1.250» is a thousand to one reader, one and a quarter to another."""
    return TWO_WAYS.fullmatch(typed) is not None

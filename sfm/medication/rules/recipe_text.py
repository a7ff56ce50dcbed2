"""(Bestanddel) How an ingredient is written: «5 g», «10 mg/ml», «2 %», «ad 100 g», «qs»."""

from __future__ import annotations

import re
from decimal import Decimal

from sfm.core.quantity import can_be_read_two_ways
from sfm.medication.particulars import Ingredient

NUMBER = r"(\d+(?:[.,]\d+)?)"
UNIT = r"([a-zæøå%]+(?: IE)?)"
AMOUNT = re.compile(rf"{NUMBER}\s*{UNIT}(?:\s*/\s*{NUMBER}?\s*{UNIT})?", re.IGNORECASE)
HELP = "Skriv mengden som «5 g», «10 mg/ml», «2 %», «ad 100 g» eller «qs»."
HUNDRED = Decimal(100)


def parse(name: str, said: str, *, substance_id: str = "") -> Ingredient | None:
    """None when the amount cannot be understood. Without an amount: an ingredient that is not complete."""
    text = " ".join(said.split())
    if not text:
        return Ingredient(name=name, substance_id=substance_id)
    first, _, rest = text.partition(" ")
    if first.casefold() in ("ad", "qs", "q.s."):
        return _diluted(name, "ad" if first.casefold() == "ad" else "qs", rest)
    found = _amounts(text)
    if found is None:
        return None
    amount, unit, below, below_unit = found
    if unit == "%":  # 2 % is two grams in a hundred
        return _part(name, substance_id, amount, "g", HUNDRED, "g") if not below_unit else None
    per = _number(below) if below else Decimal(1) if below_unit else None
    return _part(name, substance_id, amount, unit, per, below_unit or "")


def said_of(part: Ingredient) -> str:
    """The same, the other way."""
    amount = f"{_plain(part.amount)} {part.unit}" if part.amount is not None else ""
    if part.dilution:
        return f"{part.dilution} {amount}".strip()
    if part.per_amount is None:
        return amount
    if (part.unit, part.per_amount, part.per_unit) == ("g", HUNDRED, "g"):
        return f"{_plain(part.amount)} %"
    below = "" if part.per_amount == 1 else f"{_plain(part.per_amount)} "
    return f"{amount}/{below}{part.per_unit}"


def _diluted(name: str, dilution: str, rest: str) -> Ingredient | None:
    if not rest:
        return Ingredient(name=name, dilution=dilution)
    found = _amounts(rest)
    if found is None or found[3]:
        return None
    return Ingredient(name=name, dilution=dilution, amount=_number(found[0]), unit=found[1])


def _amounts(text: str) -> tuple[str, str, str | None, str | None] | None:
    """Amount and unit, and those below the stroke; None when it is no amount, or could be two."""
    found = AMOUNT.fullmatch(text)
    if found is None or any(can_be_read_two_ways(found[place] or "") for place in (1, 3)):
        return None
    return found[1], found[2], found[3], found[4]


def _part(
    name: str, substance_id: str, amount: str, unit: str, per: Decimal | None, per_unit: str
) -> Ingredient:
    return Ingredient(
        name=name,
        substance_id=substance_id,
        amount=_number(amount),
        unit=unit,
        per_amount=per,
        per_unit=per_unit,
    )


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")

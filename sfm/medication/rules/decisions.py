"""(Vedtak) What Helfo has decided, whether it holds for a product on a day, and when it runs out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

GRANTED, REFUSED, DISMISSED = "J", "N", "A"  # 7482
OUTCOMES = {GRANTED: "Innvilget", REFUSED: "Avslått", DISMISSED: "Avvist uten behandling"}
SOON = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One answer from Helfo. `atc` or `product_name` says what it is for; `atc` covers everything below it."""

    id: UUID
    outcome: str
    reference: str  # saksnummer
    basis: str  # 7427
    product_name: str
    atc: str = ""
    fest_id: str = ""
    code: str = ""
    system: str = ""
    code_name: str = ""
    valid_from: date
    valid_until: date | None = None
    daily_maximum: Decimal | None = None
    daily_unit: str = ""
    grounds: tuple[str, ...] = ()  # 7481, as texts
    source: str = "helfo"

    def holds_on(self, day: date) -> bool:
        ended = self.valid_until is not None and day > self.valid_until
        return self.outcome == GRANTED and self.valid_from <= day and not ended

    def covers(self, *, atc: str, fest_id: str, name: str) -> bool:
        if self.atc:
            return atc.startswith(self.atc)
        return (
            bool(self.fest_id and self.fest_id == fest_id) or self.product_name.casefold() == name.casefold()
        )

    def runs_out_soon(self, day: date, margin: timedelta = SOON) -> bool:
        return self.holds_on(day) and self.valid_until is not None and self.valid_until - day <= margin

    def warning(self, day: date, margin: timedelta = SOON) -> str:
        """What is said while there is time to apply anew; "" when there is no hurry."""
        if not self.runs_out_soon(day, margin) or self.valid_until is None:
            return ""
        left = (self.valid_until - day).days
        when = "i dag" if left == 0 else "i morgen" if left == 1 else f"om {left} dager"
        return f"Vedtaket utløper {when} ({self.valid_until:%d.%m.%Y})."


def valid_for(
    decisions: Iterable[Decision], day: date, *, atc: str, fest_id: str, name: str
) -> tuple[Decision, ...]:
    """The decisions that hold for a product on a day, the one that lasts longest first."""
    found = [
        one for one in decisions if one.holds_on(day) and one.covers(atc=atc, fest_id=fest_id, name=name)
    ]
    return tuple(sorted(found, key=lambda one: one.valid_until or date.max, reverse=True))


def to_data(one: Decision) -> dict[str, Any]:
    """What stands sealed in the row; the row's own columns hold the rest."""
    return {
        "basis": one.basis,
        "product_name": one.product_name,
        "atc": one.atc,
        "fest_id": one.fest_id,
        "code": one.code,
        "system": one.system,
        "code_name": one.code_name,
        "daily_maximum": None if one.daily_maximum is None else str(one.daily_maximum),
        "daily_unit": one.daily_unit,
        "grounds": list(one.grounds),
    }


def from_data(data: dict[str, Any], **row: Any) -> Decision:
    most = data.get("daily_maximum")
    said = {
        **data,
        "daily_maximum": Decimal(most) if most else None,
        "grounds": tuple(data.get("grounds", ())),
    }
    return Decision(**said, **row)

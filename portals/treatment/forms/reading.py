"""Reading what was typed: every field is tried, and what is wrong is kept by field name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portals.shared import days
from sfm.core.errors import Invalid
from sfm.core.quantity import parse_amount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

NOT_WHOLE = "Skriv et helt tall."
MOST_DIGITS = 6


class Reading:
    """One form as it was sent. A field that cannot be understood reads as nothing, with a problem in `problems`."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self._data = data
        self.problems: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self._data.get(name, "").strip()

    def has(self, name: str) -> bool:
        return name in self._data

    def checked(self, name: str) -> bool:
        return bool(self.text(name))

    def amount(self, name: str, *, said_at: str = "") -> Decimal | None:
        """2,5 · 2.5 · ½. `said_at` is the field the problem belongs to when that is another."""
        typed = self.text(name)
        if not typed:
            return None
        try:
            return parse_amount(typed)
        except Invalid as problem:
            self.problems[said_at or name] = problem.text
            return None

    def whole(self, name: str, *, said_at: str = "") -> int | None:
        typed = self.text(name)
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS:
            return int(typed)
        self.problems[said_at or name] = NOT_WHOLE
        return None

    def day(self, name: str) -> date | None:
        """See portals.shared.days."""
        try:
            return days.read(self._data, name)
        except Invalid as problem:
            self.problems |= problem.fields
            return None


def day_text(value: date | None) -> str:
    """As a form keeps it; portals.shared.days.shown writes it as people do."""
    return value.isoformat() if value else ""


def amount_text(value: Decimal | None) -> str:
    """As a person types it: 0,5 and 100."""
    if value is None:
        return ""
    return f"{value.normalize():f}".replace(".", ",")


def whole_text(value: int | None) -> str:
    return "" if value is None else str(value)

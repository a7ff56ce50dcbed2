"""How old people are, as they count it: in whole years."""

from __future__ import annotations

from datetime import date


def age_on(born: date, day: date) -> int:
    """Full years lived; born 29 February counts from 1 March in common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

"""A whole number in an address or a form, as our own pages write it."""

from __future__ import annotations

LONGEST = 18  # digits: what fits a column


def read(text: str) -> int | None:
    """None for whatever is not plain digits, also for ² and for a number no column has room for."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None

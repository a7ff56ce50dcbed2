"""(Gyldighet) How long a prescription holds."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
DEFAULT = "P1Y"
LONGEST = "P3Y"


def expires_on(prescribed_on: date, duration: str = DEFAULT) -> date:
    """The last day of validity: «1 år» is the prescribing date + 1 year − 1 day, as seen in real messages.

    `duration` is FEST's Reseptgyldighet: P7D, P10D, P6M, P1Y, P3Y. Raises ValueError on anything else.
    """
    found = DURATION.fullmatch(duration)
    if not found or not any(found.groups()):
        raise ValueError(f"not a duration: {duration!r}")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return add_months(prescribed_on, years * 12 + months) + timedelta(days=weeks * 7 + days - 1)


def within_treatment(expires: date, discontinue_on: date | None) -> date:
    """A prescription never outlives its treatment (clinical.md 3.3: utløp ≤ seponering)."""
    return min(expires, discontinue_on) if discontinue_on else expires


def add_months(day: date, months: int) -> date:
    """The same day of the month, or its last where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

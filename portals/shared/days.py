"""A day in a field, as people write it, whatever language the browser has: 22.11.2026, 221126, or from today: +14."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication.rules.validity import add_months

if TYPE_CHECKING:
    from collections.abc import Mapping

HOW = "Skriv datoen som dd.mm.åååå."
NO_DAY = "Datoen finnes ikke. Skriv den som dd.mm.åååå."
WRITTEN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})|(\d{2})(\d{2})(\d{4}|\d{2})", re.ASCII)
FROM_TODAY = re.compile(r"\+(\d{1,3})([dumå]?)", re.ASCII)
DAYS = {"": 1, "d": 1, "u": 7}
FAR_AHEAD = 20  # years: a year of two digits further ahead is of the century before


def read(form: Mapping[str, str], field: str) -> date | None:
    """dd.mm.åååå, d.m.åå, ddmmåå, ddmmåååå, ISO, or +14, +2u, +3m, +1å from today. Nothing is None.

    :raises Invalid: what was typed is no day; said of the field.
    """
    typed = form.get(field, "").strip().lower()
    if not typed:
        return None
    try:
        return _ahead(typed) or _written(typed) or date.fromisoformat(typed)
    except (ValueError, OverflowError) as error:
        raise Invalid(fields={field: NO_DAY if WRITTEN.fullmatch(typed) else HOW}) from error


def shown(value: str) -> str:
    """For a field: a day the form keeps as ISO as people write it; what somebody typed as it was typed."""
    try:
        return f"{date.fromisoformat(value):%d.%m.%Y}"
    except ValueError:
        return value


def _written(typed: str) -> date | None:
    match = WRITTEN.fullmatch(typed)
    if match is None:
        return None
    day, month, year = (part for part in match.groups() if part)
    return date(_year(year), int(month), int(day))


def _year(digits: str) -> int:
    if len(digits) == len("2026"):
        return int(digits)
    this = clock.today().year
    year = this - this % 100 + int(digits)
    return year - 100 if year > this + FAR_AHEAD else year


def _ahead(typed: str) -> date | None:
    match = FROM_TODAY.fullmatch(typed)
    if match is None:
        return None
    count, unit = int(match[1]), match[2]
    if unit in DAYS:
        return clock.today() + timedelta(days=count * DAYS[unit])
    return add_months(clock.today(), count * (12 if unit == "å" else 1))

"""ISO 8601 durations as FEST uses them, and what they mean for a prescription."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_ISO = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$")


@dataclass(frozen=True, slots=True)
class Duration:
    years: int = 0
    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """:raises ValueError: not a duration in years, months, weeks and days."""
        match = _ISO.match(text)
        if not match or text == "P":
            raise ValueError(f"not a duration: {text!r}")
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        return cls(years, months, weeks * 7 + days)

    def after(self, start: date) -> date:
        """The day this long after `start`; the last day of a month stays within its month."""
        months = start.month - 1 + self.months + 12 * self.years
        year, month = start.year + months // 12, months % 12 + 1
        day = min(start.day, calendar.monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.days)


DEFAULT = "P1Y"


@dataclass(frozen=True, kw_only=True, slots=True)
class Validity:
    """How long a prescription of a product is valid (reseptgyldighet), by sex where FEST says so."""

    rules: tuple[tuple[str, str], ...] = ()  # (3101: "" | 1 man | 2 woman, ISO duration)

    def duration(self, sex: str = "") -> str:
        """The rule for the sex; unknown sex gets the strictest, no rule a year."""
        fitting = [iso for rule_sex, iso in self.rules if rule_sex in {"", sex}] or [
            iso for _, iso in self.rules
        ]
        return min(fitting, key=_length, default=DEFAULT)

    def longest_on(self, prescribed_on: date) -> date:
        """The last valid day for whoever may have it longest."""
        longest = max((iso for _, iso in self.rules), key=_length, default=DEFAULT)
        return Duration.parse(longest).after(prescribed_on) - timedelta(days=1)

    def expires_on(self, prescribed_on: date, sex: str = "") -> date:
        """The last valid day (utløpsdato): a year from 1 March ends on the last of February."""
        return Duration.parse(self.duration(sex)).after(prescribed_on) - timedelta(days=1)


def _length(iso: str) -> int:
    parsed = Duration.parse(iso)
    return parsed.years * 366 + parsed.months * 31 + parsed.days

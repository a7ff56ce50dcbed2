"""A span of days. Prescriptions, pauses and reviews follow the Norwegian calendar, so days, not instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` up to and including `end`; an open side is None."""

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise ValueError("a period cannot end before it starts")

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def overlaps(self, other: Period) -> bool:
        starts = [day for day in (self.start, other.start) if day]
        ends = [day for day in (self.end, other.end) if day]
        return not starts or not ends or max(starts) <= min(ends)

    @property
    def days(self) -> int | None:
        """How many days, both ends counted; None when open."""
        return (self.end - self.start).days + 1 if self.start and self.end else None

    @classmethod
    def lasting(cls, days: int, *, start: date) -> Period:
        """`days` days beginning with `start`; at least one."""
        if days < 1:
            raise ValueError("a period lasts at least one day")
        return cls(start=start, end=start + timedelta(days=days - 1))


def age_on(born: date, day: date) -> int:
    """Full years lived; born 29 February counts from 1 March in common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

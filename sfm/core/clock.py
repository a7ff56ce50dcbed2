"""The only source of time in the product, so that a test can stand still."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

OSLO = ZoneInfo("Europe/Oslo")
_frozen: list[datetime] = []


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def today() -> date:
    """The current date in Norway: prescriptions and ages follow the local calendar."""
    return now().astimezone(OSLO).date()


def local(instant: datetime) -> datetime:
    """The same instant as a Norwegian clock shows it."""
    return instant.astimezone(OSLO)


@contextmanager
def frozen_at(instant: datetime) -> Iterator[None]:
    """Hold time still. For tests, and for replaying what was seen at an instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    _frozen.append(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()

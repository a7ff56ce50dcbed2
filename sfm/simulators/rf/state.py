"""The simulator's switches and its own clock, which can be moved without touching the machine's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any

from sfm.core import clock
from sfm.simulators.rf.models import Setting

_displaced: ContextVar[timedelta] = ContextVar("displaced", default=timedelta(0))

DEFAULTS: dict[str, Any] = {
    "clock_offset_s": 0.0,
    "trust_first_use": True,
    "require_token": False,
    "require_schema": True,
    "unknown_patients": "register",
    "unknown_organisations": "register",
    "unknown_practitioners": "refuse",
    "doctor_takeover": "allow",
    "deletion_days": 30,
    "list_sender_categories": ["LE"],
    "recall_of_busy": "accept",
    "async_enabled": True,
    "async_order": "fifo",
}


def get(key: str) -> Any:
    row = Setting.objects.filter(key=key).first()
    return row.value if row else DEFAULTS.get(key)


def put(key: str, value: Any) -> None:
    Setting.objects.update_or_create(key=key, defaults={"value": value})


def everything() -> dict[str, Any]:
    return {key: get(key) for key in DEFAULTS}


def now() -> datetime:
    """RF's own time, aware, in UTC."""
    return clock.now() + timedelta(seconds=get("clock_offset_s")) + _displaced.get()


@contextmanager
def displaced(by: timedelta) -> Iterator[None]:
    """Another time for what happens inside, in this thread only: a skewed clock, or a seed from last month."""
    token = _displaced.set(by)
    try:
        yield
    finally:
        _displaced.reset(token)


def today() -> date:
    return clock.local(now()).date()


def move_clock(*, hours: float = 0, days: float = 0, to: datetime | None = None) -> datetime:
    """Move RF's clock forward or back by hours and days, or to an instant."""
    if to is not None:
        put("clock_offset_s", (to - clock.now()).total_seconds())
    else:
        put("clock_offset_s", get("clock_offset_s") + hours * 3600 + days * 86400)
    return now()

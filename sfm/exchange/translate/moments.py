"""Days and instants as Kjernejournal writes them; both are read by the Norwegian clock."""

from __future__ import annotations

from datetime import date, datetime

from sfm.core import clock


def day(value: object) -> date | None:
    """2026-11-22, or the Norwegian day of an instant: 2026-11-21T23:30Z is the 22nd. None for anything else."""
    text = str(value)
    try:
        return date.fromisoformat(text)
    except ValueError:
        found = instant(text)
    return clock.local(found).date() if found else None


def instant(value: object) -> datetime | None:
    """Without an offset it is Norwegian time. None for what is no instant."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=clock.OSLO)

"""Our clock against RF's. RF refuses what was written by a clock that goes wrong (7419-313; eresept.md 8)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from sfm.core import clock
from sfm.core.errors import SfmError
from sfm.identity.redis_store import store

MOST = timedelta(minutes=2)
_NAME = "rf:clock"
_LIFE = 2 * 60 * 60  # seconds: every answer of RF says it anew


def difference(date_header: str) -> timedelta | None:
    """How far ours is ahead of theirs (negative: behind), to the second. None when they do not say."""
    try:
        theirs = parsedate_to_datetime(date_header)
    except ValueError:
        return None
    if theirs.tzinfo is None:  # «-0000»: a time of no zone
        theirs = theirs.replace(tzinfo=UTC)
    return clock.now().replace(microsecond=0) - theirs


def observe(date_header: str) -> None:
    """Keep what an answer's Date header told. Never in the way of the answer itself."""
    ahead = difference(date_header)
    if ahead is not None:
        with suppress(SfmError), store() as redis:
            redis.set(_NAME, int(ahead.total_seconds()), ex=_LIFE)


def forget() -> None:
    """What RF's clock was. For tests, which travel in time."""
    with store() as redis:
        redis.delete(_NAME)


def is_off() -> bool:
    """By the newest answer of RF, ours goes more than two minutes wrong. False when nothing was told for two hours."""
    with store() as redis:
        ahead = redis.get(_NAME)
    return ahead is not None and abs(int(ahead)) > MOST.total_seconds()

"""Waiting in the request for what a worker does: with a limit, outside any transaction, and nothing is lost by it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST, LONGEST = 0.05, 0.5  # seconds between looks


def until(done: Callable[[], bool], *, limit: float) -> bool:
    """Look again and again, ever more seldom. False when the time is up."""
    ends, step = time.monotonic() + limit, FIRST
    while not done():
        if time.monotonic() >= ends:
            return False
        pause(min(step, max(ends - time.monotonic(), 0)))
        step = min(step * 1.5, LONGEST)
    return True


def pause(seconds: float) -> None:
    time.sleep(seconds)

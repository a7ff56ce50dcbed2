"""A circuit breaker: after some failures in a row, nobody waits for time-outs for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sfm.core import clock

if TYPE_CHECKING:
    from datetime import datetime

FAILURES = 5
PAUSE = timedelta(seconds=10)


class Breaker:
    """Open for `PAUSE` after `FAILURES` in a row; then one call may try."""

    def __init__(self) -> None:
        self._failures = 0
        self._until: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self._until is not None and clock.now() < self._until

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = clock.now() + PAUSE

    def succeeded(self) -> None:
        self._failures, self._until = 0, None

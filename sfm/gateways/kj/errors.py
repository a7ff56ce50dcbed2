"""Two ways KJ can disappoint."""

from __future__ import annotations


class KjUnavailable(Exception):
    """No connection, no readable answer, or KJ says try later."""


class KjRefused(Exception):
    """No access: reserved patient, no record, blocked, or no role. `code` is KJF-nnnnnn where given."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code, self.text = code, text

"""Two ways Helfo can disappoint."""

from __future__ import annotations


class HelfoUnavailable(Exception):
    """No connection, no readable answer, or Helfo says try later."""


class HelfoRefused(Exception):
    """It cannot be applied for, or asked about. `text` is Helfo's own, for the applicant."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

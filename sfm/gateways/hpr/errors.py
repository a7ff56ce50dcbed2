"""How HPR can disappoint."""

from __future__ import annotations


class HprUnavailable(Exception):
    """No connection, no readable answer, no access: ask again later, and believe what was last read."""

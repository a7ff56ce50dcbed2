"""The HTTP client of a simulator's process: one, as making it reads the machine's certificates (40 ms)."""

from __future__ import annotations

from functools import cache

import httpx

TIMEOUT = 15.0  # seconds


@cache
def http() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT)

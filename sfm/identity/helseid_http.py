"""The connections to HelseID: one pool per process, as making one reads the machine's certificates (40 ms)."""

from __future__ import annotations

from functools import cache

import httpx

TIMEOUT = 10  # seconds


@cache
def http() -> httpx.Client:
    """Safe to use from many threads. Follows no redirect and asks the environment for no proxy."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)

"""The Redis that sessions, tickets and the replay cache live in. Down means closed: OutOfService, never a guess."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings

from sfm.identity.refusals import OutOfService

TIMEOUT = 2  # seconds, to connect and to answer
_clients: dict[str, redis.Redis] = {}
_lock = threading.Lock()


@contextmanager
def store() -> Iterator[Any]:  # redis-py's own types say bytes or str everywhere; ours are always bytes
    """This process's connection pool. Any failure of Redis inside becomes OutOfService."""
    try:
        yield _client(settings.REDIS_URL)
    except redis.RedisError as error:
        raise OutOfService(detail=f"Redis: {type(error).__name__}") from error


def _client(url: str) -> redis.Redis:
    with _lock:
        if url not in _clients:
            _clients[url] = redis.Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
        return _clients[url]

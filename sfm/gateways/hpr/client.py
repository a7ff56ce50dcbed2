"""HPR over its REST API. A national id travels in the body, never in an address."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings

from sfm.core import clock
from sfm.gateways.breaker import Breaker
from sfm.gateways.hpr.errors import HprUnavailable
from sfm.identity import helseid_client
from sfm.identity.refusals import OutOfService

if TYPE_CHECKING:
    from sfm.gateways.hpr.contract import HprRegister, Json

CONNECT, READ = 3.0, 10.0  # seconds
PEOPLE = "/v1/personerutvidet"
KEPT = 30.0  # seconds our own token is used again


class HttpHpr:
    """One connection pool, one circuit breaker, and SFM's own token: HPR is asked by the product, not by a user."""

    def __init__(self, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._base = base_url.rstrip("/")
        timeout = httpx.Timeout(READ, connect=CONNECT)
        self._http = httpx.Client(base_url=base_url, transport=transport, timeout=timeout)
        self._breaker = Breaker()
        self._token = (0.0, "")

    def close(self) -> None:
        self._http.close()

    def by_number(self, hpr: str) -> Json | None:
        return self._ask("GET", f"{PEOPLE}/{hpr}")

    def by_national_id(self, pid: str) -> Json | None:
        return self._ask("POST", PEOPLE, {"nin": pid, "atDate": clock.today().isoformat()})

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json | None:
        if self._breaker.is_open:
            raise HprUnavailable("circuit open")
        try:
            response = self._http.request(method, path, json=body, headers=self._headers(method, path))
            found: Any = response.json() if response.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, ValueError, OutOfService, helseid_client.HelseIdRefused) as error:
            self._breaker.failed()
            raise HprUnavailable(type(error).__name__) from error
        if response.status_code == httpx.codes.NOT_FOUND:
            self._breaker.succeeded()
            return None
        if not isinstance(found, dict):
            self._breaker.failed()
            raise HprUnavailable(f"HTTP {response.status_code}")
        self._breaker.succeeded()
        return found

    def _headers(self, method: str, path: str) -> dict[str, str]:
        return helseid_client.authorization(method, self._base + path, self._own_token())

    def _own_token(self) -> str:
        until, token = self._token
        if until < time.monotonic():
            form = {"grant_type": "client_credentials", "scope": settings.HPR_SCOPE}
            token = str(helseid_client.tokens(settings.HELSEID_CLIENT_ID, form)["access_token"])
            self._token = (time.monotonic() + KEPT, token)
        return token


@cache
def _client(url: str) -> HttpHpr:
    return HttpHpr(url)


def connect() -> HprRegister:
    """The HPR of the settings. Raises HprUnavailable when none is configured."""
    if not settings.HPR_URL:
        raise HprUnavailable("SFM_HPR_URL is not set")
    return _client(settings.HPR_URL)

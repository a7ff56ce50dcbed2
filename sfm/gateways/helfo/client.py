"""Helfo over HTTP. The patient's number travels in the body, never in an address."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings

from sfm.gateways.breaker import Breaker
from sfm.gateways.helfo.errors import HelfoRefused, HelfoUnavailable
from sfm.identity import helseid_client
from sfm.identity.refusals import OutOfService

if TYPE_CHECKING:
    from sfm.gateways.helfo.contract import Helfo, Json

CONNECT, READ = 3.0, 15.0  # seconds
REFUSED = (400, 401, 403, 404, 409, 422)
NO_TEXT = "Helfo avviste forespørselen."


class HttpHelfo:
    """One connection pool and one circuit breaker."""

    def __init__(self, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._base = base_url.rstrip("/")
        timeout = httpx.Timeout(READ, connect=CONNECT)
        self._http = httpx.Client(base_url=base_url, transport=transport, timeout=timeout)
        self._breaker = Breaker()

    def close(self) -> None:
        self._http.close()

    def query(self, *, pid: str, token: str = "") -> Json:
        return self._ask("POST", "/v1/decisions", {"patient": pid}, token)

    def form_for(self, *, pid: str, product: Json, diagnosis: Json, token: str = "") -> Json:
        return self._ask(
            "POST", "/v1/forms", {"patient": pid, "product": product, "diagnosis": diagnosis}, token
        )

    def submit(self, *, pid: str, key: str, application: Json, token: str = "") -> Json:
        return self._ask("PUT", f"/v1/applications/{key}", application | {"patient": pid}, token)

    def status(self, *, pid: str, key: str, token: str = "") -> Json:
        """Asked by the product itself while nobody looks: with its own token."""
        return self._ask(
            "POST", f"/v1/applications/{key}/status", {"patient": pid}, token or self._own_token()
        )

    def _own_token(self) -> str:
        form = {"grant_type": "client_credentials", "scope": settings.HELFO_SCOPE}
        try:
            return str(helseid_client.tokens(settings.HELSEID_CLIENT_ID, form)["access_token"])
        except (OutOfService, helseid_client.HelseIdRefused) as error:
            raise HelfoUnavailable("no token of our own") from error

    def _ask(self, method: str, path: str, body: Json, token: str) -> Json:
        if self._breaker.is_open:
            raise HelfoUnavailable("circuit open")
        headers = helseid_client.authorization(method, self._base + path, token) if token else {}
        try:
            response = self._http.request(method, path, json=body, headers=headers)
            found: Any = response.json()
        except (httpx.HTTPError, ValueError) as error:
            self._breaker.failed()
            raise HelfoUnavailable(type(error).__name__) from error
        if response.status_code in REFUSED:
            self._breaker.succeeded()
            raise HelfoRefused(str(found.get("error") or NO_TEXT) if isinstance(found, dict) else NO_TEXT)
        if response.status_code != httpx.codes.OK or not isinstance(found, dict):
            self._breaker.failed()
            raise HelfoUnavailable(f"HTTP {response.status_code}")
        self._breaker.succeeded()
        return found


@cache
def _client(url: str) -> HttpHelfo:
    return HttpHelfo(url)


def connect() -> Helfo:
    """The Helfo of the settings. Raises HelfoUnavailable when none is configured."""
    if not settings.HELFO_URL:
        raise HelfoUnavailable("SFM_HELFO_URL is not set")
    return _client(settings.HELFO_URL)

"""KJ over its HTTP API. The patient's number travels in a header, never in an address."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings

from sfm.gateways.breaker import Breaker
from sfm.gateways.kj.errors import KjRefused, KjUnavailable
from sfm.identity import helseid_client

if TYPE_CHECKING:
    from sfm.gateways.kj.contract import Json, Kj

CONNECT, READ = 3.0, 20.0  # seconds
SUMMARY = "/api/medication/v1/summary"
REACTIONS = "/api/critical-information/v1/AllergyIntolerance"
REFUSED = (400, 401, 403, 404, 409, 422, 451)


class HttpKj:
    """One connection pool and one circuit breaker."""

    def __init__(self, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._base = base_url.rstrip("/")
        self._http = httpx.Client(
            base_url=base_url, transport=transport, timeout=httpx.Timeout(READ, connect=CONNECT)
        )
        self._breaker = Breaker()

    def close(self) -> None:
        self._http.close()

    def summary(self, *, pid: str, role: str, token: str = "", since: str = "", basis: str = "") -> Json:
        found = self._get(SUMMARY, pid, role, token, {"since": since} if since else {}, basis)
        if not isinstance(found, dict):
            raise KjUnavailable("unexpected answer")
        return found

    def reactions(self, *, pid: str, role: str, token: str = "", basis: str = "") -> list[Json]:
        found = self._get(REACTIONS, pid, role, token, {"criticalInfoType": "DrugReaction"}, basis)
        if isinstance(found, list):
            return found
        return [entry["resource"] for entry in found.get("entry", ()) if "resource" in entry]

    def write_reaction(self, resource: Json, *, pid: str, role: str, token: str = "", key: str = "") -> Json:
        path = f"{REACTIONS}/{key}" if key else REACTIONS
        headers = self._headers(path, pid, role, token, "", method="PUT" if key else "POST")
        request = self._http.build_request("PUT" if key else "POST", path, json=resource, headers=headers)
        found = self._sent(request)
        if not isinstance(found, dict):
            raise KjUnavailable("unexpected answer")
        return found

    def _get(self, path: str, pid: str, role: str, token: str, query: dict[str, str], basis: str) -> Any:
        headers = self._headers(path, pid, role, token, basis)
        return self._sent(self._http.build_request("GET", path, params=query, headers=headers))

    def _sent(self, request: httpx.Request) -> Any:
        if self._breaker.is_open:
            raise KjUnavailable("circuit open")
        try:
            response = self._http.send(request)
            found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            self._breaker.failed()
            raise KjUnavailable(type(error).__name__) from error
        if response.status_code in REFUSED:
            raise KjRefused(*_reason(found))
        if not response.is_success:
            self._breaker.failed()
            raise KjUnavailable(f"HTTP {response.status_code}")
        self._breaker.succeeded()
        return found

    def _headers(
        self, path: str, pid: str, role: str, token: str, basis: str, *, method: str = "GET"
    ) -> dict[str, str]:
        headers = {
            "nhn-patient-nin": pid,
            "nhn-user-role": role,
            "nhn-source-system": "SFM",
            "nhn-access-basis": basis,
        }
        return headers | (helseid_client.authorization(method, self._base + path, token) if token else {})


def _reason(found: Any) -> tuple[str, str]:
    if not isinstance(found, dict):
        return "", ""
    inner = found.get("error")
    error: dict[str, Any] = inner if isinstance(inner, dict) else found
    return str(error.get("code", "")), str(error.get("text") or error.get("message") or "")


@cache
def _client(url: str) -> HttpKj:
    return HttpKj(url)


def connect() -> Kj:
    """The KJ of the settings. Raises KjUnavailable when none is configured."""
    if not settings.KJ_URL:
        raise KjUnavailable("SFM_KJ_URL is not set")
    return _client(settings.KJ_URL)

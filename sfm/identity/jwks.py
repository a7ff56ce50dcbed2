"""The public keys of HelseID: read once a day, on an unknown key at most once a minute, and kept when HelseID is
down."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from sfm.identity import jose
from sfm.identity.helseid_http import http
from sfm.identity.refusals import InvalidToken, OutOfService

log = logging.getLogger(__name__)
MAX_AGE = 24 * 60 * 60  # seconds
REFETCH_INTERVAL = 60  # seconds between fetches for an unknown key
COLD_RETRY_INTERVAL = 1  # seconds between attempts while we have no keys at all
TIMEOUT = 5  # seconds
WELL_KNOWN = "/.well-known/openid-configuration"

Fetch = Callable[[str], dict[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    key: Any
    alg: str  # "" when HelseID does not say


def get_json(url: str) -> dict[str, Any]:
    content = http().get(url, timeout=TIMEOUT).raise_for_status().json()
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  one kind of fault for the caller
    return content


class KeySet:
    """The issuer's keys by `kid`. One per process; safe to use from many threads."""

    def __init__(
        self, issuer: str, *, fetch: Fetch = get_json, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer = issuer
        self._fetch, self._seconds = fetch, seconds
        self._keys: dict[str, SigningKey] = {}
        self._read_at = self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str) -> SigningKey:
        """The key. Raises InvalidToken when HelseID has no such key, OutOfService when we have never had any."""
        if not self._keys:
            with self._lock:  # a cold start: everyone waits for the first set
                self._refresh(every=COLD_RETRY_INTERVAL, unless=lambda: bool(self._keys))
        elif self._seconds() - self._read_at > MAX_AGE or kid not in self._keys:
            self._refresh_alone()
        if not self._keys:
            raise OutOfService(detail="no keys from HelseID yet")
        if kid not in self._keys:
            raise InvalidToken(detail="unknown kid")
        return self._keys[kid]

    def _refresh_alone(self) -> None:
        if self._lock.acquire(blocking=False):  # the others go on with the keys there are
            try:
                self._refresh(every=REFETCH_INTERVAL)
            finally:
                self._lock.release()

    def _refresh(self, *, every: float, unless: Callable[[], bool] = lambda: False) -> None:
        if unless() or self._seconds() - self._tried_at < every:
            return
        self._tried_at = self._seconds()
        try:
            self._keys = self._read()
            self._read_at = self._seconds()
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            log.warning("HelseID keys could not be read: %s", type(error).__name__)

    def _read(self) -> dict[str, SigningKey]:
        metadata = self._fetch(self.issuer + WELL_KNOWN)
        if metadata["issuer"] != self.issuer:
            raise ValueError("metadata is of another issuer")
        keys = {
            str(jwk["kid"]): SigningKey(key=jose.public_key(jwk), alg=str(jwk.get("alg", "")))
            for jwk in self._fetch(metadata["jwks_uri"])["keys"]
            if jwk.get("use", "sig") == "sig" and jwk.get("kty") in ("EC", "RSA") and "kid" in jwk
        }
        if not keys:
            raise ValueError("no keys")
        return keys


_sets: dict[str, KeySet] = {}


def of(issuer: str) -> KeySet:
    """This process's key set of the issuer."""
    return _sets.get(issuer) or _sets.setdefault(issuer, KeySet(issuer))


def forget() -> None:
    """Start cold. For tests and after a change of issuer."""
    _sets.clear()

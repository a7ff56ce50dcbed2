"""The HelseID access token that comes with a request: who is at the keyboard, for which organisation.

The RF and KJ simulators read it. With SFM_HELSEID_ISSUER set the signature is verified against the issuer's published
keys; without it only the form is looked at.
"""

from __future__ import annotations

import os
import time
from typing import Any

import httpx
import jwt

from sfm.simulators.client import http

_PID = "helseid://claims/identity/pid"
_HPR = "helseid://claims/hpr/hpr_number"
_ORGNR = ("helseid://claims/client/claims/orgnr_child", "helseid://claims/client/claims/orgnr_parent")
_KEYS: dict[str, tuple[float, jwt.PyJWKSet]] = {}
_KEEP_SECONDS = 60


class BadToken(Exception):
    """The token is missing, unreadable or not the issuer's."""


def claims_of(authorization: str) -> dict[str, Any]:
    """The claims of «DPoP …» or «Bearer …». Raises BadToken."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() not in {"dpop", "bearer"} or not token:
        raise BadToken("Authorization mangler")
    try:
        header = jwt.get_unverified_header(token)
        issuer = os.environ.get("SFM_HELSEID_ISSUER", "").rstrip("/")
        if not issuer:
            return dict(jwt.decode(token, options={"verify_signature": False}))
        key = _keys(issuer)[header["kid"]].key
        algorithms = ["RS256", "PS256", "ES256"]
        return dict(
            jwt.decode(token, key, algorithms=algorithms, issuer=issuer, options={"verify_aud": False})
        )
    except (jwt.PyJWTError, KeyError, httpx.HTTPError) as error:
        raise BadToken(type(error).__name__) from error


def _keys(issuer: str) -> jwt.PyJWKSet:
    fetched, keys = _KEYS.get(issuer, (0.0, None))
    if keys is None or time.monotonic() - fetched > _KEEP_SECONDS:
        discovery = http().get(f"{issuer}/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(http().get(discovery["jwks_uri"]).json())
        _KEYS[issuer] = (time.monotonic(), keys)
    return keys


def identity(claims: dict[str, Any]) -> dict[str, str]:
    """Person number, HPR number and organisation number, as far as the token tells them."""
    orgnr = next((str(claims[name]) for name in _ORGNR if claims.get(name)), "")
    return {"pid": str(claims.get(_PID) or ""), "hpr": str(claims.get(_HPR) or "").zfill(9), "orgnr": orgnr}

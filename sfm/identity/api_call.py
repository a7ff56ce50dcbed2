"""From HTTP request to caller: the order of security.md 3, for DPoP and for the old Bearer addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from sfm.core import clock
from sfm.identity import dpop, helseid, jwks, replay
from sfm.identity.principal import Principal
from sfm.identity.refusals import HeadersTooLarge, InvalidProof, InvalidToken

MAX_HEADER_BYTES = 16 * 1024
# One value only: a server joins repeated headers with a comma, which no token and no proof contains.
_CREDENTIALS = re.compile(r"(DPoP|Bearer) +([A-Za-z0-9_.~+/=-]+)", re.IGNORECASE)


def by_dpop(
    meta: Mapping[str, Any],
    *,
    method: str,
    path: str,
    scopes: frozenset[str],
    grace: int = 0,
    machine: bool = False,
) -> Principal:
    """The caller of an address that takes DPoP. `meta` is the WSGI environment, `path` the path of the request.

    `grace`: seconds after its expiry a token still counts, for uploads that were begun while it was valid.
    `machine`: also a token without any person, where the address is for polling (fhir.md 4.5).
    """
    _check_size(meta)
    token = _token(meta, scheme="dpop")
    proof = meta.get("HTTP_DPOP", "")
    if not proof or "," in proof:
        raise InvalidProof(detail="exactly one DPoP header is needed")
    now = clock.now().timestamp()
    caller = _caller(token, scopes, now, grace, machine)
    if not caller.jkt:
        raise InvalidToken(detail="the token is not bound to a key")
    url = settings.PUBLIC_ORIGIN + path
    replay.use(dpop.validate(proof, method=method, url=url, token=token, jkt=caller.jkt, now=now))
    return caller


def by_bearer(
    meta: Mapping[str, Any], *, scopes: frozenset[str], grace: int = 0, machine: bool = False
) -> Principal:
    """The caller of an old address. Refused unless SFM_ALLOW_BEARER; a DPoP-bound token is never a Bearer token."""
    _check_size(meta)
    if not settings.SFM_ALLOW_BEARER:
        raise InvalidToken(detail="Bearer is switched off")
    token = _token(meta, scheme="bearer")
    caller = _caller(token, scopes, clock.now().timestamp(), grace, machine)
    if "cnf" in caller.claims or "HTTP_DPOP" in meta:
        raise InvalidToken(detail="a DPoP token was sent as Bearer")
    return caller


def _caller(token: str, scopes: frozenset[str], now: float, grace: int, machine: bool) -> Principal:
    keys = jwks.of(settings.HELSEID_ISSUER)
    caller = helseid.validate(token, keys=keys, audience=settings.HELSEID_AUDIENCE, now=now, grace=grace)
    helseid.require_scope(caller, scopes)
    if not (machine and helseid.is_machine(caller)):
        helseid.require_user(caller, environment=settings.SFM_ENVIRONMENT)
    return caller


def _token(meta: Mapping[str, Any], *, scheme: str) -> str:
    match = _CREDENTIALS.fullmatch(meta.get("HTTP_AUTHORIZATION", ""))
    if match is None or match[1].lower() != scheme:
        raise InvalidToken(detail=f"exactly one Authorization header with {scheme} is needed")
    return match[2]


def _check_size(meta: Mapping[str, Any]) -> None:
    size = sum(len(name) + len(value) for name, value in meta.items() if name.startswith("HTTP_"))
    if size > MAX_HEADER_BYTES:
        raise HeadersTooLarge

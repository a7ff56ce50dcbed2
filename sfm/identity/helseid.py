"""Validation of HelseID access tokens (security.md 3, rules 2–8). The order matters: the first failure wins."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sfm.core.errors import Invalid
from sfm.core.ids import NationalId
from sfm.identity import jose, principal
from sfm.identity.jwks import KeySet
from sfm.identity.principal import Principal
from sfm.identity.refusals import AssuranceTooLow, InsufficientScope, InvalidToken, UserUnavailable

LEEWAY = 5  # seconds, on exp, nbf and iat
TYPES = ("at+jwt", "jwt")  # compared without regard to case, as media types are


def validate(token: str, *, keys: KeySet, audience: str, now: float, grace: int = 0) -> Principal:
    """The caller behind an access token. Raises InvalidToken; scope and user are separate questions.

    `grace`: seconds after `exp` in which the token still counts.
    """
    claims = verified_claims(token, keys=keys, audience=audience, now=now, grace=grace)
    return principal.from_claims(claims, token=token)


def verified_claims(token: str, *, keys: KeySet, audience: str, now: float, grace: int = 0) -> dict[str, Any]:
    """The claims of a JWT from the issuer for this audience; times checked. Also for ID tokens."""
    try:
        jws = jose.parse(token)
        _verify(jws, keys)
        _check_claims(jws.claims, issuer=keys.issuer, audience=audience, now=now, leeway=LEEWAY + grace)
    except ValueError as error:
        raise InvalidToken(detail=str(error)) from error
    return jws.claims


def require_scope(caller: Principal, accepted: Collection[str]) -> None:
    if caller.scopes.isdisjoint(accepted):
        raise InsufficientScope(detail=f"{caller.client_id} lacks the scope")


def is_machine(caller: Principal) -> bool:
    """Nobody is said to stand behind the call, not even by the record system."""
    return not caller.pid and principal.STATED_BY_EPJ not in caller.claims


def require_user(caller: Principal, *, environment: str) -> None:
    """A person at level 4/high. A token where the EPJ only states who the user is, is refused everywhere."""
    if principal.STATED_BY_EPJ in caller.claims or not caller.pid:
        raise UserUnavailable(detail="no user identity in the token")
    try:
        NationalId.parse(caller.pid, environment=environment)
    except Invalid as error:
        raise UserUnavailable(detail="the user's national id is not accepted here") from error
    if not caller.has_level_4:
        raise AssuranceTooLow(detail="level or assurance too low")


def _verify(jws: jose.Jws, keys: KeySet) -> None:
    header = jws.header
    if header.get("alg") not in jose.ALGORITHMS:
        raise ValueError("algorithm is not allowed")
    if not isinstance(header.get("kid"), str):
        raise ValueError("kid is missing")  # noqa: TRY004  one kind of fault for the caller
    found = keys.find(header["kid"])
    if found.alg and found.alg != header["alg"]:
        raise ValueError("algorithm is not the one of the key")
    jws.verify(found.key)
    if str(header.get("typ")).lower() not in TYPES:
        raise ValueError("typ is not an access token")


def _check_claims(claims: dict[str, Any], *, issuer: str, audience: str, now: float, leeway: int) -> None:
    if claims.get("iss") != issuer:
        raise ValueError("wrong issuer")
    if claims.get("aud") not in (audience, [audience]):
        raise ValueError("wrong audience")
    expires, not_before, issued = (jose.whole_number(claims.get(name)) for name in ("exp", "nbf", "iat"))
    if expires + leeway <= now:
        raise ValueError(f"expired {now - expires:.0f} s ago")
    if max(not_before, issued) - LEEWAY > now:
        raise ValueError(f"not valid for another {max(not_before, issued) - now:.0f} s; clock drift?")

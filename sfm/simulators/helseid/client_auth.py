"""private_key_jwt: the client proves who it is with a signed assertion."""

from __future__ import annotations

from typing import Any

import jwt

from sfm.simulators.helseid import registry, state
from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.jose import verified

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LIFE = 60  # seconds
SKEW = 5  # seconds


def authenticate(form: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The client and the claims of its assertion."""
    if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
        raise _refused("klienten må bruke private_key_jwt")
    client = registry.client(form.get("client_id") or _claimed_client(form["client_assertion"]))
    claims = _verify(form["client_assertion"], client)
    _check(claims, client["client_id"])
    return client, claims


def _claimed_client(assertion: str) -> str:
    try:
        return str(jwt.decode(assertion, options={"verify_signature": False}).get("iss", ""))
    except jwt.PyJWTError as error:
        raise _refused("client_assertion er ikke en JWT") from error


def _verify(assertion: str, client: dict[str, Any]) -> dict[str, Any]:
    reasons = []
    for jwk in client["jwks"]:
        try:
            return verified(assertion, jwk, typ="client-authentication+jwt")
        except ValueError as error:
            reasons.append(str(error))
    raise _refused("client_assertion: " + "; ".join(reasons))


def _check(claims: dict[str, Any], client_id: str) -> None:
    now = state.now()
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise _refused("iss og sub må være client_id")
    if claims.get("aud") != state.ISSUER:
        raise _refused(f"aud må være {state.ISSUER}")
    expires, issued, not_before = (_seconds(claims, name) for name in ("exp", "iat", "nbf"))
    if expires < now - SKEW or expires - issued > MAX_LIFE or expires > now + MAX_LIFE + SKEW:
        raise _refused(f"client_assertion er utløpt eller varer mer enn {MAX_LIFE} s")
    if not_before > now + SKEW or issued > now + SKEW:
        raise _refused("client_assertion er ikke gyldig ennå")
    jti = claims.get("jti")
    if (
        not isinstance(jti, str)
        or not jti
        or not state.first_use(f"assertion {client_id}", jti, expires=expires)
    ):
        raise _refused("jti mangler eller er brukt før")


def _seconds(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    if type(value) is not int:
        raise _refused(f"{name} må være med, som et heltall")
    return value


def _refused(text: str) -> OAuthError:
    return OAuthError("invalid_client", text, status=401)

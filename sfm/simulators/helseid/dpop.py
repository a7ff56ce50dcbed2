"""DPoP at the token endpoint, with the server's nonce."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import jwt

from sfm.simulators.helseid import keys, state
from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.jose import thumbprint, verified

NONCE_LIFE = 300  # seconds
PROOF_AGE = 60  # seconds
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class NonceNeeded(OAuthError):
    """Not a fault: the client must try again with the nonce in the `DPoP-Nonce` header."""

    def __init__(self) -> None:
        super().__init__("use_dpop_nonce", "bruk nonce fra hodet DPoP-Nonce")


def new_nonce() -> str:
    moment = str(int(state.now()))
    return base64.urlsafe_b64encode(f"{moment}.{_mac(moment)}".encode()).decode().rstrip("=")


def key_of(proof: str, *, url: str, needs_nonce: bool = True) -> str:
    """Check a proof for a POST to `url` and return the thumbprint of its key."""
    try:
        jwk = _public_jwk(proof)
        claims = verified(proof, jwk, typ="dpop+jwt")
        jkt = thumbprint(jwk)
        _check(claims, jkt, url)
    except (ValueError, KeyError, jwt.PyJWTError) as error:
        raise OAuthError("invalid_dpop_proof", str(error)) from error
    if needs_nonce and not _good_nonce(claims.get("nonce")):
        raise NonceNeeded
    return jkt


def _public_jwk(proof: str) -> dict[str, Any]:
    jwk = jwt.get_unverified_header(proof).get("jwk")
    if not isinstance(jwk, dict) or PRIVATE & set(jwk):
        raise ValueError("jwk mangler eller er privat")
    return jwk


def _check(claims: dict[str, Any], jkt: str, url: str) -> None:
    if claims.get("htm") != "POST" or claims.get("htu") != url:
        raise ValueError(f"htm og htu må være POST og {url}")
    issued = claims.get("iat")
    if type(issued) is not int or not -PROOF_AGE <= issued - state.now() <= 5:
        raise ValueError("iat er for gammel eller i fremtiden")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not state.first_use(f"dpop {jkt}", jti, expires=issued + PROOF_AGE):
        raise ValueError("jti mangler eller er brukt før")


def _good_nonce(nonce: Any) -> bool:
    try:
        moment, mac = base64.urlsafe_b64decode(f"{nonce}===").decode().split(".")
    except (ValueError, UnicodeDecodeError):
        return False
    return hmac.compare_digest(mac, _mac(moment)) and 0 <= state.now() - int(moment) + 1 <= NONCE_LIFE


def _mac(moment: str) -> str:
    return hmac.new(keys.current().kid.encode(), moment.encode(), hashlib.sha256).hexdigest()[:32]

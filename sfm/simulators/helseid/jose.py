"""Reading and checking a JWT from a client."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, cast

import jwt

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
UNJUDGED = ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss")
THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def thumbprint(jwk: dict[str, Any]) -> str:
    """RFC 7638."""
    members = {name: jwk[name] for name in THUMBPRINT_MEMBERS[jwk["kty"]]}
    return b64url(
        hashlib.sha256(json.dumps(members, separators=(",", ":"), sort_keys=True).encode()).digest()
    )


def verified(token: str, jwk: dict[str, Any], *, typ: str) -> dict[str, Any]:
    """The claims of a JWT signed by `jwk`, times not judged. Raises ValueError when it is not such a token."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise ValueError("alg er ikke tillatt")
        if header.get("typ") != typ:
            raise ValueError(f"typ må være {typ}")
        key = jwt.PyJWK.from_dict(jwk, algorithm=header["alg"])
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[header["alg"]],
            options=cast("Any", dict.fromkeys(UNJUDGED, False)),
        )
    except (jwt.PyJWTError, KeyError, TypeError) as error:
        raise ValueError(f"kan ikke verifiseres: {error}") from error
    return claims

"""Compact JWS in the strict form we accept. Every fault is a ValueError; nothing here raises anything else."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

# security.md 2: exactly these nine, for tokens, assertions and proofs
ALGORITHMS = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512")
CURVES = {"ES256": "secp256r1", "ES384": "secp384r1", "ES512": "secp521r1"}
MIN_RSA_BITS = 2048
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})
_THUMBPRINT_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}
_BASE64URL = re.compile(rb"[A-Za-z0-9_-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Jws:
    """A token taken apart, not yet believed."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signing_input: bytes
    signature: bytes

    def verify(self, key: Any) -> None:
        """Check the signature with a public key. The header's algorithm must be allowed and fit the key."""
        alg = self.header.get("alg")
        if not isinstance(alg, str) or alg not in ALGORITHMS:
            raise ValueError("algorithm is not allowed")
        if not _fits(alg, key):
            raise ValueError("algorithm does not fit the key")
        if not jwt.get_algorithm_by_name(alg).verify(self.signing_input, key, self.signature):
            raise ValueError("signature does not verify")


def parse(token: str) -> Jws:
    """Take a compact JWS apart. Refuses `crit`, foreign characters, and anything but JSON objects."""
    parts = token.encode("ascii", "strict").split(b".") if token.isascii() else []
    if len(parts) != 3:
        raise ValueError("not a compact JWS")
    header, claims = _json_object(parts[0]), _json_object(parts[1])
    if "crit" in header:
        raise ValueError("crit is not understood")
    return Jws(
        header=header,
        claims=claims,
        signing_input=parts[0] + b"." + parts[1],
        signature=_decode(parts[2]),
    )


def public_key(jwk: dict[str, Any]) -> Any:
    """The key of a public EC or RSA JWK."""
    if jwk.get("kty") not in _THUMBPRINT_MEMBERS:
        raise ValueError("key type is not EC or RSA")
    if PRIVATE_MEMBERS & jwk.keys():
        raise ValueError("key holds private members")
    name = "ES256" if jwk["kty"] == "EC" else "RS256"
    try:
        return jwt.get_algorithm_by_name(name).from_jwk(jwk)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError("key cannot be read") from error


def thumbprint(jwk: dict[str, Any]) -> str:
    """RFC 7638, SHA-256, base64url."""
    members = {name: jwk[name] for name in _THUMBPRINT_MEMBERS[jwk["kty"]]}
    return sha256_b64url(json.dumps(members, separators=(",", ":"), sort_keys=True).encode())


def sha256_b64url(data: bytes) -> str:
    return b64url(hashlib.sha256(data).digest())


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def whole_number(value: Any) -> int:
    """A JSON integer within 53 bits; booleans, decimals and texts are refused."""
    if type(value) is not int or abs(value) >= 2**53:
        raise ValueError("not a whole number")
    return value


def _fits(alg: str, key: Any) -> bool:
    if alg.startswith("ES"):
        return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == CURVES[alg]
    return isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS


def _json_object(part: bytes) -> dict[str, Any]:
    try:
        content = json.loads(_decode(part))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  one kind of fault for the caller
    return content


def _decode(part: bytes) -> bytes:
    if not _BASE64URL.fullmatch(part):
        raise ValueError("not base64url")
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error

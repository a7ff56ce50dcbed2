"""Validation of DPoP proofs (RFC 9449, security.md 3 rule 9). The replay check comes after, in replay.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from sfm.identity import jose
from sfm.identity.refusals import InvalidProof

MAX_BYTES = 4096
MAX_AGE = 10  # seconds
SKEW = 5  # seconds; the window is [now − 15, now + 5]
JTI_LENGTH = range(8, 129)


@dataclass(frozen=True, kw_only=True)
class Proof:
    jkt: str
    jti: str


def validate(proof: str, *, method: str, url: str, token: str, jkt: str, now: float) -> Proof:
    """Check that the holder of the token's key made this very request. Raises InvalidProof.

    `url` is the public address without query, made from settings, never from the request's own headers.
    """
    try:
        if len(proof) > MAX_BYTES:
            raise ValueError("proof is too large")  # noqa: TRY301  turned into a refusal with the others
        jws = jose.parse(proof)
        _verify(jws, jkt)
        return Proof(jkt=jkt, jti=_checked(jws.claims, method=method, url=url, token=token, now=now))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidProof(detail=str(error)) from error


def _verify(jws: jose.Jws, jkt: str) -> None:
    jwk = jws.header.get("jwk")
    if jws.header.get("typ") != "dpop+jwt" or not isinstance(jwk, dict):
        raise ValueError("not a DPoP proof")
    key = jose.public_key(jwk)
    if not jkt or jose.thumbprint(jwk) != jkt:
        raise ValueError("proof is by another key than the token's")
    jws.verify(key)


def _checked(claims: dict[str, Any], *, method: str, url: str, token: str, now: float) -> str:
    if claims.get("htm") != method:
        raise ValueError("htm is another method")
    if not _same_address(claims.get("htu"), url):
        raise ValueError("htu is another address")
    if claims.get("ath") != jose.sha256_b64url(token.encode()):
        raise ValueError("ath is of another token")
    age = now - jose.whole_number(claims.get("iat"))
    if not -SKEW <= age <= MAX_AGE + SKEW:
        raise ValueError(f"iat is {age:.0f} s old; clock drift?")
    jti = claims.get("jti")
    if not isinstance(jti, str) or len(jti) not in JTI_LENGTH:
        raise ValueError("jti is missing or has the wrong length")
    return jti


def _same_address(claimed: Any, url: str) -> bool:
    """Scheme and host without regard to case, path percent-decoded; no query and no fragment."""
    if not isinstance(claimed, str):
        return False
    ours, theirs = urlsplit(url), urlsplit(claimed)
    return (
        (theirs.scheme.lower(), theirs.netloc.lower()) == (ours.scheme.lower(), ours.netloc.lower())
        and unquote(theirs.path) == unquote(ours.path)
        and "?" not in claimed
        and "#" not in claimed
    )

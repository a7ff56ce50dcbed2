"""Every rule of the DPoP proof, one row each (security.md 3 rule 9, attacks 13–18)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sfm.core import clock
from sfm.identity import dpop, jose
from sfm.identity.refusals import InvalidProof
from tests.tokens import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY, OTHER = Key(), Key()
URL = "http://testserver/api/v2/Session/create"
TOKEN = "aaaa.bbbb.cccc"
NOW = 1_795_000_000


@pytest.fixture(autouse=True)
def _still() -> Iterator[None]:
    with clock.frozen_at(datetime.fromtimestamp(NOW, UTC)):
        yield


def validate(proof: str, *, method: str = "POST", jkt: str = KEY.jkt, token: str = TOKEN) -> dpop.Proof:
    moment = clock.now().timestamp()
    return dpop.validate(proof, method=method, url=URL, token=token, jkt=jkt, now=moment)


def proof(**changes: Any) -> str:
    return KEY.proof("POST", URL, token=TOKEN, **changes)


def test_a_right_proof_is_taken() -> None:
    assert validate(proof()).jkt == KEY.jkt


@pytest.mark.parametrize(
    "claims",
    [
        {"htm": "GET"},
        {"htm": "post"},
        {"htm": None},
        {"htu": URL.replace("http:", "https:")},
        {"htu": URL + "/"},
        {"htu": URL.replace("create", "refresh")},
        {"htu": URL.replace("testserver", "evil.example")},
        {"htu": URL + "?a=b"},
        {"htu": URL + "#a"},
        {"htu": "http://[::1/"},
        {"htu": None},
        {"htu": 7},
        {"ath": None},
        {"ath": jose.sha256_b64url(b"another token")},
        *({"iat": value} for value in (NOW - 60, NOW - 18, NOW + 60, NOW + 8)),
        *({"iat": value} for value in (None, str(NOW), True, 1.5, float("inf"), 10**400, [])),
        {"jti": None},
        {"jti": "short"},
        {"jti": "x" * 129},
        {"jti": "x" * 5000},
        {"jti": 12345678},
    ],
)
def test_claim_faults(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidProof):
        validate(proof(claims=claims))


@pytest.mark.parametrize("iat", [-13, -9, 0, 4])
def test_the_window(iat: int) -> None:
    assert validate(proof(claims={"iat": NOW + iat}))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"crit": ["b64"]},
        {"jwk": None},
        {"jwk": "text"},
        {"jwk": OTHER.public_jwk},
        {"jwk": KEY.private_jwk},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jwk": {"kty": "EC"}},
        {"jwk": {**KEY.public_jwk, "x": 7}},
        {"jwk": {**KEY.public_jwk, "x": "AAAA"}},
        {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        {"jwk": {"kty": ["EC"]}},
    ],
)
def test_header_faults(header: dict[str, Any]) -> None:
    with pytest.raises(InvalidProof):
        validate(proof(header=header))


def test_a_private_key_in_a_proof_is_named_as_such() -> None:
    with pytest.raises(InvalidProof, match="private"):
        validate(proof(header={"jwk": KEY.private_jwk}))


def test_the_key_must_be_the_one_of_the_token() -> None:
    for jkt in (OTHER.jkt, ""):
        with pytest.raises(InvalidProof):
            validate(proof(), jkt=jkt)


def test_a_tampered_or_oversized_proof() -> None:
    head, claims, signature = proof().split(".")
    for bad in (
        f"{head}.{claims}.{'A' * len(signature)}",
        f"{head}.{claims}.",
        proof(claims={"x": "y" * 4096}),
    ):
        with pytest.raises(InvalidProof):
            validate(bad)


def test_addresses_match_as_addresses() -> None:
    assert validate(proof(claims={"htu": URL.replace("http://testserver", "HTTP://TestServer")}))
    encoded = URL.replace("Session", "%53ession")
    assert validate(proof(claims={"htu": encoded}))

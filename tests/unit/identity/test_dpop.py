"""Every rule of the DPoP proof, one row each (security.md 3 rule 9, attacks 13–18)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sfm.core import clock
from sfm.identity import dpop, jose
from sfm.identity.refusals import InvalidProof
from tests.tokens import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY, OTHER = Key(), Key()
KEYS: dict[str, Any] = {
    "RSA": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "secp256r1": ec.generate_private_key(ec.SECP256R1()),
    "secp384r1": ec.generate_private_key(ec.SECP384R1()),
    "secp521r1": ec.generate_private_key(ec.SECP521R1()),
}
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
        {"htu": URL.replace("create", "CREATE")},
        {"htu": URL.replace("testserver", "evil.example")},
        {"htu": URL + "?a=b"},
        {"htu": URL + "#a"},
        {"htu": "http://[::1/"},
        {"htu": None},
        {"htu": 7},
        {"ath": None},
        {"ath": jose.sha256_b64url(b"another token")},
        *({"iat": value} for value in (NOW - 60, NOW - 16, NOW + 60, NOW + 6)),
        *({"iat": value} for value in (None, str(NOW), True, 1.5, float("inf"), 10**400, [])),
        {"jti": None},
        {"jti": "x" * 7},
        {"jti": "x" * 129},
        {"jti": "x" * 5000},
        {"jti": 12345678},
    ],
)
def test_claim_faults(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidProof):
        validate(proof(claims=claims))


@pytest.mark.parametrize("iat", [-15, -9, 0, 5])
def test_the_window(iat: int) -> None:
    assert validate(proof(claims={"iat": NOW + iat}))


@pytest.mark.parametrize("length", [8, 128])
def test_the_length_of_jti(length: int) -> None:
    assert validate(proof(claims={"jti": "x" * length}))


def test_a_proof_is_at_most_4096_bytes() -> None:
    made = [proof(claims={"x": "y" * size}) for size in range(2630, 2670, 3)]
    assert min(map(len, made)) <= 4096 < max(map(len, made)) < 4150
    for one in made:
        with nullcontext() if len(one) <= 4096 else pytest.raises(InvalidProof):
            validate(one)


@pytest.mark.parametrize("alg", jose.ALGORITHMS)
def test_each_of_the_nine_algorithms_is_taken(alg: str) -> None:
    kind = "EC" if alg.startswith("ES") else "RSA"
    pair = KEYS[jose.CURVES.get(alg, kind)]
    jwk = jwt.get_algorithm_by_name(alg).to_jwk(pair.public_key(), as_dict=True)  # type: ignore[attr-defined]
    claims = {
        "jti": "x" * 20,
        "htm": "POST",
        "htu": URL,
        "iat": NOW,
        "ath": jose.sha256_b64url(TOKEN.encode()),
    }
    made = jwt.encode(claims, pair, algorithm=alg, headers={"typ": "dpop+jwt", "jwk": jwk})
    assert validate(made, jkt=jose.thumbprint(jwk))


@pytest.mark.parametrize(
    ("alg", "key"), [("PS256", "short"), ("ES256", "secp384r1"), ("ES256", "RSA"), ("RS256", "secp256r1")]
)
def test_a_key_fits_its_algorithm_and_is_long_enough(alg: str, key: str) -> None:
    pairs = KEYS | {"short": rsa.generate_private_key(public_exponent=65537, key_size=1024)}  # noqa: S505
    jws = jose.Jws(header={"alg": alg}, claims={}, signing_input=b"", signature=b"")
    with pytest.raises(ValueError, match="does not fit"):
        jws.verify(pairs[key].public_key())


@pytest.mark.parametrize("member", sorted(jose.PRIVATE_MEMBERS))
def test_no_private_member_stands_in_a_key(member: str) -> None:
    with pytest.raises(InvalidProof, match="private"):
        validate(proof(header={"jwk": KEY.public_jwk | {member: "AAAA"}}))


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

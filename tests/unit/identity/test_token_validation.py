"""Every rule of the access token, one row each (security.md 3, attacks 1–12, 17, 22)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sfm.core import clock
from sfm.identity import helseid, jwks, principal
from sfm.identity.refusals import AssuranceTooLow, InsufficientScope, InvalidToken, UserUnavailable
from tests.tokens import API2, CAST, JOURNAL_ID, Issuer, Key, b64url, compact

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIENCE = "e-helse:sfm.api"
NOW = 1_795_000_000


@pytest.fixture(autouse=True)
def _still() -> Iterator[None]:
    with clock.frozen_at(datetime.fromtimestamp(NOW, UTC)):
        yield


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


def validate(issuer: Issuer, token: str) -> principal.Principal:
    keys = jwks.KeySet(issuer.url, fetch=issuer.fetch)
    return helseid.validate(token, keys=keys, audience=AUDIENCE, now=clock.now().timestamp())


def test_a_right_token_becomes_a_principal(issuer: Issuer) -> None:
    caller = validate(issuer, issuer.sign(issuer.claims()))
    assert (caller.journal_id, caller.multi_tenant, caller.hpr) == (JOURNAL_ID, True, CAST[0]["hpr"])
    assert caller.orgnrs == (caller.orgnr_child, caller.orgnr_parent)
    assert caller.scopes == {API2}
    assert caller.pid not in repr(caller)
    assert caller.token not in repr(caller)


@pytest.mark.parametrize("typ", ["at+jwt", "JWT"])
def test_both_types_of_helseid_are_taken(issuer: Issuer, typ: str) -> None:
    assert validate(issuer, issuer.sign(issuer.claims(), {"typ": typ}))


@pytest.mark.parametrize("scope", [[API2, "openid"], f"openid {API2}"])
def test_scope_may_be_an_array_or_a_text(issuer: Issuer, scope: Any) -> None:
    helseid.require_scope(validate(issuer, issuer.sign(issuer.claims(scope=scope))), {API2})


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"alg": "RS256"},
        {"alg": None},
        {"alg": ["ES256"]},
        {"kid": None},
        {"kid": 7},
        {"kid": "unknown"},
        {"typ": None},
        {"typ": "dpop+jwt"},
        {"crit": ["exp"]},
    ],
)
def test_header_faults(issuer: Issuer, header: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        validate(issuer, issuer.sign(issuer.claims(), header))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": Issuer.url + "/"},
        {"iss": "https://helseid-sts.nhn.no"},
        {"iss": None},
        {"aud": None},
        {"aud": "nhn:kjernejournal"},
        {"aud": [AUDIENCE, "nhn:kjernejournal"]},
        {"aud": []},
        {"exp": NOW - 5},
        {"nbf": NOW + 6},
        {"iat": NOW + 6},
        *({name: None} for name in ("exp", "nbf", "iat")),
        *({name: value} for name in ("exp", "nbf", "iat") for value in ("1", True, 1.5, float("inf"), [1])),
    ],
)
def test_claim_faults(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        validate(issuer, issuer.sign(issuer.claims(extra=claims)))


def test_times_have_a_leeway_of_five_seconds(issuer: Issuer) -> None:
    assert validate(issuer, issuer.sign(issuer.claims(exp=NOW - 4, nbf=NOW + 5, iat=NOW + 5)))


def test_an_audience_alone_in_an_array_is_the_only_audience(issuer: Issuer) -> None:
    assert validate(issuer, issuer.sign(issuer.claims(aud=[AUDIENCE])))


def test_a_forged_signature_and_a_smuggled_key_are_refused(issuer: Issuer) -> None:
    other = Key()
    smuggled = {"jwk": other.public_jwk, "jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/"}
    before = issuer.fetches
    for header in ({}, smuggled):
        with pytest.raises(InvalidToken):
            validate(issuer, issuer.sign(issuer.claims(), header, key=other))
    assert issuer.fetches - before == 4  # metadata and keys of the issuer, per cold cache, and nothing else


def test_a_key_has_one_algorithm(issuer: Issuer) -> None:
    """An RSA key announced for PS256 takes nothing signed with RS256, though the signature is right."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    jwk = jwt.get_algorithm_by_name("RS256").to_jwk(pair.public_key(), as_dict=True) | {
        "kid": "r",
        "alg": "PS256",
    }
    documents = {jwks.WELL_KNOWN: {"issuer": issuer.url, "jwks_uri": "/keys"}, "/keys": {"keys": [jwk]}}
    keys = jwks.KeySet(issuer.url, fetch=lambda url: documents[url.removeprefix(issuer.url)])
    for alg, right in (("PS256", True), ("RS256", False)):
        token = jwt.encode(issuer.claims(), pair, algorithm=alg, headers={"kid": "r", "typ": "at+jwt"})
        if right:
            assert helseid.validate(token, keys=keys, audience=AUDIENCE, now=NOW)
            continue
        with pytest.raises(InvalidToken, match="not the one of the key"):
            helseid.validate(token, keys=keys, audience=AUDIENCE, now=NOW)


def test_the_public_key_is_no_shared_secret(issuer: Issuer) -> None:
    unsigned = compact({"alg": "HS256", "kid": issuer.kid, "typ": "at+jwt"}, issuer.claims()).rstrip(".")
    for secret in (issuer.key.public_jwk["x"].encode(), b""):
        signature = b64url(hmac.digest(secret, unsigned.encode(), hashlib.sha256))
        with pytest.raises(InvalidToken):
            validate(issuer, f"{unsigned}.{signature}")


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "a.b", "a.b.c.d", "{}.{}.{}", "æ.ø.å", "e30.e30.e30="]
)
def test_what_is_not_a_token(issuer: Issuer, token: str) -> None:
    with pytest.raises(InvalidToken):
        validate(issuer, token)


@pytest.mark.parametrize("more", ["=", ".AAAA", "!", " "])
def test_a_right_token_with_something_after_it_is_another(issuer: Issuer, more: str) -> None:
    with pytest.raises(InvalidToken):
        validate(issuer, issuer.sign(issuer.claims()) + more)


def test_nesting_and_huge_numbers_are_no_crash(issuer: Issuer) -> None:
    head = b64url(b'{"alg":"ES256","kid":"x","typ":"at+jwt"}')
    for body in (
        b"[" * 9000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"exp":1' + b"0" * 5000 + b"}",
        b"1",
        b"\xff",
    ):
        with pytest.raises(InvalidToken):
            validate(issuer, f"{head}.{b64url(body)}.AAAA")


def test_a_proof_and_an_id_token_are_not_access_tokens(issuer: Issuer) -> None:
    key = Key()
    with pytest.raises(InvalidToken):
        validate(issuer, key.proof("POST", "http://testserver/"))
    with pytest.raises(InvalidToken):  # typ is JWT for both: the audience must stop it
        validate(issuer, issuer.sign(issuer.claims(aud="epj-client"), {"typ": "JWT"}))


@pytest.mark.parametrize("scope", [[], None, "e-helse:sfm.api/sfm-migrering.api2", {"x": API2}, 7])
def test_missing_scope(issuer: Issuer, scope: Any) -> None:
    caller = validate(issuer, issuer.sign(issuer.claims(extra={"scope": scope})))
    with pytest.raises(InsufficientScope):
        helseid.require_scope(caller, {API2})


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({principal.SECURITY_LEVEL: "3"}, AssuranceTooLow),
        ({principal.SECURITY_LEVEL: 4}, AssuranceTooLow),
        ({principal.SECURITY_LEVEL: None}, AssuranceTooLow),
        ({principal.ASSURANCE_LEVEL: "substantial"}, AssuranceTooLow),
        ({principal.PID: None}, UserUnavailable),
        ({principal.PID: "12345678901"}, UserUnavailable),
        ({principal.PID: "１２３４５６７８９０１"}, UserUnavailable),
        ({principal.STATED_BY_EPJ: {"value": {"user/identity/pid": CAST[0]["pid"]}}}, UserUnavailable),
    ],
)
def test_user_faults(issuer: Issuer, claims: dict[str, Any], refusal: type[Exception]) -> None:
    caller = validate(issuer, issuer.sign(issuer.claims(extra=claims)))
    with pytest.raises(refusal):
        helseid.require_user(caller, environment="test")


@pytest.mark.parametrize(
    ("extra", "machine"),
    [({}, False), ({principal.PID: None}, True), ({principal.PID: None, principal.STATED_BY_EPJ: {}}, False)],
)
def test_a_machine_is_a_token_nobody_stands_behind(
    issuer: Issuer, extra: dict[str, Any], machine: bool
) -> None:
    """Whom the record system alone says stands behind it, is not nobody: such a token is refused everywhere."""
    assert helseid.is_machine(validate(issuer, issuer.sign(issuer.claims(extra=extra)))) is machine


def test_a_synthetic_user_is_refused_in_production(issuer: Issuer) -> None:
    caller = validate(issuer, issuer.sign(issuer.claims()))
    helseid.require_user(caller, environment="test")
    with pytest.raises(UserUnavailable):
        helseid.require_user(caller, environment="production")


@pytest.mark.parametrize(
    ("claims", "journal"),
    [
        ({principal.SFM_ID: "other"}, JOURNAL_ID),
        ({principal.JOURNAL_ID: None, principal.SFM_ID: "ABC", principal.TENANCY: "single-tenant"}, "abc"),
        ({principal.JOURNAL_ID: None, principal.SFM_ID: "abc", principal.TENANCY: None}, "abc"),
        ({principal.JOURNAL_ID: None, principal.SFM_ID: "abc", principal.TENANCY: "multi"}, ""),
    ],
)
def test_which_journal(issuer: Issuer, claims: dict[str, Any], journal: str) -> None:
    assert validate(issuer, issuer.sign(issuer.claims(extra=claims))).journal_id == journal

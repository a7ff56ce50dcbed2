"""Whatever is sent as a token or a proof: a refusal, never a crash."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sfm.core import clock
from sfm.identity import dpop, helseid, jwks
from sfm.identity.refusals import InvalidProof, InvalidToken
from tests.tokens import Issuer, Key, b64url, compact, now

ISSUER, KEY = Issuer(), Key()
KEYS = jwks.KeySet(ISSUER.url, fetch=ISSUER.fetch)
URL, TOKEN = "http://testserver/x", "a.b.c"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
CLAIMS = st.sampled_from(
    ["iss", "aud", "exp", "nbf", "iat", "jti", "htm", "htu", "ath", "cnf", "scope", "sub"]
)
HEADERS = st.sampled_from(["alg", "kid", "typ", "jwk", "crit"])


def _token(token: str) -> None:
    try:
        caller = helseid.validate(token, keys=KEYS, audience="e-helse:sfm.api", now=clock.now().timestamp())
    except InvalidToken:
        return
    assert caller.iss == ISSUER.url


def _proof(proof: str) -> None:
    try:
        dpop.validate(proof, method="GET", url=URL, token=TOKEN, jkt=KEY.jkt, now=clock.now().timestamp())
    except InvalidProof:
        return


@given(st.text() | st.lists(st.binary(max_size=40).map(b64url), min_size=1, max_size=5).map(".".join))
@settings(max_examples=200)
def test_any_text(text: str) -> None:
    _token(text)
    _proof(text)


@given(st.dictionaries(CLAIMS, JSON, max_size=3), st.dictionaries(HEADERS, JSON, max_size=2))
@settings(max_examples=200)
def test_any_content_rightly_signed(claims: dict[str, Any], header: dict[str, Any]) -> None:
    head = {"alg": "ES256", "kid": ISSUER.kid, "typ": "at+jwt"} | header
    _token(compact(head, ISSUER.claims() | claims, ISSUER.key.private))
    right = {"jti": "x" * 16, "htm": "GET", "htu": URL, "iat": now(), "ath": "x"}
    _proof(
        compact(
            {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.public_jwk} | header, right | claims, KEY.private
        )
    )


@given(JSON)
@settings(max_examples=100)
def test_any_json_as_a_part(content: Any) -> None:
    part = b64url(json.dumps(content).encode())
    _token(f"{part}.{part}.AAAA")
    _proof(f"{part}.{part}.AAAA")

"""The fault bench: any wrong token, and any wrong DPoP proof, on order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sfm.simulators.helseid import details, keys, people, registry, state, tokens
from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.jose import b64url, thumbprint
from sfm.simulators.helseid.models import SigningKey


def mint(order: dict[str, Any]) -> dict[str, Any]:
    """Make what is ordered.

    `client_id`, `person`, `scope`, `details` ({parent, child, journal_id}), `jkt`, `expires_in` shape an ordinary
    token. `claims` and `header` then replace parts of it (null removes; "external" claims too). `sign` chooses
    current | next | retired | unknown | forged | hs256 | none. `proof` ({url, method, claims, header}) adds a key and
    a DPoP proof bound to the token, with the same replacements.
    """
    proof = order.get("proof")
    key = ec.generate_private_key(ec.SECP256R1()) if proof is not None else None
    jkt = thumbprint(_public(key)) if key else order.get("jkt", "")
    claims = _replaced(_ordinary(order, jkt), order.get("claims", {}))
    token = _signed(claims, order.get("header", {}), order.get("sign", "current"))
    result: dict[str, Any] = {"access_token": token, "claims": claims}
    if key is not None and proof is not None:
        result["dpop_proof"] = _proof(key, token, proof)
        result["private_jwk"] = json.loads(jwt.get_algorithm_by_name("ES256").to_jwk(key))
    return result


def _ordinary(order: dict[str, Any], jkt: str) -> dict[str, Any]:
    client = registry.client(order["client_id"])
    scopes = str(order.get("scope") or " ".join(client["scopes"])).split()
    extra = details.tenancy_claims(client, order.get("details", {}))
    if order.get("person"):
        person = people.find(order["person"])
        if person is None:
            raise OAuthError("invalid_request", f"ukjent person {order['person']}")
        extra |= tokens.person_claims(person, [*scopes, tokens.PID_SCOPE, tokens.HPR_SCOPE])
        extra |= {"sid": secrets.token_hex(16).upper(), "auth_time": int(state.now())}
    return tokens.access_claims(
        client["client_id"], scopes, jkt=jkt, extra=extra, lifetime=order.get("expires_in")
    )


def _replaced(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (base | changes).items() if value is not None}


def _signed(claims: dict[str, Any], header_changes: dict[str, Any], how: str) -> str:
    key = {"next": keys.upcoming, "retired": _retired}.get(how, keys.current)()
    private, alg, kid = keys.private(key), key.alg, key.kid
    if how in ("unknown", "forged"):
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        kid = secrets.token_hex(10) if how == "unknown" else kid
    alg = {"none": "none", "hs256": "HS256"}.get(how, alg)
    header = _replaced({"alg": alg, "kid": kid, "typ": "at+jwt"}, header_changes)
    signing_input = f"{_part(header)}.{_part(claims)}"
    return f"{signing_input}.{b64url(_signature(how, alg, private, key, signing_input.encode()))}"


def _signature(how: str, alg: str, private: Any, key: SigningKey, data: bytes) -> bytes:
    if how == "none":
        return b""
    if how == "hs256":
        public = keys.private(key).public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        secret = public.public_bytes(serialization.Encoding.PEM, form)
        return hmac.new(secret, data, hashlib.sha256).digest()
    return bytes(jwt.get_algorithm_by_name(alg).sign(data, private))


def _retired() -> SigningKey:
    return SigningKey.objects.filter(state="retired").order_by("-id").first() or keys.current()


def _proof(key: ec.EllipticCurvePrivateKey, token: str, order: dict[str, Any]) -> str:
    claims = {
        "jti": secrets.token_urlsafe(16),
        "htm": order.get("method", "POST"),
        "htu": order["url"],
        "iat": int(state.now()),
        "ath": b64url(hashlib.sha256(token.encode()).digest()),
    }
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": _public(key)}
    header = _replaced(header, order.get("header", {}))
    data = f"{_part(header)}.{_part(_replaced(claims, order.get('claims', {})))}"
    return f"{data}.{b64url(jwt.get_algorithm_by_name('ES256').sign(data.encode(), key))}"


def _public(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    jwk = json.loads(jwt.get_algorithm_by_name("ES256").to_jwk(key.public_key()))
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")}


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

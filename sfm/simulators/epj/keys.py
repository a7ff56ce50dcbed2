"""The EPJ's own keys, and what it signs with them: client assertions for HelseID, DPoP proofs for everyone."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ASSERTION_LIFE = 30  # seconds


def new_pem() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def client_pem() -> str:
    """The client's key: made at first use, kept beside the database."""
    path = Path(os.environ.get("SFM_SIMULATOR_DIR", ".")) / "epj-client.pem"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(new_pem())
    return path.read_text()


def public_jwk(pem: str) -> dict[str, Any]:
    key = serialization.load_pem_private_key(pem.encode(), None)
    jwk: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))  # type: ignore[arg-type]
    thumbprint = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    digest = hashlib.sha256(json.dumps(thumbprint, separators=(",", ":"), sort_keys=True).encode()).digest()
    return thumbprint | {"kid": b64url(digest), "alg": "ES256", "use": "sig"}


def client_assertion(client_id: str, issuer: str) -> str:
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "nbf": now}
    pem = client_pem()
    return jwt.encode(
        claims | {"exp": now + ASSERTION_LIFE, "jti": str(uuid.uuid4())},
        pem,
        algorithm="ES256",
        headers={"typ": "client-authentication+jwt", "kid": public_jwk(pem)["kid"]},
    )


def dpop(pem: str, *, method: str, url: str, token: str = "", nonce: str = "") -> str:
    """A proof of possession for one call. `token` binds it to an access token, `nonce` answers a challenge."""
    claims: dict[str, Any] = {"jti": str(uuid.uuid4()), "htm": method, "htu": url, "iat": int(time.time())}
    if token:
        claims["ath"] = b64url(hashlib.sha256(token.encode()).digest())
    if nonce:
        claims["nonce"] = nonce
    jwk = {name: value for name, value in public_jwk(pem).items() if name in ("crv", "kty", "x", "y")}
    return jwt.encode(claims, pem, algorithm="ES256", headers={"typ": "dpop+jwt", "jwk": jwk})


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

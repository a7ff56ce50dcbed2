"""The keys the simulator signs with: one in use, one announced, and rotation."""

from __future__ import annotations

import json
import secrets
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import transaction

from sfm.simulators.helseid.models import SigningKey


def ensure() -> None:
    """Make the two keys of a new simulator."""
    with transaction.atomic():
        for state, alg in (("current", "PS256"), ("next", "ES256")):
            if not SigningKey.objects.filter(state=state).exists():
                _create(alg, state)


def current() -> SigningKey:
    ensure()
    return SigningKey.objects.get(state="current")


def upcoming() -> SigningKey:
    ensure()
    return SigningKey.objects.get(state="next")


def rotate() -> SigningKey:
    """Retire the key in use, take the announced one into use and announce a new one."""
    ensure()
    with transaction.atomic():
        retired = SigningKey.objects.get(state="current")
        SigningKey.objects.filter(state="current").update(state="retired")
        SigningKey.objects.filter(state="next").update(state="current")
        _create(retired.alg, "next")
    return current()


def private(key: SigningKey) -> Any:
    return serialization.load_pem_private_key(key.pem.encode(), password=None)


def public_jwk(key: SigningKey) -> dict[str, Any]:
    algorithm = jwt.get_algorithm_by_name(key.alg)
    jwk: dict[str, Any] = json.loads(algorithm.to_jwk(private(key).public_key()))
    return {name: value for name, value in jwk.items() if name != "key_ops"} | {
        "kid": key.kid,
        "alg": key.alg,
        "use": "sig",
    }


def published() -> list[dict[str, Any]]:
    ensure()
    return [public_jwk(key) for key in SigningKey.objects.exclude(state="retired").order_by("id")]


def sign(claims: dict[str, Any], *, typ: str, key: SigningKey | None = None) -> str:
    key = key or current()
    return jwt.encode(claims, private(key), algorithm=key.alg, headers={"typ": typ, "kid": key.kid})


def _create(alg: str, state: str) -> SigningKey:
    made: Any = (
        ec.generate_private_key(ec.SECP256R1())
        if alg.startswith("ES")
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey.objects.create(
        kid=secrets.token_hex(10).upper(), alg=alg, pem=pem.decode(), state=state
    )

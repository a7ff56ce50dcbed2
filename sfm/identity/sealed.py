"""What lies in Redis: values sealed with AES-256-GCM, names that are keyed digests. Keys come from SECRET_KEY."""

from __future__ import annotations

import hmac
import json
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES = 12


def name(purpose: str, *parts: str) -> str:
    """A keyed name for a Redis key: `purpose:<64 hex>`. Says nothing about the parts to someone without the key."""
    message = "\0".join(parts).encode()
    return f"{purpose}:{hmac.digest(_key(f'name {purpose}'), message, 'sha256').hex()}"


def seal(content: Any, *, under: str) -> bytes:
    """JSON content, readable only as the value of the Redis key `under`."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(content, separators=(",", ":")).encode()
    return nonce + AESGCM(_key("box")).encrypt(nonce, plain, under.encode())


def unseal(box: bytes, *, under: str) -> Any:
    """The content, or None when the box is not ours or was moved."""
    try:
        plain = AESGCM(_key("box")).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], under.encode())
    except (InvalidTag, ValueError):
        return None
    return json.loads(plain)


def _key(purpose: str) -> bytes:
    return _derived(settings.SECRET_KEY, purpose)


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sfm {purpose}".encode()).derive(
        secret.encode()
    )

"""Authenticated encryption bound to its place: journal, table, row, column and key version.

Envelope: version 1 byte | algorithm 1 | key version 2 (big-endian) | nonce 12 | ciphertext | tag 16.
"""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

FORMAT, AES_256_GCM = 1, 1
HEADER = 4
NONCE = 12
TAG = 16


class Unreadable(Exception):
    """The ciphertext does not belong here, was changed, or its key is gone."""


def seal(cipher: AESGCM, version: int, plain: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    header = bytes((FORMAT, AES_256_GCM)) + version.to_bytes(2, "big")
    return header + nonce + cipher.encrypt(nonce, plain, header + aad)


def key_version(envelope: bytes) -> int:
    if len(envelope) < HEADER + NONCE + TAG or envelope[:2] != bytes((FORMAT, AES_256_GCM)):
        raise Unreadable("not an envelope of ours")
    return int.from_bytes(envelope[2:4], "big")


def unseal(cipher: AESGCM, envelope: bytes, aad: bytes) -> bytes:
    nonce = envelope[HEADER : HEADER + NONCE]
    try:
        return cipher.decrypt(nonce, envelope[HEADER + NONCE :], envelope[:HEADER] + aad)
    except InvalidTag as error:
        raise Unreadable("authentication failed") from error


def place(journal: UUID, table: str, row: UUID, column: str) -> bytes:
    """The additional authenticated data: a ciphertext moved anywhere else does not open."""
    return b"|".join((journal.bytes, table.encode(), row.bytes, column.encode()))


def derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"sfm/{purpose}".encode()).derive(key)


class JournalKeys:
    """A journal's key in use: purpose keys are derived once. `version` marks what is written from now on."""

    def __init__(self, journal: UUID, masters: Mapping[int, bytes], identifiers: bytes | None = None) -> None:
        self.journal = journal
        self._identifiers = identifiers
        self.version = max(masters)
        self._masters = dict(masters)
        self._ciphers: dict[tuple[str, int], AESGCM] = {}
        self._index_keys: dict[tuple[str, int], bytes] = {}

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(sorted(self._masters, reverse=True))

    def cipher(self, purpose: str, version: int) -> AESGCM:
        found = self._ciphers.get((purpose, version))
        if found is None:
            found = self._ciphers[purpose, version] = AESGCM(derive(self._master(version), purpose))
        return found

    def seal(self, purpose: str, plain: bytes, aad: bytes) -> bytes:
        return seal(self.cipher(purpose, self.version), self.version, plain, aad)

    def unseal(self, purpose: str, envelope: bytes, aad: bytes) -> bytes:
        return unseal(self.cipher(purpose, key_version(envelope)), envelope, aad)

    def blind_index(self, kind: str, value: str, version: int | None = None) -> bytes:
        """HMAC-SHA256 under the journal's own key: equal values match inside one journal only."""
        version = version or self.version
        key = self._index_keys.get((kind, version))
        if key is None:
            key = self._index_keys[kind, version] = derive(self._master(version), f"bi/{kind}")
        return hmac.new(key, value.encode(), sha256).digest()

    @property
    def identifiers(self) -> bytes:
        """Key (32 bytes) of the ids that are kept outside this house: the same through every rotation, also when the
        first key, which it was derived from, is gone. It opens no text."""
        return self._identifiers or self.blind_index("fhir-patient-id", "key", min(self._masters))

    def _master(self, version: int) -> bytes:
        try:
            return self._masters[version]
        except KeyError:
            raise Unreadable(f"key version {version} is gone") from None

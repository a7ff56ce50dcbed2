"""The id a patient has in this API: stable, and without the patient key in it.

Clinical rows carry the patient key; an EPJ keeps ids beside names. So that the two can never be put together without
the journal's key, the id is the key as one block of AES under a key of the journal's own.
"""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from sfm.core.ids import PatientKey
from sfm.tenancy.keys import journal_keys


def of_key(patient: UUID) -> str:
    """The same for as long as the journal is: the key it is made with outlives every rotation."""
    block = _cipher().encryptor()
    return str(UUID(bytes=block.update(patient.bytes) + block.finalize()))


def to_key(ident: str) -> PatientKey | None:
    """What the id would stand for. Whether there is such a patient is the vault's to say."""
    try:
        sealed = UUID(ident).bytes
    except ValueError:
        return None
    block = _cipher().decryptor()
    return PatientKey(UUID(bytes=block.update(sealed) + block.finalize()))


def _cipher() -> Cipher[ECB]:
    # one random block per key: there is nothing in ECB to see a pattern in
    return Cipher(AES(journal_keys().identifiers), ECB())  # noqa: S305

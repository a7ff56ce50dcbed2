"""The file envelope of the national export: an AES key per file, wrapped for «SFM migrering» (integration.md 10.2).

Lengths of wrapped key, IV and extension as little-endian int32, then these three, then AES-256-CBC with PKCS#7.
"""

from __future__ import annotations

import base64
import binascii
import io
import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.padding import PKCS7

from sfm.core.errors import SfmError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

HEADER: Final = struct.Struct("<iii")
MAX_KEY, IV, MAX_EXTENSION = 1024, 16, 64  # bytes
AES_KEY = 32
BLOCK = 128  # bits
MAX_ENTRIES = 50_000
MAX_UNPACKED = 512 * 1024 * 1024  # bytes
MAX_RATIO = 200  # unpacked to packed
PADDING: Final = OAEP(mgf=MGF1(SHA512()), algorithm=SHA512(), label=None)
_ENTRY = re.compile(r"[^\x00-\x1f:]{1,300}")


class Unreadable(SfmError):
    """The file cannot be opened. Nothing of it was taken in."""

    status, code = 422, "SFM-MIG-422"
    text = "Filen kan ikke åpnes."


@dataclass(frozen=True, kw_only=True)
class Opened:
    extension: str
    content: bytes


def open_envelope(data: bytes, unwrap: Callable[[bytes], bytes]) -> Opened:
    """What was enclosed. `unwrap` is the key service's private key of migration. Raises Unreadable."""
    if len(data) < HEADER.size:
        raise Unreadable("Filen er for kort til å være en kryptert eksportfil.")
    key_size, iv_size, extension_size = HEADER.unpack_from(data)
    if not (0 < key_size <= MAX_KEY and iv_size == IV and 0 < extension_size <= MAX_EXTENSION):
        raise Unreadable("Filens hode har umulige lengder. Den er ikke en kryptert eksportfil.")
    parts, at = [], HEADER.size
    for size in (key_size, iv_size, extension_size):
        parts.append(data[at : at + size])
        at += size
    key = _unwrapped(parts[0], unwrap)
    return Opened(extension=_extension(parts[2]), content=_decrypted(key, parts[1], data[at:]))


def seal_envelope(content: bytes, public_key: RSAPublicKey, extension: str = "zip") -> bytes:
    """The same the other way, for the demo, for tests, and for vendors without an exporter."""
    key, iv = os.urandom(AES_KEY), os.urandom(IV)
    padder, cipher = PKCS7(BLOCK).padder(), Cipher(AES(key), CBC(iv)).encryptor()
    body = cipher.update(padder.update(content) + padder.finalize()) + cipher.finalize()
    wrapped, name = public_key.encrypt(key, PADDING), base64.b64encode(extension.encode())
    return HEADER.pack(len(wrapped), len(iv), len(name)) + wrapped + iv + name + body


def entries(opened: Opened) -> dict[str, bytes]:
    """The files of the zip, by name with forward slashes. Raises Unreadable for what no exporter makes."""
    if opened.extension.lower() != "zip":
        return {f"content.{opened.extension}": opened.content}
    try:
        with zipfile.ZipFile(io.BytesIO(opened.content)) as archive:
            found = [info for info in archive.infolist() if not info.is_dir()]
            _refuse_bombs(found, len(opened.content))
            return {_name(info.filename): archive.read(info) for info in found}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise Unreadable("Innholdet er ikke et gyldig zip-arkiv.") from error


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def _unwrapped(wrapped: bytes, unwrap: Callable[[bytes], bytes]) -> bytes:
    try:
        key = unwrap(wrapped)
    except ValueError as error:
        raise Unreadable("Filen er ikke kryptert for denne tjenesten (SFM migrering).") from error
    if len(key) != AES_KEY:
        raise Unreadable("Filens nøkkel har feil lengde.")
    return key


def _decrypted(key: bytes, iv: bytes, body: bytes) -> bytes:
    """CBC says nothing of changes on the way: that the zip opens and the XML parses is the check."""
    try:
        cipher, unpadder = Cipher(AES(key), CBC(iv)).decryptor(), PKCS7(BLOCK).unpadder()
        padded = cipher.update(body) + cipher.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError as error:
        raise Unreadable("Filen er ufullstendig eller endret underveis.") from error


def _extension(stated: bytes) -> str:
    try:
        return base64.b64decode(stated, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Unreadable("Filens hode sier ikke hva slags fil den er.") from error


def _refuse_bombs(found: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(info.file_size for info in found)
    if len(found) > MAX_ENTRIES or total > MAX_UNPACKED or total > MAX_RATIO * max(packed, 1024):
        raise Unreadable("Arkivet er større utpakket enn en eksportfil kan være.")


def _name(stated: str) -> str:
    """A relative path that stays inside the archive."""
    name = stated.replace("\\", "/")
    if not _ENTRY.fullmatch(name) or name.startswith("/") or ".." in name.split("/"):
        raise Unreadable("Arkivet har et ugyldig filnavn.")
    return name

"""TUS 1.0.0 as this server speaks it: headers read and written, nothing else (integration.md 10.3)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sfm.core.errors import SfmError
from sfm.identity.refusals import Malformed, Refused
from sfm.migration.intake import MAX_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,expiration,termination,checksum"
CHECKSUMS: Final = ("sha1", "sha256", "sha512")
PIECE: Final = "application/offset+octet-stream"
MOST_METADATA: Final = 4096  # characters


class WrongVersion(SfmError):
    status, code = 412, "SFM-MIG-412"
    text = "Tus-Resumable må være 1.0.0."


class WrongChecksum(SfmError):
    status, code = 460, "SFM-MIG-460"
    text = "Bitens kontrollsum stemmer ikke. Send biten på nytt."


class WrongPiece(Refused):
    status, problem, code = 415, "unsupported-media", "SFM-MIG-415"
    text = "Content-Type må være application/offset+octet-stream."


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the client wants to upload."""

    name: str
    kind: str
    run: UUID
    length: int


def order(headers: Mapping[str, str]) -> Order:
    said = metadata(headers.get("Upload-Metadata", ""))
    name = said.get("name") or said.get("filename")
    if not name:
        raise Malformed("Upload-Metadata mangler name.")
    return Order(
        name=name.replace("\\", "/"),
        kind=said.get("filetype", ""),
        run=_run(said.get("sessionid", "")),
        length=number(headers, "Upload-Length"),
    )


def metadata(text: str) -> dict[str, str]:
    """Keys in lower case; values are base64 of UTF-8."""
    if len(text) > MOST_METADATA:
        raise Malformed("Upload-Metadata er for lang.")
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key.lower()] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Malformed(f"Upload-Metadata {key[:20]} er ikke base64.") from error
    return found


def _run(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Malformed("Upload-Metadata mangler SessionId (GUID).") from error


def number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Malformed(f"{name} mangler eller er ikke et tall.")
    return int(text)


def check_version(headers: Mapping[str, str]) -> None:
    if headers.get("Tus-Resumable") != VERSION:
        raise WrongVersion


def check_sum(headers: Mapping[str, str], piece: bytes) -> None:
    """Upload-Checksum, where the client sends one."""
    text = headers.get("Upload-Checksum", "")
    if not text:
        return
    algorithm, _, stated = text.partition(" ")
    if algorithm not in CHECKSUMS:
        raise Malformed("Upload-Checksum bruker en ukjent algoritme.")
    found = hashlib.new(algorithm, piece).digest()
    if base64.b64encode(found).decode() != stated:
        raise WrongChecksum


def signed(response: HttpResponse) -> HttpResponse:
    """What every answer carries."""
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


def described(response: HttpResponse) -> HttpResponse:
    """The answer to OPTIONS."""
    response["Tus-Version"], response["Tus-Extension"] = VERSION, EXTENSIONS
    response["Tus-Max-Size"] = str(MAX_FILE)
    response["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return response

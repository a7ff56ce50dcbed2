"""Whose signature stands under what RF shows of others (eresept.md 3): checked as of the day it was made, and told. A
signature that does not hold never hides a prescription."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from sfm.wire import signing

if TYPE_CHECKING:
    from sfm.wire.messages import Opened

NOT_CHECKED = "not_checked"

log = logging.getLogger(__name__)


def of(raw: bytes, message: Opened) -> str:
    """valid, invalid, untrusted, expired_at_signing; not_checked when the house has been told of no authority."""
    trusted = _authorities(settings.SFM_SIGNATURE_AUTHORITIES)
    if not trusted:
        return NOT_CHECKED
    found = signing.verify(raw, trusted=list(trusted), at=message.envelope.info.generated_at)
    if found.status != "valid":
        log.warning("signature of %s %s: %s %s", message.kind.code, message.id, found.status, found.reason)
    return found.status


def _authorities(path: str) -> tuple[bytes, ...]:
    file = Path(path)
    return _read(path, file.stat().st_mtime_ns) if path and file.is_file() else ()


@lru_cache(maxsize=2)
def _read(path: str, _changed: int) -> tuple[bytes, ...]:
    found = x509.load_pem_x509_certificates(Path(path).read_bytes())
    return tuple(certificate.public_bytes(Encoding.PEM) for certificate in found)

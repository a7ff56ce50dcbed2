"""Where keys come from. The key service wraps and unwraps; journal keys live in the process at most five minutes."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from sfm.core.errors import Unavailable
from sfm.tenancy.crypto import JournalKeys
from sfm.tenancy.scope import journal_id_for_keys

if TYPE_CHECKING:
    from uuid import UUID

LIFETIME = 300.0  # seconds a journal's key may live in the process
_cache: dict[UUID, tuple[float, JournalKeys]] = {}
_lock = threading.Lock()
_process = {"may_sign": True}


@dataclass(frozen=True, kw_only=True)
class Signer:
    """The organisation's certificate and key for XML signatures. With hardware, `key_uri` instead of the bytes."""

    certificate_pem: bytes
    key_pem: bytes = field(repr=False)
    ca_pem: bytes = b""
    key_uri: str = ""
    orgnr: str = ""


class KeyProvider(Protocol):
    """A key service. Drivers: a file (development); PKCS#11 or a KMS behind the same verbs."""

    def wrap(self, key: bytes, context: str) -> bytes:
        """The key encrypted under the root key; `context` must be given again to unwrap."""
        ...

    def unwrap(self, wrapped: bytes, context: str) -> bytes: ...

    def mac(self, purpose: str, data: bytes) -> bytes:
        """A keyed digest (32 bytes) for lookups that belong to no journal."""
        ...

    def signer(self) -> Signer: ...

    def migration_certificate(self) -> bytes:
        """PEM of «SFM migrering»: what exporters encrypt their files for."""
        ...

    def unwrap_migration(self, wrapped: bytes) -> bytes:
        """The AES key of an export file (RSA-OAEP, SHA-512). Raises ValueError for another recipient's."""
        ...

    def rotate(self) -> int:
        """Make a new root key version; old wraps stay readable. Returns the version."""
        ...


@cache
def provider() -> KeyProvider:
    return cast("KeyProvider", import_string(settings.SFM_KEY_PROVIDER)())


def journal_keys(journal: UUID | None = None) -> JournalKeys:
    """The keys of the journal in scope, or of the one named. Raises Unavailable: never a plaintext fallback."""
    wanted = journal or journal_id_for_keys()
    held = _cache.get(wanted)
    if held is not None and held[0] > time.monotonic():
        return held[1]
    keys = JournalKeys(wanted, _unwrap_all(wanted), _kept_identifiers(wanted))
    with _lock:
        _cache[wanted] = (time.monotonic() + LIFETIME, keys)
    return keys


def new_journal_key(journal: UUID) -> int:
    """Give the journal a first or a further key; new texts use the newest, older ones stay readable."""
    from sfm.tenancy.models import JournalKey  # the registry imports nothing of keys; avoid the circle

    newest = JournalKey.objects.filter(journal_id=journal).order_by("-version").first()
    version = newest.version + 1 if newest else 1
    wrapped = wrap(journal, version, os.urandom(32))
    JournalKey.objects.create(journal_id=journal, version=version, wrapped=wrapped)
    forget(journal)
    return version


def wrap(journal: UUID, version: int, key: bytes) -> bytes:
    """A journal's key as the registry keeps it."""
    return provider().wrap(key, _context(journal, version))


def masters(journal: UUID) -> dict[int, bytes]:
    """The journal's own keys in clear, by version: for the export of a whole journal, and nothing else."""
    return _unwrap_all(journal)


def keep_identifiers(journal: UUID, key: bytes) -> None:
    """Keep what outside ids are made with apart from the keys of the texts, before the first of those goes."""
    from sfm.tenancy.models import Journal

    Journal.objects.filter(pk=journal).update(identifier_key=provider().wrap(key, _ids_context(journal)))
    forget(journal)


def rewrap() -> int:
    """Wrap every journal key under the newest root key, so that the old root key can be deleted. Returns how many."""
    from sfm.tenancy.models import Journal, JournalKey

    for journal in Journal.objects.exclude(identifier_key=None):
        context = _ids_context(journal.pk)
        kept = provider().wrap(provider().unwrap(bytes(journal.identifier_key or b""), context), context)
        Journal.objects.filter(pk=journal.pk).update(identifier_key=kept)
    rows = list(JournalKey.objects.all())
    for row in rows:
        context = _context(row.journal_id, row.version)
        row.wrapped = provider().wrap(provider().unwrap(bytes(row.wrapped), context), context)
        row.save(update_fields=["wrapped"])
    return len(rows)


def forget(journal: UUID | None = None) -> None:
    """Drop unwrapped keys from the process: one journal's, or all."""
    with _lock:
        if journal is None:
            _cache.clear()
        else:
            _cache.pop(journal, None)


def signer() -> Signer:
    """The organisation's signing key. Worker processes carry bytes and are refused."""
    if not _process["may_sign"]:
        raise Unavailable(detail="this process may not sign")
    return provider().signer()


def refuse_signing() -> None:
    """For worker processes, at start."""
    _process["may_sign"] = False


def _unwrap_all(journal: UUID) -> dict[int, bytes]:
    from sfm.tenancy.models import JournalKey

    rows = JournalKey.objects.filter(journal_id=journal).values_list("version", "wrapped")
    masters = {
        version: provider().unwrap(bytes(wrapped), _context(journal, version)) for version, wrapped in rows
    }
    if not masters:
        raise Unavailable(detail=f"journal {journal} has no key")
    return masters


def _kept_identifiers(journal: UUID) -> bytes | None:
    from sfm.tenancy.models import Journal

    wrapped = Journal.objects.filter(pk=journal).values_list("identifier_key", flat=True).first()
    return provider().unwrap(bytes(wrapped), _ids_context(journal)) if wrapped else None


def _ids_context(journal: UUID) -> str:
    return f"journal/{journal}/identifiers"


def _context(journal: UUID, version: int) -> str:
    return f"journal/{journal}/{version}"


def __getattr__(name: str) -> object:
    # settings name drivers as sfm.tenancy.keys.<Driver>; the file driver lives in its own module
    if name == "FileKeyProvider":
        from sfm.tenancy.file_keys import FileKeyProvider

        return FileKeyProvider
    raise AttributeError(name)

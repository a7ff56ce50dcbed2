"""Advisory locks of PostgreSQL, one name space per journal. Held until the transaction ends."""

from __future__ import annotations

from hashlib import sha256

from django.db import connection

from sfm.tenancy.scope import current_journal_id


def try_lock(name: str) -> bool:
    """Take the lock, or say at once that somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(name)])
        return bool(cursor.fetchone()[0])


def wait_for_lock(name: str) -> None:
    """Take the lock, after whoever has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def _number(name: str) -> int:
    digest = sha256(f"{current_journal_id()}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)

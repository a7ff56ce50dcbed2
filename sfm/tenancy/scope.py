"""Journal scope: which legal record this thread works in. The database connection carries it, so that the scope and
PostgreSQL's search_path cannot disagree."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

from sfm.core.errors import SfmError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.tenancy.models import Journal

SCHEMA_NAME = re.compile(r"j_[0-9a-f]{32}")


class _Here(threading.local):
    journal_id: UUID | None = None


_here = (
    _Here()
)  # a copy for the keys, which are asked for per value: the connection takes microseconds to find


class NoJournalScope(SfmError):
    """A journal model was used outside its journal. Always a programming error; never reaches data."""

    status = 500
    code = "SFM-500"
    text = "Noe gikk galt. Ingenting er lagret."


@contextmanager
def journal_scope(journal: Journal) -> Iterator[Journal]:
    """Work inside one journal. The journal comes from the registry (a validated token), never from a request parameter.

    Entering the same journal again is allowed; entering another is refused. On the way out the connection is back
    where it was: `public`, unless nested.
    """
    inside = _journal_or_none()
    if inside is not None:
        if inside.pk != journal.pk:
            raise NoJournalScope(detail="a scope of another journal is open")
        yield inside
        return
    _check(journal)
    _wrapper().set_tenant(journal)
    _here.journal_id = journal.pk
    try:
        yield journal
    finally:
        leave()


def current_journal() -> Journal:
    """The journal of this scope; raises NoJournalScope outside one."""
    journal = _journal_or_none()
    if journal is None:
        raise NoJournalScope(detail="no journal scope")
    return journal


def current_journal_id() -> UUID:
    found: UUID = current_journal().pk
    return found


def journal_id_for_keys() -> UUID:
    """As current_journal_id, from this thread's copy. A disagreement shows as a text that does not open."""
    return _here.journal_id or current_journal_id()


def in_scope() -> bool:
    return _journal_or_none() is not None


def leave() -> None:
    """Back to `public`, whatever was open. For the end of a request or a task."""
    _here.journal_id = None
    _wrapper().set_schema_to_public()


def _wrapper() -> Any:  # django-tenants adds its methods to the connection; the stubs do not know them
    return connection


def _journal_or_none() -> Journal | None:
    tenant = _wrapper().tenant
    return tenant if isinstance(getattr(tenant, "pk", None), UUID) else None


def _check(journal: Journal) -> None:
    if not SCHEMA_NAME.fullmatch(journal.schema_name) or not journal.ready:
        raise NoJournalScope(detail="the journal has no usable schema")

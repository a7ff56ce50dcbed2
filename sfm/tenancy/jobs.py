"""Background work names its journal: a function wrapper that knows nothing of the queue it runs in."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sfm.tenancy import journals
from sfm.tenancy.scope import NoJournalScope, journal_scope, leave

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def journal_task(work: Callable[P, R]) -> Callable[Concatenate[str, P], R]:
    """The work done inside the journal whose id comes first. Missing or malformed id: NoJournalScope, nothing read."""

    @wraps(work)
    def in_journal(journal_id: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with journal_scope(journals.find(_id(journal_id))):
                return work(*args, **kwargs)
        finally:
            leave()

    return in_journal


def _id(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NoJournalScope(detail="background work without a journal id") from None

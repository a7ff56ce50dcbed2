"""The base of everything that lives in a journal's schema: no SQL leaves without a scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import sql

from sfm.tenancy.scope import NoJournalScope, current_journal_id

if TYPE_CHECKING:
    from uuid import UUID

M = TypeVar("M", bound=models.Model)


class JournalQuery(sql.Query):
    """A query that compiles only in the journal it was made for: a lazy queryset cannot wander into another."""

    journal_id: UUID | None = None

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        here = current_journal_id()
        if self.journal_id is not None and self.journal_id != here:
            raise NoJournalScope(detail="a query made in one journal was run in another")
        return super().get_compiler(*args, **kwargs)


class JournalQuerySet(models.QuerySet[M]):
    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or JournalQuery(model), using, hints)

    def update(self, **kwargs: Any) -> int:
        current_journal_id()
        return super().update(**kwargs)

    def _insert(self, *args: Any, **kwargs: Any) -> Any:
        current_journal_id()
        return super()._insert(*args, **kwargs)  # type: ignore[misc]

    def _update(self, values: Any) -> int:
        current_journal_id()
        return super()._update(values)  # type: ignore[misc, no-any-return]

    def _raw_delete(self, using: Any) -> int:
        current_journal_id()
        return super()._raw_delete(using)


class JournalManager(models.Manager.from_queryset(JournalQuerySet)[M]):  # type: ignore[misc]
    """Raises NoJournalScope before any SQL when no journal is open."""

    use_in_migrations = False

    def get_queryset(self) -> JournalQuerySet[M]:
        journal_id = current_journal_id()
        rows: JournalQuerySet[M] = super().get_queryset()
        rows.query.journal_id = journal_id  # type: ignore[attr-defined]
        return rows


class JournalModel(models.Model):
    """A row in a journal's own schema."""

    objects: ClassVar[models.Manager[Self]] = JournalManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        current_journal_id()
        return super().delete(*args, **kwargs)

"""The workers' part: each file is a task of its own, so that patients are read side by side."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from sfm.migration import running
from sfm.migration.models import FileKind, MigrationFile
from sfm.tenancy import journals
from sfm.tenancy.jobs import journal_task
from sfm.tenancy.scope import current_journal_id, journal_scope

__all__ = ["sweep", "take_in"]


@shared_task(name="sfm.migration.tasks.take_in")
def take_in(journal_id: str, file_id: str) -> None:
    _take_in(journal_id, file_id)


@shared_task(name="sfm.migration.tasks.sweep")
def sweep() -> int:
    """The beat's safety net, after a lost worker or a restart. Returns how many files were waiting."""
    found = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            files = running.waiting()
        for file_id in files:
            take_in.delay(str(journal.pk), str(file_id))
        found += len(files)
    return found


@journal_task
def _take_in(file_id: str) -> None:
    state = running.take_in(UUID(file_id))
    file = MigrationFile.objects.filter(pk=file_id).first()
    if state in running.GOOD and file is not None and file.kind == FileKind.ORGANISATION:
        for other in running.waiting():
            take_in.delay(str(current_journal_id()), str(other))

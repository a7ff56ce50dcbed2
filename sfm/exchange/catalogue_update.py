"""(FEST-oppdatering) Looking for a new FEST, and telling the journals when it touches what their patients use."""

from __future__ import annotations

import logging

from celery import shared_task
from django.conf import settings

from sfm.audit.record import record
from sfm.core import clock
from sfm.fest import models
from sfm.fest.importer import update as updates
from sfm.fest.models import Replaced, Version
from sfm.medication.actions import ledger
from sfm.medication.models import Lifecycle, Treatment, WorkItem
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope

log = logging.getLogger("sfm.exchange")
NEWS_TASK, FAILED_TASK = 11, 113
PATIENCE = 2  # failures in a row before the journals are told
BATCH = 5_000  # keys asked about at once


@shared_task(name="sfm.exchange.catalogue_update.update")
def update() -> str:
    """One look at the source. Returns what came of it; "" when no source is set."""
    if not settings.FEST_SOURCE:
        return ""
    told = updates.failures_in_a_row() >= PATIENCE
    attempt = updates.update(settings.FEST_SOURCE, driver=settings.FEST_DRIVER)
    log.info("FEST update: %s", attempt.outcome)
    failures = updates.failures_in_a_row()
    if failures == PATIENCE:
        _each_journal_is_told(FAILED_TASK)
    if told and not failures:
        _each_journal_is_freed(FAILED_TASK)
    announce()
    settle()
    return str(attempt.outcome)


@shared_task(name="sfm.exchange.catalogue_update.announce")
def announce() -> int:
    """Tell each journal, once, that products its patients use have left FEST. Returns how many were told."""
    version = Version.objects.filter(is_current=True, announced_at=None).first()
    if version is None:
        return 0
    if not Version.objects.filter(pk=version.pk, announced_at=None).update(announced_at=clock.now()):
        return 0  # another worker was first
    gone = _gone(version)
    told = 0
    for journal in journals.in_use() if gone else ():
        with journal_scope(journal):
            in_use = _in_use(gone)
            if in_use:
                ledger.work_item(NEWS_TASK, patient=None)
                record(None, "fest.gone", detail={"version": version.pk, "treatments": in_use}, source="job")
                told += 1
    return told


def settle() -> int:
    """Nobody is asked to look any more where nothing in use names a product that has left FEST. Returns how many
    journals that was."""
    settled = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            told = WorkItem.objects.filter(code=NEWS_TASK, patient_key=None, open=True)
            if told.exists() and not _names_what_has_left():
                settled += told.update(open=False, updated=clock.now())
    return settled


def _names_what_has_left() -> bool:
    active = Treatment.objects.filter(lifecycle=Lifecycle.ACTIVE).exclude(fest_id="")
    named = list(active.values_list("fest_id", flat=True).distinct())
    return any(
        models.Drug.objects.filter(key__in=named[start : start + BATCH], expired_on__isnull=False).exists()
        for start in range(0, len(named), BATCH)
    )


def _gone(version: Version) -> list[str]:
    """Products in force before the version and not after it."""
    changed = Replaced.objects.filter(version=version, table="drug", row__isnull=False, row__expired_on=None)
    keys = changed.values_list("key", flat=True)
    return list(
        models.Drug.objects.filter(key__in=keys, expired_on__isnull=False).values_list("key", flat=True)
    )


def _in_use(gone: list[str]) -> int:
    """How many treatments in use name what has gone. A number: no patient is looked at."""
    return sum(
        Treatment.objects.filter(lifecycle=Lifecycle.ACTIVE, fest_id__in=gone[start : start + BATCH]).count()
        for start in range(0, len(gone), BATCH)
    )


def _each_journal_is_told(task: int) -> None:
    for journal in journals.in_use():
        with journal_scope(journal):
            ledger.work_item(task, patient=None)


def _each_journal_is_freed(task: int) -> None:
    for journal in journals.in_use():
        with journal_scope(journal):
            WorkItem.objects.filter(code=task, patient_key=None, open=True).update(
                open=False, updated=clock.now()
            )

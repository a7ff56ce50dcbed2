"""Links new access-log rows into the hash chain, journal by journal."""

from __future__ import annotations

import logging

from celery import shared_task

from sfm.audit import chain
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope

log = logging.getLogger(__name__)


@shared_task(name="sfm.exchange.sealing.seal_all")
def seal_all() -> int:
    """Returns how many rows were sealed, all journals together."""
    sealed = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            sealed += chain.seal()
    return sealed


@shared_task(name="sfm.exchange.sealing.tell_heads")
def tell_heads() -> int:
    """Each journal's newest seal, to the process log: what is kept there guards the tail of the access log."""
    chosen = journals.in_use()
    for journal in chosen:
        with journal_scope(journal):
            log.info("access log head %s %s", journal.pk, chain.told(*chain.head()))
    return len(chosen)

"""Links new access-log rows into the hash chain, journal by journal."""

from __future__ import annotations

from celery import shared_task

from sfm.audit import chain
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope


@shared_task(name="sfm.exchange.sealing.seal_all")
def seal_all() -> int:
    """Returns how many rows were sealed, all journals together."""
    sealed = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            sealed += chain.seal()
    return sealed

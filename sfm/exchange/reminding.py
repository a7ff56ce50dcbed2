"""(Forfalt) Once a day, journal by journal: what a day that has passed asks somebody to do."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.db import transaction

from sfm.medication.actions import due
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope


@shared_task(name="sfm.exchange.reminding.remind_all")
def remind_all() -> int:
    """Returns how many work items were opened, all journals together."""
    wanted = frozenset(settings.SFM_REMINDERS)
    opened = 0
    for journal in journals.in_use() if wanted else ():
        with journal_scope(journal), transaction.atomic():
            opened += due.remind(wanted)
    return opened

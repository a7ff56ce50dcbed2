"""(HPR-oppslag) Asking HPR what a person may do: at registration, at login, and again when the answer grows old.

The rights last read stand until HPR has answered: a register that is down takes nobody's right away.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from celery import shared_task
from django.conf import settings
from django.db import transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.exchange import queueing
from sfm.gateways.hpr import client
from sfm.gateways.hpr.errors import HprUnavailable
from sfm.identity import hpr
from sfm.identity.models import Practitioner
from sfm.outbox import queue
from sfm.tenancy import journals
from sfm.tenancy.scope import current_journal_id, journal_scope

if TYPE_CHECKING:
    from datetime import datetime

    from sfm.outbox.models import OutboxEntry


def wanted(person: Practitioner, *, always: bool = False) -> bool:
    """Promise to ask HPR about the person. Without `always` only when the answer is missing or old."""
    if not settings.HPR_URL or not (always or hpr.is_due(person, older_than=_old())):
        return False
    if not person.hpr and not person.personnel_category:
        return False
    with transaction.atomic():
        queue.put(kind=queueing.HPR, subject=person.pk)
        queueing.wake(current_journal_id())
    return True


def ask(entry: OutboxEntry) -> None:
    """Ask, and let the answer stand. The national id decides when we have it: nobody is given another's rights."""
    person = Practitioner.objects.filter(pk=entry.subject).first()
    if person is None:
        queue.done(entry)
        return
    try:
        register = client.connect()
        answer = register.by_national_id(person.pid) if person.pid else register.by_number(person.hpr)
    except HprUnavailable:
        queue.retry(entry, after=queue.backoff(entry.attempts), problem="hpr")
        return
    found = hpr.standing(answer, today=clock.today()) if answer is not None else None
    with transaction.atomic():
        hpr.take_over(person.pk, found)
        detail = {"known": found is not None, "category": found.category if found else ""}
        record(None, "hpr.read", subject=person, detail=detail, source="job")
        queue.done(entry)


@shared_task(name="sfm.exchange.hpr_lookup.ask_again")
def ask_again() -> int:
    """The beat: everybody at work whose answer is old. Returns how many are asked about."""
    if not settings.HPR_URL:
        return 0
    asked = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            asked += sum(wanted(person) for person in Practitioner.objects.filter(active=True))
    return asked


def _old() -> datetime:
    return clock.now() - timedelta(seconds=settings.HPR_MAX_AGE)

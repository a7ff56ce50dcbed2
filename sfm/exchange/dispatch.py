"""Carries what was promised: signed bytes to RF, questions to RF and KJ, received messages to their rows.

Workers cannot sign and never change a byte. A lost worker's entry is taken again when its lease runs out; RF knows the
MsgId, so nothing happens twice.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from celery import shared_task
from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Unavailable
from sfm.exchange import (
    answers,
    critical_information,
    hpr_lookup,
    lookup,
    multidose_changes,
    outcomes,
    questions,
    queueing,
    reference_numbers,
    tokens,
)
from sfm.exchange.models import Message
from sfm.gateways.rf import client
from sfm.gateways.rf.errors import RfOutcomeUnknown, RfUnavailable
from sfm.outbox import queue
from sfm.outbox.models import OutboxEntry, State
from sfm.outbox.queries import is_due
from sfm.tenancy import journals
from sfm.tenancy.jobs import journal_task
from sfm.tenancy.scope import current_journal_id, journal_scope

if TYPE_CHECKING:
    from collections.abc import Callable


log = logging.getLogger("sfm.exchange")
FRESH = timedelta(minutes=4)  # RF refuses a message five minutes after its GenDate (313)
WAITS = (2, 5, 10, 20, 40, 60)  # seconds between attempts with the same bytes
M1_PENDING = timedelta(seconds=2)
MOST_ERRORS = 8  # of our own: attempts before an entry is given up
ASKS: dict[str, Any] = {reference_numbers.KIND: reference_numbers, multidose_changes.KIND: multidose_changes}
ROUNDS = 50  # a task never works for ever


@shared_task(name="sfm.exchange.dispatch.drain")
def drain(journal_id: str) -> int:
    """Do everything that is due in one journal. Returns how many entries were worked on."""
    return _drain(journal_id)


@shared_task(name="sfm.exchange.dispatch.drain_all")
def drain_all() -> int:
    """The beat's safety net: wake the journals that have something due."""
    woken = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            due = is_due()
        if due:
            drain.delay(str(journal.pk))
            woken += 1
    return woken


@shared_task(name="sfm.exchange.dispatch.work_on")
def work_on(journal_id: str, entry_id: int, lease: str) -> None:
    """One leased entry, so that RF, PLL and KJ are asked side by side."""
    _work_on(journal_id, entry_id, lease)


@journal_task
def _drain() -> int:
    """Questions go to other workers, so that slow RF does not hold back KJ; the rest is done here, in order."""
    worked = 0
    for _ in range(ROUNDS):
        questions = queue.lease((queueing.ASK,), limit=8)
        for entry in questions:
            work_on.delay(str(current_journal_id()), entry.pk, str(entry.lease))
        others = queue.lease((queueing.SEND, queueing.RECEIVED, queueing.TELL, queueing.HPR), limit=1)
        for entry in others:
            handle(entry)
        if not questions and not others:
            break
        worked += len(questions) + len(others)
    return worked


@journal_task
def _work_on(entry_id: int, lease: str) -> None:
    entry = OutboxEntry.objects.filter(pk=entry_id, lease=UUID(lease), state=State.LEASED).first()
    if entry is not None:
        handle(entry)


def handle(entry: OutboxEntry) -> None:
    """Do the work of a leased entry and settle it."""
    message = Message.objects.filter(pk=entry.subject).first()
    if message is None and entry.kind not in WITHOUT_MESSAGE:
        queue.dead_letter(entry, problem="no message")
        return
    try:
        if message is None:
            WITHOUT_MESSAGE[entry.kind](entry)
        else:
            HANDLERS[entry.kind](entry, message)
    except queue.LeaseLost:
        log.warning("lease of %s lost; the other worker settles it", entry.pk)
    except Unavailable:
        queue.retry(entry, after=queue.backoff(entry.attempts), problem="unavailable")
    except Exception:
        log.exception("entry %s could not be worked on", entry.pk)
        _give_up_later(entry, message)


def _give_up_later(entry: OutboxEntry, message: Message | None) -> None:
    if entry.attempts < MOST_ERRORS:
        queue.retry(entry, after=queue.backoff(entry.attempts), problem="error")
        return
    queue.dead_letter(entry, problem="error")
    if message is not None:
        _tell(entry, message)


def _tell(entry: OutboxEntry, message: Message) -> None:
    """What nobody works on any more stands where its sender sees it; and no list waits for it."""
    try:
        if entry.kind == queueing.SEND:
            outcomes.too_late(message)
        elif entry.kind == queueing.ASK and message.kind in questions.SOURCE_OF:
            lookup.failed(message, code=answers.UNREADABLE[0], text=answers.UNREADABLE[1])
    except Exception:  # the fault may lie just there
        log.exception("message %s could not be settled", message.pk)
        Message.objects.filter(pk=message.pk).exclude(state__in=outcomes.SETTLED).update(state="failed")


def _send(entry: OutboxEntry, message: Message) -> None:
    if message.state in outcomes.SETTLED:
        queue.done(entry)
        return
    if _waits(entry, message):
        return
    if clock.now() - message.generated_at > FRESH:
        outcomes.too_late(message)
        queue.done(entry)
        return
    _mark_sending(message)
    try:
        receipt = client.connect().submit(bytes(message.raw), kind=message.kind, token=tokens.for_rf(message))
    except RfUnavailable:
        Message.objects.filter(pk=message.pk, state="sending").update(state="queued")
        _again(entry)
        return
    except RfOutcomeUnknown:
        Message.objects.filter(pk=message.pk).update(state="unknown")
        _again(entry)
        return
    if receipt.about.lower() != str(message.pk):
        Message.objects.filter(pk=message.pk).update(state="unknown")
        _again(entry)
        return
    again = outcomes.received(message, receipt)
    _again(entry) if again else queue.done(entry)


def _mark_sending(message: Message) -> None:
    """«unknown» stays: what was once sent into the dark is never called unsent again. Found in «sending»: the worker
    that had it is gone, and nobody knows how far it came."""
    message.attempts += 1
    message.state = "unknown" if message.state in outcomes.IN_THE_DARK else "sending"
    message.save(update_fields=["attempts", "state"])


def _again(entry: OutboxEntry) -> None:
    seconds = WAITS[min(entry.attempts, len(WAITS)) - 1]
    queue.retry(entry, after=timedelta(seconds=seconds), problem="rf")


def _waits(entry: OutboxEntry, message: Message) -> bool:
    """An M5 of a renewal waits for its M1; the list for all M1s of its sending. A refused one blocks them."""
    if message.kind == "ERM5" and message.parent_id:
        needed = Message.objects.filter(pk=message.parent_id)
    elif message.kind == "ERM251":
        needed = Message.objects.filter(intent_id=message.intent_id, kind="ERM1")
    else:
        return False
    states = set(needed.values_list("state", flat=True)) - {"accepted"}
    if not states:
        return False
    if states <= set(outcomes.SETTLED):
        outcomes.held_back(message)
        queue.done(entry)
    else:
        queue.retry(entry, after=M1_PENDING, problem="waits")
    return True


def _ask(entry: OutboxEntry, message: Message) -> None:
    asks = ASKS.get(message.kind, answers)
    if message.state in outcomes.SETTLED or asks.fetch(message, last_attempt=entry.attempts >= asks.ATTEMPTS):
        queue.done(entry)
    else:
        queue.retry(entry, after=timedelta(seconds=WAITS[entry.attempts - 1]), problem="rf")


def _received(entry: OutboxEntry, message: Message) -> None:
    from sfm.exchange import receive

    receive.process(message)
    queue.done(entry)


HANDLERS: dict[str, Callable[[OutboxEntry, Message], None]] = {
    queueing.SEND: _send,
    queueing.ASK: _ask,
    queueing.RECEIVED: _received,
    queueing.TELL: critical_information.carry,
}


WITHOUT_MESSAGE: dict[str, Callable[[OutboxEntry], None]] = {queueing.HPR: hpr_lookup.ask}


def withdraw(message: Message) -> bool:
    """«Angre sending» while the message is held in the house: kept, never sent (rulings.md 8)."""
    with transaction.atomic():
        if not queue.withdraw(kind=queueing.SEND, subject=message.pk):
            return False
        outcomes.withdrawn(message)
        return True

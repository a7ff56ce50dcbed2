"""The outbox as this layer uses it: which work there is, in which order, and waking the workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.outbox import queue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sfm.exchange.models import Message

SEND, ASK, RECEIVED = "send", "ask", "received"
TELL = "tell"  # a reaction to KJ
HPR = "hpr"  # its subject is a practitioner, not a message
FIRST, LIST = 1, 2  # M1 and M5 before the list of the same patient


def put_sending(message: Message, *, order: int, available_at: datetime | None = None) -> None:
    queue.put(
        kind=SEND, subject=message.pk, patient_key=message.patient_key, order=order, available_at=available_at
    )


def put_question(message: Message) -> None:
    queue.put(kind=ASK, subject=message.pk, patient_key=message.patient_key)


def put_questions(messages: Sequence[Message], *, patient_key: UUID) -> None:
    """Several new ones about one patient at once."""
    queue.put_new(kind=ASK, subjects=[message.pk for message in messages], patient_key=patient_key)


def put_reaction(message: Message) -> None:
    queue.put(kind=TELL, subject=message.pk, patient_key=message.patient_key)


def put_received(message: Message) -> None:
    queue.put(kind=RECEIVED, subject=message.pk)


def wake(journal_id: UUID) -> None:
    """Let a worker look after this transaction. The beat does the same every five seconds, should this get lost."""
    transaction.on_commit(lambda: _wake(journal_id), robust=True)


def _wake(journal_id: UUID) -> None:
    from sfm.exchange.dispatch import drain  # the tasks import this module

    drain.delay(str(journal_id))

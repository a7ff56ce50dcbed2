"""(Referansenummer) Fetched by M4.1 before they are needed, given to a prescription when it is signed.

A number belongs to the prescriber who fetched it and to one patient; the prescriptions of one sending share it, and
those in the prescriber's own name get their own (rulings.md 11, eresept.md 4.4). There is no network in a request: a
worker fetches, and what is missing at the sign page blocks with a sentence until it has come.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.exchange import envelopes, evidence, queueing, tokens
from sfm.exchange.models import Message, ReferenceNumber
from sfm.gateways.rf import client
from sfm.gateways.rf.errors import RfRejected, RfUnavailable
from sfm.medication.models import Delivery, Prescription
from sfm.medication.models.prescription import LIVE
from sfm.wire import m41
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from sfm.core.actor import Actor
    from sfm.exchange.questions import Terms

KIND = "ERM41"
FEWEST, FETCHED = 5, 20
PATIENCE = timedelta(seconds=30)  # a question that has not been answered by then is asked again
ATTEMPTS = 4
MOST_ASKED = 20
WAITING = "Referansenummeret til den låste resepten er ikke hentet fra Reseptformidleren ennå. Se over på nytt om litt."


def keep_ready(by: Actor, *, token: str = "") -> None:
    """Ask for more when few are left. Nothing happens when somebody just asked, or the unit cannot send."""
    if free(by) >= FEWEST or _just_asked(by):
        return
    try:
        author = envelopes.author(by)
    except Invalid:
        return  # the sign page says what the unit lacks
    msg_id = uuid4()
    request = m41.ReferenceNumberRequest(count=FETCHED)
    message = Message.objects.create(
        id=msg_id,
        kind=KIND,
        direction="out",
        raw=envelopes.seal(KIND, request, msg_id=msg_id, author=author),
        token=token,
        signed_by=by.practitioner_id,
        signed_by_name=by.name,
        generated_at=clock.now(),
    )
    queueing.put_question(message)
    queueing.wake(by.journal_id)


def free(by: Actor) -> int:
    found: int = _unused(by.practitioner_id).count()
    return found


def give(by: Actor, *, patient_key: UUID, intent_id: UUID) -> str:
    """An unused number, now this patient's. Under the lock of the signing.

    :raises Invalid: none is left.
    """
    row = _unused(by.practitioner_id).select_for_update(skip_locked=True).order_by("fetched_at", "pk").first()
    if row is None:
        raise Invalid(WAITING)
    row.patient_key, row.intent_id, row.used_at = patient_key, intent_id, clock.now()
    row.save(update_fields=["patient_key", "intent_id", "used_at"])
    return str(row.number)


def with_own(patient_key: UUID, terms: Terms) -> Terms:
    """The question with the numbers we know: RF shows locked prescriptions to nobody who cannot name theirs."""
    may_be_there = Q(rf_status__in=LIVE) | Q(delivery=Delivery.AWAITING_CONFIRMATION)
    live = Prescription.objects.filter(may_be_there, patient_key=patient_key, locked=True)
    known = dict.fromkeys([*terms.reference_numbers, *filter(None, (row.reference_number for row in live))])
    return replace(terms, reference_numbers=tuple(known)[:MOST_ASKED])


def fetch(message: Message, *, last_attempt: bool) -> bool:
    """The worker's part: ask RF and keep the numbers. False: not answered, may be tried once more."""
    try:
        raw = client.connect().ask(bytes(message.raw), kind=KIND, token=tokens.for_rf(message))
        numbers = evidence.answer_to(message, raw).body.numbers
    except RfUnavailable:
        if not last_attempt:
            return False
        numbers = ()
    except (RfRejected, WireFormatError):
        numbers = ()
    if message.signed_by is None:
        raise ValueError("a question for numbers that nobody asked")
    with transaction.atomic():
        for number in numbers:
            ReferenceNumber.objects.create(
                number=number, practitioner_id=message.signed_by, fetched_at=clock.now()
            )
        message.state = "accepted" if numbers else "failed"
        message.settled_at, message.token = clock.now(), ""
        message.save(update_fields=["state", "settled_at", "token"])
    return True


def _unused(practitioner_id: UUID) -> QuerySet[ReferenceNumber]:
    return ReferenceNumber.objects.filter(practitioner_id=practitioner_id, used_at=None)


def _just_asked(by: Actor) -> bool:
    asked = Message.objects.filter(
        kind=KIND, signed_by=by.practitioner_id, state="queued", generated_at__gt=clock.now() - PATIENCE
    )
    return bool(asked.exists())

"""(Endrede multidosepasienter) M9.21: which of a unit's multidose patients have a new prescription or list in RF.

Signed by nobody, so a machine may ask too, and the beat asks every night (rulings.md 7 and 44, eresept.md 4.8). RF does
not say whose the change is: it may be our own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from celery import shared_task
from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.exchange import envelopes, evidence, queueing, tokens
from sfm.exchange.models import Message
from sfm.exchange.translate import parties
from sfm.gateways.rf import client
from sfm.gateways.rf.errors import RfRejected, RfUnavailable
from sfm.medication.actions import ledger
from sfm.medication.models import MedicationList
from sfm.patients import vault
from sfm.tenancy import journals
from sfm.tenancy.models import Organisation
from sfm.tenancy.scope import current_journal_id, journal_scope
from sfm.wire import m921
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

KIND = "ERM921"
TASK = 8
ATTEMPTS = 4
PATIENCE = timedelta(seconds=30)  # a question that has not been answered by then is asked again
FIRST_LOOK = timedelta(days=2)  # how far back a unit that has never asked looks
OVERLAP = timedelta(minutes=2)  # RF's clock is not ours


@shared_task(name="sfm.exchange.multidose_changes.ask_all")
def ask_all() -> int:
    """Journal by journal. Returns how many questions went out."""
    asked = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            asked += ask_here()
    return asked


def ask_here() -> int:
    """Every unit of this journal, when it has multidose patients."""
    return sum(ask(unit) is not None for unit in _units()) if _has_multidose() else 0


@transaction.atomic
def ask(unit: Organisation) -> Message | None:
    """None when the unit cannot send. A question that is under way is not asked twice."""
    if parties.missing(unit):
        return None
    under_way = _of(unit).filter(state="queued", generated_at__gt=clock.now() - PATIENCE).first()
    if under_way is not None:
        return under_way
    msg_id = uuid4()
    body = m921.ChangesRequest(changed_after=_since(unit))
    message: Message = Message.objects.create(
        id=msg_id,
        kind=KIND,
        direction="out",
        subject_id=unit.pk,
        raw=envelopes.seal_for_unit(KIND, body, msg_id=msg_id, unit=unit),
        generated_at=clock.now(),
    )
    queueing.put_question(message)
    queueing.wake(current_journal_id())
    return message


def fetch(message: Message, *, last_attempt: bool) -> bool:
    """The worker's part: each changed patient becomes a task. False: not answered, may be tried once more."""
    try:
        raw = client.connect().ask(bytes(message.raw), kind=KIND, token=tokens.for_rf(message))
        answer: m921.ChangedPatients = evidence.answer_to(message, raw).body
    except RfUnavailable:
        if not last_attempt:
            return False
        _settle(message, "failed")
    except (RfRejected, WireFormatError):
        _settle(message, "failed")
    else:
        _take(message, answer)
    return True


@transaction.atomic
def _take(message: Message, answer: m921.ChangedPatients) -> None:
    for patient in answer.patients:
        _tell((patient.national_id, *patient.others))
    for number in answer.older:
        _tell((number,))
    _settle(message, "accepted")


def _tell(numbers: tuple[str, ...]) -> None:
    """A task about the patient, when one of the numbers is known here."""
    for number in numbers:
        try:
            key = vault.find(number)
        except Invalid:
            continue
        if key is not None:
            ledger.work_item(TASK, patient=key)
            return


def _settle(message: Message, state: str) -> None:
    message.state, message.settled_at = state, clock.now()
    message.save(update_fields=["state", "settled_at"])


def _since(unit: Organisation) -> datetime:
    answered = _of(unit).filter(state="accepted").order_by("-generated_at").first()
    return answered.generated_at - OVERLAP if answered else clock.now() - FIRST_LOOK


def _of(unit: Organisation) -> QuerySet[Message]:
    return Message.objects.filter(kind=KIND, subject_id=unit.pk)


def _units() -> list[Organisation]:
    return list(Organisation.objects.filter(journal_id=current_journal_id(), active=True).exclude(her_id=""))


def _has_multidose() -> bool:
    rows = MedicationList.objects.exclude(multidose_physician="", multidose_pharmacy="")
    return bool(rows.exists())

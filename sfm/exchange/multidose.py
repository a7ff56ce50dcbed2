"""(Multidoseansvar) Registering who is responsible: M27.1 is signed in the request, M27.2 read in a worker."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Forbidden, Invalid
from sfm.core.ids import PatientKey
from sfm.exchange import envelopes, evidence, queueing, tokens
from sfm.exchange.models import Message
from sfm.exchange.translate import parties
from sfm.gateways.rf import client as rf
from sfm.gateways.rf.errors import RfRejected, RfUnavailable
from sfm.medication.actions import ledger, lists
from sfm.medication.models import JournalNote
from sfm.patients import vault
from sfm.wire import codes_7419, m271
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.values import cs

if TYPE_CHECKING:
    from sfm.core.actor import Actor

REGISTRATION = "ERM271"
RIGHT = "multidose.register_responsible"
PHYSICIAN = "LE"
REGISTERED, DEREGISTERED = ("R", "Registrering"), ("A", "Avregistrering")  # 7496
NOTES = {
    True: ("MultidoseResponsibilityRegistered", "Registrert som multidoseansvarlig lege."),
    False: ("MultidoseResponsibilityDeregistered", "Avregistrert som multidoseansvarlig lege."),
}


@transaction.atomic
def register(*, patient_key: UUID, by: Actor, token: str, register: bool) -> Message:
    """Sign the M27.1 of the actor and promise it to the workers. Raises Forbidden for others than a doctor."""
    if by.personnel_category != PHYSICIAN or not by.may(RIGHT):
        raise Forbidden("Bare lege kan registreres som multidoseansvarlig.")
    person = vault.open_identity(PatientKey(patient_key))
    if not person.has_national_id:
        raise Invalid("Pasienten må ha fødselsnummer eller D-nummer for å få multidose.")
    lists.touch(patient_key)
    ident = uuid4()
    body = m271.MultidoseRegistration(status=cs(*_status(register)), valid_from=clock.today())
    raw = envelopes.seal(
        REGISTRATION, body, msg_id=ident, author=envelopes.author(by), patient=parties.patient(person)
    )
    message: Message = Message.objects.create(
        id=ident,
        kind=REGISTRATION,
        direction="out",
        patient_key=patient_key,
        raw=raw,
        token=token,
        claims={"register": register},
        sha256=hashlib.sha256(raw).hexdigest(),
        signed_by=by.practitioner_id,
        signed_by_name=by.name,
        generated_at=clock.now(),
    )
    queueing.put_question(message)
    ledger.audit("message.signed", by=by, patient=patient_key, subject=message, detail={"kind": REGISTRATION})
    queueing.wake(by.journal_id)
    return message


def fetch(message: Message, *, last_attempt: bool) -> bool:
    """Carry it, and keep RF's answer. False: not answered, may be tried once more with the same bytes."""
    try:
        raw = rf.connect().ask(bytes(message.raw), kind=message.kind, token=tokens.for_rf(message))
        parties_now: m271.MultidoseParties = evidence.answer_to(message, raw).body
    except RfUnavailable:
        if not last_attempt:
            return False
        _settle(message, "failed", [])
    except RfRejected as refused:
        _settle(message, "rejected", [_said(error.code, error.text) for error in refused.receipt.errors])
    except WireFormatError:
        _settle(message, "failed", [])
    else:
        _accepted(message, parties_now)
    return True


@transaction.atomic
def _accepted(message: Message, answer: m271.MultidoseParties) -> None:
    _settle(message, "accepted", [])
    if message.patient_key is None:
        raise ValueError("a registration without a patient")
    head = lists.touch(message.patient_key)
    doctor, pharmacy = answer.physician, answer.pharmacy
    head.multidose_physician = doctor.name[:255] if doctor and not doctor.active_until else ""
    head.multidose_pharmacy = pharmacy.name[:255] if pharmacy and not pharmacy.active_until else ""
    head.save(update_fields=["multidose_physician", "multidose_pharmacy"])
    event, text = NOTES[bool((message.claims or {}).get("register"))]
    JournalNote.objects.create(
        patient_key=message.patient_key,
        event=event,
        text=text,
        performer_id=message.signed_by or UUID(int=0),
        performer_name=message.signed_by_name,
        at=clock.now(),
    )


def _status(register: bool) -> tuple[str, str]:
    return REGISTERED if register else DEREGISTERED


def _said(code: str, text: str) -> dict[str, str]:
    known = codes_7419.look_up(code, text)
    return {
        "code": known.code,
        "text": f"{known.user_text} {known.shown} ({known.code})",
        "class": known.category,
    }


def _settle(message: Message, state: str, errors: list[dict[str, str]]) -> None:
    message.state, message.errors, message.settled_at, message.token = state, errors, clock.now(), ""
    message.save(update_fields=["state", "errors", "settled_at", "token"])

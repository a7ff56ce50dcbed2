"""(Helfo) Asking about decisions, fetching a form, sending an application: promised in the request, carried by workers.

A message of kind HELFO-… holds who asked and with which token; `receipt` holds the answer as it came. The application's
own id is Helfo's key: what is carried twice is answered the same.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from celery import shared_task
from django.conf import settings
from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.core.ids import PatientKey
from sfm.exchange import queueing, tokens
from sfm.exchange.models import Message
from sfm.gateways.helfo import client
from sfm.gateways.helfo.errors import HelfoRefused, HelfoUnavailable
from sfm.medication.actions import applications, ledger, reimbursement
from sfm.medication.models import ApplicationState, ReimbursementApplication
from sfm.medication.queries import tried
from sfm.medication.rules import decisions
from sfm.patients import vault
from sfm.tenancy import journals
from sfm.tenancy.scope import current_journal_id, journal_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfm.core.actor import Actor
    from sfm.gateways.helfo.contract import Json

QUERY, FORM, SUBMIT, STATUS = "HELFO-Q", "HELFO-F", "HELFO-S", "HELFO-T"
KINDS = (QUERY, FORM, SUBMIT, STATUS)
WAITING = ("queued", "sending")
GIVEN_UP = timedelta(minutes=2)
SILENT = "Helfo svarer ikke. Det du har skrevet er lagret. Prøv igjen om litt."
UNREADABLE = "Helfo svarte noe som ikke kan leses. Prøv igjen om litt."
NO_NUMBER = "Pasienten må ha fødselsnummer eller D-nummer for å spørre Helfo."
BETWEEN_QUESTIONS = timedelta(minutes=30)  # of an application that waits for a caseworker
NOBODY = UUID(int=0)


@transaction.atomic
def ask(
    kind: str, *, patient_key: UUID, by: Actor, token: str, application_id: UUID | None = None
) -> Message:
    """Promise a question to Helfo. The same question while it waits is not asked twice."""
    by.require(applications.QUERY if kind != SUBMIT else applications.APPLY)
    person = vault.open_identity(PatientKey(patient_key))
    if not person.has_national_id:
        raise Invalid(NO_NUMBER)
    waiting = under_way(patient_key, kind, application_id)
    if waiting is not None:
        return waiting
    message = _promise(kind, patient_key, application_id, (by.practitioner_id, by.name), token)
    ledger.audit("lookup.helfo", by=by, patient=patient_key, subject=message, detail={"kind": kind})
    queueing.wake(by.journal_id)
    return message


def _promise(
    kind: str, patient_key: UUID, application_id: UUID | None, who: tuple[UUID, str], token: str
) -> Message:
    message: Message = Message.objects.create(
        id=uuid4(),
        kind=kind,
        direction="out",
        patient_key=patient_key,
        subject_id=application_id,
        token=token,
        signed_by=who[0],
        signed_by_name=who[1],
        generated_at=clock.now(),
    )
    queueing.put_question(message)
    return message


def under_way(patient_key: UUID, kind: str, application_id: UUID | None = None) -> Message | None:
    found = Message.objects.filter(
        patient_key=patient_key,
        kind=kind,
        subject_id=application_id,
        state__in=WAITING,
        generated_at__gt=clock.now() - GIVEN_UP,
    )
    return found.order_by("-generated_at").first()


def last_query(patient_key: UUID) -> Message | None:
    """The newest question about the patient's decisions: how it went, and when."""
    return Message.objects.filter(patient_key=patient_key, kind=QUERY).order_by("-generated_at").first()


def is_waiting(patient_key: UUID) -> bool:
    """Whether an answer may still come to what somebody is looking at."""
    found = Message.objects.filter(
        patient_key=patient_key,
        kind__in=(QUERY, FORM, SUBMIT),
        state__in=WAITING,
        generated_at__gt=clock.now() - GIVEN_UP,
    )
    return bool(found.exists())


def pending_at_helfo(message: Message | None) -> tuple[dict[str, str], ...]:
    """What the last answer said of applications Helfo has not decided: also those sent by others."""
    if message is None or message.receipt is None:
        return ()
    found = json.loads(bytes(message.receipt)).get("pending", [])
    return tuple(
        {name: str(one.get(name, "")) for name in ("reference", "product", "sent", "id")} for one in found
    )


def fetch(message: Message, *, last_attempt: bool) -> bool:
    """Carry it, and take the answer in. False: not answered, may be tried once more."""
    try:
        answer = CARRIERS[message.kind](message, _pid(message))
        with transaction.atomic():
            TAKERS[message.kind](message, answer)
            _settle(message, "accepted", answer)
    except HelfoUnavailable:
        if not last_attempt:
            return False
        _failed(message, SILENT)
    except HelfoRefused as refused:
        _failed(message, refused.text)
    except (ValueError, KeyError, TypeError, InvalidOperation):
        _failed(message, UNREADABLE)
    return True


def _pid(message: Message) -> str:
    if message.patient_key is None:
        raise ValueError("a question without a patient")
    return vault.open_identity(PatientKey(message.patient_key)).pid


def _application(message: Message) -> ReimbursementApplication:
    row: ReimbursementApplication = ReimbursementApplication.objects.get(pk=message.subject_id or NOBODY)
    return row


def _query(message: Message, pid: str) -> Json:
    return client.connect().query(pid=pid, token=tokens.for_helfo(message))


def _form(message: Message, pid: str) -> Json:
    said = _application(message).content
    return client.connect().form_for(
        pid=pid, product=said["product"], diagnosis=said["diagnosis"], token=tokens.for_helfo(message)
    )


def _submit(message: Message, pid: str) -> Json:
    row = _application(message)
    sent = {name: row.content[name] for name in ("product", "diagnosis", "answers", "applicant")}
    return client.connect().submit(
        pid=pid, key=str(row.pk), application=sent, token=tokens.for_helfo(message)
    )


def _status(message: Message, pid: str) -> Json:
    return client.connect().status(pid=pid, key=str(message.subject_id), token=tokens.for_helfo(message))


def _take_decisions(message: Message, answer: Json) -> None:
    for found in answer["decisions"]:
        _keep(message, found, None)


def _take_form(message: Message, answer: Json) -> None:
    row = _application(message)
    earlier = tried.before(row.patient_key, atc=row.content["product"]["atc"])
    names = {str(field.get("name")) for field in answer.get("fields", []) if isinstance(field, dict)}
    applications.take_form(row.pk, answer, {"earlier": earlier} if earlier and "earlier" in names else {})


def _take_outcome(message: Message, answer: Json) -> None:
    row = _application(message)
    found = answer.get("decision")
    kept = _keep(message, found, row.pk) if found else None
    applications.settle(
        row.pk,
        status=answer["status"],
        reference=str(answer["reference"]),
        text=str(answer.get("text", "")),
        decision_id=kept,
    )


def _keep(message: Message, found: Json, application_id: UUID | None) -> UUID:
    decision = decisions.Decision(
        id=uuid4(),
        outcome=str(found["outcome"]),
        reference=str(found["reference"]),
        basis=str(found["basis"]),
        product_name=str(found["product"]),
        atc=str(found.get("atc") or ""),
        code=str(found.get("code") or ""),
        system=str(found.get("system") or ""),
        code_name=str(found.get("codeName") or ""),
        valid_from=date.fromisoformat(found["from"]),
        valid_until=date.fromisoformat(found["until"]) if found.get("until") else None,
        daily_maximum=_maximum(found.get("dailyMaximum")),
        daily_unit=str(found.get("dailyUnit") or ""),
        grounds=tuple(str(ground) for ground in found.get("grounds", ())),
    )
    if message.patient_key is None:
        raise ValueError("a decision without a patient")
    kept = reimbursement.received(
        decision=decision,
        asked_by=(message.signed_by or NOBODY, message.signed_by_name),
        patient=message.patient_key,
        application_id=application_id,
    )
    return kept.pk


def _maximum(said: object) -> Decimal | None:
    """Raises ValueError or InvalidOperation for what is no amount: NaN would stop every later comparison."""
    if not said:
        return None
    found = Decimal(str(said))
    if not found.is_finite() or found <= 0:
        raise ValueError("a daily maximum that is no amount")
    return found


def _failed(message: Message, text: str) -> None:
    with transaction.atomic():
        if message.kind in (FORM, SUBMIT) and message.subject_id is not None:
            applications.stop(message.subject_id, text)
        message.errors = [{"code": "HELFO", "text": text[:255], "class": "content"}]
        _settle(message, "failed", None)


def _settle(message: Message, state: str, answer: Json | None) -> None:
    message.state, message.settled_at, message.token = state, clock.now(), ""
    message.receipt = json.dumps(answer, ensure_ascii=False).encode() if answer is not None else None
    message.save(update_fields=["state", "settled_at", "token", "receipt", "errors"])


CARRIERS: dict[str, Callable[[Message, str], Any]] = {
    QUERY: _query,
    FORM: _form,
    SUBMIT: _submit,
    STATUS: _status,
}
TAKERS: dict[str, Callable[[Message, Json], None]] = {
    QUERY: _take_decisions,
    FORM: _take_form,
    SUBMIT: _take_outcome,
    STATUS: _take_outcome,
}


@shared_task(name="sfm.exchange.helfo.ask_again")
def ask_again() -> int:
    """The beat: applications that wait for a caseworker. Returns how many were asked about."""
    if not settings.HELFO_URL:
        return 0
    asked = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            asked += sum(
                _ask_about(row)
                for row in ReimbursementApplication.objects.filter(state=ApplicationState.MANUAL)
            )
    return asked


def _ask_about(row: ReimbursementApplication) -> bool:
    since = clock.now() - BETWEEN_QUESTIONS
    if Message.objects.filter(kind=STATUS, subject_id=row.pk, generated_at__gt=since).exists():
        return False
    with transaction.atomic():
        _promise(STATUS, row.patient_key, row.pk, (row.author_id, row.author_name), "")
        queueing.wake(current_journal_id())
    return True

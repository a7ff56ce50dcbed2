"""What becomes of a sent message: the row learns it in plain Norwegian, and what can be tried again is unsent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import transaction

from sfm.core import clock
from sfm.exchange import critical_information, queueing, verifying
from sfm.exchange.models import Message
from sfm.medication import content_rows, particulars
from sfm.medication.actions import ledger, lists
from sfm.medication.models import (
    Delivery,
    Prescription,
    SourceStatus,
    Treatment,
    TreatmentEvent,
)
from sfm.tenancy.scope import current_journal_id
from sfm.wire import codes_7419

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sfm.exchange.evidence import Evidence
    from sfm.gateways.rf.contract import Receipt

UNDELIVERED_TASK, RESIGN_TASK = 107, 4
TOO_LATE = {"code": "313", "text": "Ikke levert innen 4 minutter. Må signeres på nytt.", "class": "format"}
IN_THE_DARK = ("sending", "unknown")  # a worker had it in hand: RF may have it
SETTLED = ("accepted", "rejected", "resign", "withdrawn", "blocked", "failed", "awaiting_confirmation")
DUPLICATES = ("10", "65")  # RF has it: our own earlier attempt
STALE_LIST = "226"
LIST_CHANGED = "Legemiddellisten er endret av andre. Se forskjellene og signer på nytt."
RF = "Reseptformidleren"


def received(message: Message, receipt: Receipt) -> bool:
    """Take in an AppRec. True: transient, the same bytes again."""
    codes = [codes_7419.look_up(error.code, error.text) for error in receipt.errors]
    if not receipt.accepted and codes and all(code.retry for code in codes):
        return True
    errors = [{"code": c.code, "text": _said(c), "class": c.category} for c in codes]
    with transaction.atomic():
        message = _locked(message)
        message.receipt = receipt.raw
        if receipt.accepted or _is_settled_by(message, {code.code for code in codes}):
            _accepted(message, errors)
        elif message.attempts > 1 and any(code.code in DUPLICATES for code in codes):
            _awaiting(message)
        else:
            _rejected(message, errors)
    return False


def _locked(message: Message) -> Message:
    """The patient's list first, as everywhere, then the message."""
    if message.patient_key is not None:
        lists.lock(message.patient_key)
    return Message.objects.select_for_update().get(pk=message.pk)


def _said(code: codes_7419.ErrorCode) -> str:
    """Our sentence, RF's own text and the code: never one without the other."""
    return f"{code.user_text} {code.shown} ({code.code})"


def _is_settled_by(message: Message, codes: set[str]) -> bool:
    """13, 14: recalled when dispensing or the agency is done. 16, 97: already recalled, which is what was wanted."""
    return message.kind == "ERM5" and bool(codes) and codes <= {"13", "14", "16", "97"}


def _accepted(message: Message, errors: list[dict[str, str]]) -> None:
    _settle(message, "accepted", errors)
    if message.kind == verifying.KIND:
        verifying.settled(message, accepted=True, errors=errors)
    elif message.kind == "ERM1":
        _prescription(
            message,
            delivery=Delivery.ACCEPTED,
            rf_status_at=clock.now(),
            errors=errors,
            **_first_status(message),
        )
        _forget_base(message)
    elif message.kind == "ERM5":
        _recall_accepted(message, errors)
    elif message.kind == "ERM251":
        _list_accepted(message)


def _first_status(message: Message) -> dict[str, str]:
    """E; B when RF sends it to DMP first (7408). 7436 says who looks at an application."""
    row = Prescription.objects.filter(pk=_subject(message)).first()
    wanted = particulars.from_data(row.particulars).unlicensed if row else None
    if wanted is None:
        return {"rf_status": "E"}
    return {"rf_status": "B" if wanted.apply else "E", "agency_status": "2" if wanted.apply else "1"}


def _recall_accepted(message: Message, errors: list[dict[str, str]]) -> None:
    waiting = any(error["code"] in ("13", "14") for error in errors)
    values: dict[str, Any] = {"recall_delivery": Delivery.ACCEPTED, "recalled_at": clock.now(), "errors": []}
    if not waiting:
        values |= {"rf_status": "T", "rf_status_at": clock.now()}
        busy = Prescription.objects.filter(pk=_subject(message), rf_status="U").exists()
        if busy:  # U + M5 stays U until dispensing ends; M5.2 or the next look-up tells
            values = {name: value for name, value in values.items() if not name.startswith("rf_")}
    _prescription(message, **values)
    _forget_base(message)


def _list_accepted(message: Message) -> None:
    head = lists.touch(_patient(message))
    head.has_pll, head.pll_head, head.pll_outdated = True, message.pk, False
    head.pll_signed_by, head.pll_signed_at = message.signed_by_name, message.generated_at
    head.save()
    settled = Treatment.objects.filter(patient_key=_patient(message), unsent_verb="")
    for row in settled.filter(unsent_base__isnull=False):
        if not _waits_for_another(row):
            row.unsent_base = None
            row.save(update_fields=["unsent_base"])
    critical_information.carried_by_list(head.patient_key, message.generated_at)


def _waits_for_another(row: Treatment) -> bool:
    on_the_way = (Delivery.QUEUED, Delivery.AWAITING_CONFIRMATION)
    own = Prescription.objects.filter(patient_key=row.patient_key, treatment_id=row.pk)
    return own.filter(delivery__in=on_the_way).exists() or own.filter(recall_delivery__in=on_the_way).exists()


def _awaiting(message: Message) -> None:
    """RF says it has seen the bytes; what it made of them, the next look-up tells (eresept.md 11.6)."""
    if (
        message.kind == verifying.KIND
    ):  # asked again by whoever wants to know; nothing hangs on the first answer
        _settle(message, "failed", [])
        verifying.settled(message, accepted=False, errors=[])
        return
    _settle(message, "awaiting_confirmation", [])
    if message.kind == "ERM1":
        _prescription(message, delivery=Delivery.AWAITING_CONFIRMATION)
    elif message.kind == "ERM5":
        _prescription(message, recall_delivery=Delivery.AWAITING_CONFIRMATION)
    else:  # nobody knows that RF has the list: it is owed until RF names it
        _list_is_owed(message)
    _undelivered(message)


def _rejected(message: Message, errors: list[dict[str, str]]) -> None:
    _settle(message, "rejected", errors)
    if message.kind == verifying.KIND:
        verifying.settled(message, accepted=False, errors=errors)
        return
    if message.kind == "ERM1":
        _prescription(message, delivery=Delivery.REJECTED, errors=errors)
        _back_to_unsent(message, errors)
    elif message.kind == "ERM5":
        _prescription(message, recall_delivery=Delivery.DRAFT, errors=errors)
        _unsent_again(message)
    elif message.kind == "ERM251":
        _list_refused(message, errors)
    _undelivered(message)


def _list_refused(message: Message, errors: list[dict[str, str]]) -> None:
    """226: fetch the other list with the question that was signed along with ours, merge, and let a person look."""
    patient = _patient(message)
    _list_is_owed(message)
    if not any(error["code"] == STALE_LIST for error in errors):
        return
    question = Message.objects.filter(
        kind="ERM911", patient_key=patient, state="queued", generated_at__gte=message.generated_at
    ).first()
    state, text = ("asking", "") if question else ("failed", LIST_CHANGED)
    SourceStatus.objects.update_or_create(
        patient_key=patient,
        source="PLL",
        defaults={"state": state, "error_code": STALE_LIST, "error_text": text, "asked_at": clock.now()},
    )
    if question is not None:
        queueing.put_question(question)
        queueing.wake(current_journal_id())


def settle_by_evidence(patient_key: UUID, found: Evidence) -> None:
    """An M9.6 asked after RF was last sent the message decides what became of it. That something is not there says
    nothing where RF would not have shown it."""
    waiting = Message.objects.select_for_update().filter(
        patient_key=patient_key,
        state="awaiting_confirmation",
        kind__in=("ERM1", "ERM5"),
        settled_at__lte=found.asked_at,
    )
    for message in waiting:
        about = str(message.subject_id)
        if about in found.seen and (message.kind == "ERM1" or found.seen[about]):
            _accepted(message, [])
        elif about in found.seen or found.would_show(Prescription.objects.get(pk=_subject(message))):
            _resign(message)


def settle_list_by_evidence(patient_key: UUID, newest: UUID | None, asked_at: datetime) -> None:
    """An M9.12 names the newest list RF has: ours has arrived, or, when RF was asked after ours was last sent, must be
    signed again on top of it."""
    waiting = Message.objects.select_for_update().filter(
        patient_key=patient_key, kind="ERM251", state="awaiting_confirmation"
    )
    for message in sorted(waiting, key=lambda message: message.pk == newest):
        if message.pk == newest:
            _accepted(message, [])
        elif message.settled_at is not None and message.settled_at <= asked_at:
            _resign(message)


def held_back(message: Message) -> None:
    """Something it rests on was refused or is unsettled: two prescriptions are safer than none (rulings.md 1)."""
    with transaction.atomic():
        message = _locked(message)
        if message.kind == "ERM5":
            _settle(message, "blocked", [])
            _prescription(message, recall_delivery=Delivery.DRAFT)
        else:
            _settle(message, "blocked", [])
            _list_is_owed(message)


def too_late(message: Message) -> None:
    """Four minutes are gone, or our own errors too many: what RF may have is settled by evidence; what it never got
    must be signed again."""
    with transaction.atomic():
        message = _locked(message)
        if message.state in IN_THE_DARK:
            _awaiting(message)
        elif message.state not in SETTLED:
            _resign(message)


def _resign(message: Message) -> None:
    if message.kind == verifying.KIND:
        _settle(message, "failed", [])
        verifying.settled(message, accepted=False, errors=[])
        return
    _settle(message, "resign", [TOO_LATE])
    if message.kind == "ERM1":
        _prescription(message, delivery=Delivery.RESIGN, errors=[TOO_LATE])
        _back_to_unsent(message, [TOO_LATE])
    elif message.kind == "ERM5":
        _prescription(message, recall_delivery=Delivery.DRAFT, errors=[TOO_LATE])
        _unsent_again(message)
    else:
        _list_is_owed(message)
    ledger.work_item(RESIGN_TASK, patient=message.patient_key, owner_id=message.signed_by)


def withdrawn(message: Message) -> None:
    _settle(message, "withdrawn", [])
    if message.kind == "ERM1":
        _prescription(message, delivery=Delivery.WITHDRAWN)
        _back_to_unsent(message, [])
    elif message.kind == "ERM5":
        _prescription(message, recall_delivery=Delivery.DRAFT)
        _unsent_again(message)
    else:
        _list_is_owed(message)


def _list_is_owed(message: Message) -> None:
    """RF does not have what was signed: the list says so, and goes along with the next sending."""
    head = lists.touch(_patient(message))
    head.pll_outdated = True
    head.save(update_fields=["pll_outdated"])


def _settle(message: Message, state: str, errors: list[dict[str, str]]) -> None:
    message.state, message.errors, message.settled_at = state, errors, clock.now()
    message.token = ""
    message.save(update_fields=["state", "errors", "settled_at", "token", "receipt"])


def _prescription(message: Message, **values: Any) -> None:
    lists.touch(_patient(message))
    Prescription.objects.filter(pk=_subject(message)).update(**values)
    row = _row(message)
    if row is not None:
        Treatment.objects.filter(pk=row.pk).update(version=row.version + 1)


def _row(message: Message) -> Treatment | None:
    prescription = Prescription.objects.filter(pk=_subject(message)).only("treatment_id").first()
    if prescription is None or prescription.treatment_id is None:
        return None
    found: Treatment | None = Treatment.objects.filter(pk=prescription.treatment_id).first()
    return found


def _forget_base(message: Message) -> None:
    """The world has taken the change in: there is nothing to come back to. PLL patients keep it for the list."""
    row = _row(message)
    if row is None or row.unsent_verb or row.unsent_base is None or _waits_for_another(row):
        return
    unsettled = ("queued", "held", "sending", "unknown")
    if not Message.objects.filter(intent_id=message.intent_id, kind="ERM251", state__in=unsettled).exists():
        row.unsent_base = None
        row.save(update_fields=["unsent_base"])


def _back_to_unsent(message: Message, errors: list[dict[str, str]]) -> None:
    """A copy of the refused prescription, to be corrected, signed again or undone. The refused one stays as it was."""
    refused = Prescription.objects.get(pk=_subject(message))
    row = _unsent_again(message)
    drafts = Prescription.objects.filter(treatment_id=refused.treatment_id, delivery=Delivery.DRAFT)
    if row is None or drafts.exists():
        return
    copy = Prescription(
        id=uuid4(),
        treatment_id=refused.treatment_id,
        patient_key=refused.patient_key,
        previous_id=refused.previous_id,
        delivery=Delivery.DRAFT,
        errors=errors,
        created=clock.now(),
        prescribed_on=clock.today(),
    )
    content_rows.fill_terms(copy, content_rows.terms_of(refused))
    copy.save(force_insert=True)
    if refused.previous_id is not None:
        waiting = Prescription.objects.filter(pk=refused.previous_id, recall_delivery=Delivery.QUEUED)
        waiting.update(recall_delivery=Delivery.DRAFT)


def _unsent_again(message: Message) -> Treatment | None:
    row = _row(message)
    if row is None or row.unsent_verb:
        return row
    base = dict(row.unsent_base or {})
    row.unsent_verb = base.pop("_verb", "renewed")
    row.unsent_base, row.unsent_by, row.version = base, message.signed_by, row.version + 1
    row.save()
    TreatmentEvent.objects.create(
        treatment_id=row.pk,
        patient_key=row.patient_key,
        verb="rejected",
        after={"code": [error["code"] for error in message.errors]},
        by_name=RF,
        at=clock.now(),
    )
    return row


def _undelivered(message: Message) -> None:
    """The sender is told, whatever task types are switched off (rulings.md 40)."""
    ledger.work_item(
        UNDELIVERED_TASK, patient=message.patient_key, owner_id=message.signed_by, subject_id=message.pk
    )


def _patient(message: Message) -> UUID:
    if message.patient_key is None:
        raise ValueError("a message without a patient")
    return message.patient_key


def _subject(message: Message) -> UUID:
    if message.subject_id is None:
        raise ValueError("a message about nothing")
    return message.subject_id

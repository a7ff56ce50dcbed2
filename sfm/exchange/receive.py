"""RF's asynchronous messages: stored first, answered with an AppRec, worked on afterwards (eresept.md 12)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from sfm.core import clock, names
from sfm.core.errors import Invalid
from sfm.exchange import quarantine, queueing
from sfm.exchange.models import Message
from sfm.medication.actions import ledger, lists
from sfm.medication.models import Delivery, Prescription, Review, RfStatus, Treatment, TreatmentEvent
from sfm.medication.queries import words
from sfm.patients import vault
from sfm.tenancy.models import Organisation
from sfm.tenancy.scope import journal_scope
from sfm.wire import apprec, messages, schemas
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.values import CS, CV

if TYPE_CHECKING:
    from sfm.wire import authority, m10, m52
    from sfm.wire.messages import Opened

TAKEN = ("ERM52", "ERM6", "ERM7", "ERM8", "ERM15", "ERM252", "ERM253", "ERM28")
RECALLED_TASK, REPORT_TASK, AGENCY_TASK, PHYSICIAN_TASK, QUESTION_TASK = 101, 102, 103, 104, 6
GENERAL = "2.16.578.1.12.4.1.1.8221"
RF = "Reseptformidleren"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What the door answers: an AppRec, and whether the message is safely kept."""

    receipt: bytes
    kept: bool


def take(raw: bytes, her_id: str) -> Taken:
    """Keep a message, or refuse it for good. The same MsgId again gives the same answer and is not worked on twice.
    What is refused although its receiver is known is kept in quarantine."""
    unit = Organisation.objects.filter(her_id=her_id, active=True).select_related("journal").first()
    try:
        opened = messages.open_message(raw)
    except WireFormatError as error:
        return _refused(unit, raw, None, error.code, error.text)
    problem = _problem(opened, raw)
    if problem:
        return _refused(unit, raw, opened, *problem)
    if unit is None:
        return _refused(None, raw, opened, "E21", "Mottaker finnes ikke")
    with journal_scope(unit.journal):
        _store(opened, raw)
        queueing.wake(unit.journal.pk)
    return Taken(receipt=_receipt(opened, apprec.OK, ()), kept=True)


def _refused(unit: Organisation | None, raw: bytes, opened: Opened | None, code: str, text: str) -> Taken:
    if unit is not None:
        with journal_scope(unit.journal):
            quarantine.keep(raw, kind=opened.kind.code if opened else "", code=code, text=text)
    error = CV(code=code, system=GENERAL, display=text)
    return Taken(receipt=_receipt(opened, apprec.REJECTED, (error,)), kept=False)


def _problem(opened: Opened, raw: bytes) -> tuple[str, str] | None:
    if opened.kind.code not in TAKEN:
        return "39", "Støtter ikke meldingstypen."
    try:
        UUID(opened.id)
    except ValueError:
        return "E10", "Ugyldig meldingsidentifikator"
    faults = schemas.validate(raw)
    return ("T02", "Meldingen validerer ikke") if faults else None


def _store(opened: Opened, raw: bytes) -> None:
    """A MsgId seen before is not worked on again; other bytes under it are kept for somebody to look at."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        with transaction.atomic():
            message = Message.objects.create(
                id=UUID(opened.id),
                kind=opened.kind.code,
                direction="in",
                raw=raw,
                sha256=digest,
                generated_at=opened.envelope.info.generated_at,
                state="received",
            )
            queueing.put_received(message)
    except IntegrityError:
        if not Message.objects.filter(pk=UUID(opened.id), direction="in", sha256=digest).exists():
            quarantine.keep(raw, kind=opened.kind.code, code="E10", text="Meldingens id er brukt før")


def process(message: Message) -> None:
    """Let the rows know. Order is not guaranteed and repeats are harmless."""
    opened = messages.open_message(bytes(message.raw))
    prescription = _prescription_of(opened)
    with transaction.atomic():
        message.patient_key = prescription.patient_key if prescription else _patient_of(opened)
        message.subject_id = prescription.pk if prescription else None
        if message.patient_key is not None:
            lists.touch(message.patient_key)
            if prescription is not None:
                prescription.refresh_from_db()  # another message about it may have been worked on just before
            EFFECTS.get(opened.kind.code, _notice)(opened, message, prescription)
        message.state, message.settled_at = "accepted", clock.now()
        message.save(update_fields=["patient_key", "subject_id", "state", "settled_at"])


def _prescription_of(opened: Opened) -> Prescription | None:
    wanted = {
        "ERM52": lambda: opened.body.prescription_id,
        "ERM6": lambda: opened.body.dispensing.prescription_id,
        "ERM8": lambda: opened.body.dispensing.prescription_id,
        "ERM7": lambda: messages.open_message(opened.attachments[0]).body.prescription_id,
        "ERM15": lambda: opened.body.prescription_id,
    }.get(opened.kind.code)
    if wanted is None:
        return None
    try:
        pk = UUID(wanted())
    except (ValueError, IndexError, WireFormatError):
        return None
    found: Prescription | None = Prescription.objects.filter(pk=pk).first()
    return found


def _patient_of(opened: Opened) -> UUID | None:
    """Only somebody already known here: an unknown patient is never guessed (rule 3)."""
    patient = opened.envelope.info.patient
    pid = patient.national_id if patient else None
    try:
        return vault.find(pid) if pid else None
    except Invalid:  # a number that is nobody's here: kept, and no task is made of it
        return None


def _recall_receipt(opened: Opened, _message: Message, prescription: Prescription | None) -> None:
    """M5.2: 1 recalled; 2 being dispensed, recalled when that ends."""
    body: m52.RecallReceipt = opened.body
    if prescription is None:
        return
    values: dict[str, object] = {"recall_delivery": Delivery.ACCEPTED}
    if body.status.code == "1":
        values |= {"rf_status": "T", "rf_status_at": clock.now()}
    Prescription.objects.filter(pk=prescription.pk).update(**values)
    _bump(prescription)


def _dispensed(opened: Opened, _message: Message, prescription: Prescription | None) -> None:
    """M6: what the pharmacy gave. An annulled report takes its predecessor back."""
    given: m10.Dispensing = opened.body.dispensing
    if prescription is None:
        return
    kept = [
        entry for entry in prescription.dispensed if entry.get("report") not in (opened.id, given.annulled_id)
    ]
    if not given.annulled:
        kept.append(_given(given, opened))
    ended = given.ended is not None and given.ended.code == "1"
    prescription.dispensed = kept
    prescription.last_dispensed_at = max(
        (datetime.fromisoformat(entry["at"]) for entry in kept), default=None
    )
    if prescription.rf_status != RfStatus.RECALLED:  # the report of what was given may come after the recall
        prescription.rf_status, prescription.rf_status_at = "R" if ended else "E", clock.now()
    if prescription.delivery == Delivery.AWAITING_CONFIRMATION:
        prescription.delivery = Delivery.ACCEPTED  # dispensed on: RF has it
    prescription.save(
        update_fields=["dispensed", "last_dispensed_at", "rf_status", "rf_status_at", "delivery"]
    )
    _bump(prescription)


def _given(given: m10.Dispensing, opened: Opened) -> dict[str, str]:
    medication = given.medication
    count = medication.package_count if medication else None
    at = datetime.combine(given.dispensed_on, time.min, tzinfo=clock.OSLO)
    return {
        "report": opened.id,
        "at": at.isoformat(),
        "name": medication.prescribing.name if medication else "",
        "amount": f"{count.normalize():f} pk" if count else "",
        "pharmacy": given.dispenser.name,
    }


def _recalled_by_other(opened: Opened, message: Message, prescription: Prescription | None) -> None:
    """M7: the treatment stays until a person decides."""
    if prescription is None or prescription.recall_delivery not in ("", Delivery.DRAFT):
        return
    recall = messages.open_message(opened.attachments[0])
    sender = recall.envelope.info.sender.organisation
    person = sender.prescriber
    name = f"{person.given_name or ''} {person.family_name or ''}".strip() if person else ""
    who, short = names.label(name, sender.name), names.label(names.short(name), sender.name)
    prescription.rf_status, prescription.rf_status_at, prescription.recalled_at = (
        "T",
        clock.now(),
        opened.body.at,
    )
    prescription.recall_reason, prescription.recall_delivery = recall.body.reason.code[:1], ""
    prescription.save(
        update_fields=["rf_status", "rf_status_at", "recalled_at", "recall_reason", "recall_delivery"]
    )
    row = _row(prescription)
    if row is not None:
        row.review, row.version = Review.UNSEEN_CHANGED, row.version + 1
        row.review_note = f"resepten er tilbakekalt av {short}"[:255]
        row.difference = {
            "before": "Ekspederbar",
            "after": "Tilbakekalt",
            "by": f"{short}, {words.short_day(words.local_day(opened.body.at))}",
        }
        row.save()
        TreatmentEvent.objects.create(
            treatment_id=row.pk,
            patient_key=row.patient_key,
            verb="merged",
            by_name=who[:255] or RF,
            at=clock.now(),
        )
    ledger.work_item(
        RECALLED_TASK,
        patient=prescription.patient_key,
        owner_id=prescription.prescriber_id,
        subject_id=message.pk,
    )


def _notice(opened: Opened, message: Message, _prescription: Prescription | None) -> None:
    tasks = {"ERM252": QUESTION_TASK, "ERM28": PHYSICIAN_TASK}
    code = tasks.get(opened.kind.code)
    if code is not None:
        ledger.work_item(code, patient=message.patient_key, subject_id=message.pk)


def _agency_answered(opened: Opened, message: Message, prescription: Prescription | None) -> None:
    """M15: DMP has granted or refused. A refused one can no longer be dispensed (7408 A)."""
    body: authority.ExemptionAnswer = opened.body
    granted = body.granted.code == "1"
    if prescription is not None:
        prescription.agency_status = "3" if granted else "4"
        prescription.agency_note = "" if granted else body.refusal_reason or ""
        prescription.rf_status, prescription.rf_status_at = "E" if granted else "A", clock.now()
        prescription.save(update_fields=["agency_status", "agency_note", "rf_status", "rf_status_at"])
        _bump(prescription)
        message.patient_key = message.patient_key or prescription.patient_key
    ledger.work_item(
        AGENCY_TASK,
        patient=message.patient_key,
        owner_id=prescription.prescriber_id if prescription else None,
        subject_id=message.pk,
    )


EFFECTS = {
    "ERM15": _agency_answered,
    "ERM52": _recall_receipt,
    "ERM6": _dispensed,
    "ERM8": _dispensed,
    "ERM7": _recalled_by_other,
}


def _row(prescription: Prescription) -> Treatment | None:
    if prescription.treatment_id is None:
        return None
    found: Treatment | None = Treatment.objects.filter(pk=prescription.treatment_id).first()
    return found


def _bump(prescription: Prescription) -> None:
    row = _row(prescription)
    if row is not None:
        Treatment.objects.filter(pk=row.pk).update(version=row.version + 1)


def _receipt(opened: Opened | None, status: CS, errors: tuple[CV, ...]) -> bytes:
    if opened is None:
        original = apprec.OriginalMessage(
            type=CS(code="ukjent", display="Ukjent"), issued_at=clock.now(), id="ukjent"
        )
    else:
        info = opened.envelope.info
        original = apprec.OriginalMessage(type=info.type, issued_at=info.generated_at, id=info.id)
    return apprec.to_xml(
        apprec.AppRec(
            generated_at=clock.now().replace(microsecond=0),
            id=str(uuid4()),
            sender=apprec.party(name="SFM", id=_us(opened)),
            receiver=apprec.party(name=RF, id=_rf(opened)),
            status=status,
            errors=errors,
            original=original,
        )
    )


def _us(opened: Opened | None) -> str:
    return (opened.envelope.info.receiver.organisation.number("ENH") if opened else "") or "0"


def _rf(opened: Opened | None) -> str:
    return (opened.envelope.info.sender.organisation.number("ENH") if opened else "") or "0"

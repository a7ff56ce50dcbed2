"""Fetching an answer from RF or KJ and taking it in. No network inside a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from sfm.core import clock
from sfm.core.ids import PatientKey
from sfm.exchange import critical_information, evidence, helfo, lookup, multidose, outcomes, questions, tokens
from sfm.exchange.models import Message
from sfm.exchange.translate import ki, records, shared_list
from sfm.exchange.translate import kj as kj_records
from sfm.gateways.kj import client as kj
from sfm.gateways.kj.errors import KjRefused, KjUnavailable
from sfm.gateways.rf import client as rf
from sfm.gateways.rf.errors import RfRejected, RfUnavailable
from sfm.identity.models import Practitioner
from sfm.medication.actions import ledger, lists
from sfm.medication.models import ListVersion, MedicationList
from sfm.patients import vault
from sfm.wire import codes_7419
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from sfm.exchange.translate.records import ListAnswer

ATTEMPTS = 2
TEXTS = {
    "RF": ("E01", "svarer ikke"),
    "PLL": ("E01", "svarer ikke"),
    "KJ": ("E02", "svarer ikke"),
    "KI": ("E02", "svarer ikke"),
}
BLOCKED = "Pasienten har sperret innsyn i Reseptformidleren."
UNREADABLE = ("SFM-502", "svarte noe som ikke kan leses")
NEW_LIST_TASK, IDENTITY_TASK = 105, 106


def fetch(message: Message, *, last_attempt: bool) -> bool:
    """Ask, and store the answer or the failure. False: not answered, may be tried once more."""
    if message.kind == multidose.REGISTRATION:
        return multidose.fetch(message, last_attempt=last_attempt)
    if message.kind in helfo.KINDS:
        return helfo.fetch(message, last_attempt=last_attempt)
    source = questions.SOURCE_OF[message.kind]
    try:
        FETCHERS[source](message)
    except (RfUnavailable, KjUnavailable):
        if not last_attempt:
            return False
        code, text = TEXTS[source]
        lookup.failed(message, code=code, text=text)
    except RfRejected as refused:
        _rf_refused(message, refused)
    except KjRefused as refused:
        lookup.failed(message, code=refused.code or "E03", text=_kj_text(refused), state="refused")
    except WireFormatError:
        lookup.failed(message, code=UNREADABLE[0], text=UNREADABLE[1])
    return True


def _prescriptions(message: Message) -> None:
    raw = rf.connect().ask(bytes(message.raw), kind=message.kind, token=tokens.for_rf(message))
    answer = records.of_m96(evidence.answer_to(message, raw), ours=evidence.is_of(_patient(message)))
    evidence.require_own(message, foreign=answer.foreign)
    found = evidence.of(
        message, seen=answer.listed, only_own=answer.only_own, search_status=answer.search_status
    )
    with transaction.atomic():
        head = lists.touch(_patient(message))
        head.locked_elsewhere = answer.locked_elsewhere
        head.newer_identity = answer.newer_identity
        head.save(update_fields=["locked_elsewhere", "newer_identity"])
        if answer.newer_identity:
            ledger.work_item(IDENTITY_TASK, patient=message.patient_key)
        else:  # the record system has written the new number, or RF no longer names one
            ledger.close_work_items(IDENTITY_TASK, patient=head.patient_key)
        outcomes.settle_by_evidence(head.patient_key, found)
        evidence.mark_missing(head.patient_key, found)
        lookup.answered(message, raw, answer.records, remark=_not_shown(answer.unreadable))


def _shared_list(message: Message) -> None:
    raw = rf.connect().ask(bytes(message.raw), kind=message.kind, token=tokens.for_rf(message))
    answer = records.of_m912(evidence.answer_to(message, raw), ours=evidence.is_of(_patient(message)))
    evidence.require_own(message, foreign=answer.foreign)
    with transaction.atomic():
        lists.lock(_patient(message))
        newest = UUID(answer.head) if answer.head else None
        outcomes.settle_list_by_evidence(_patient(message), newest, message.generated_at)
        head = lists.touch(_patient(message))
        _remember(head, answer, newest)
        told = shared_list.told_reactions(answer.version, head.patient_key) if answer.version else ()
        critical_information.take_in(head.patient_key, told, source="PLL")
        lookup.answered(message, raw, answer.records)


def _not_shown(count: int) -> str:
    return f"{count} resept{'' if count == 1 else 'er'} kunne ikke leses" if count else ""


def _remember(head: MedicationList, answer: ListAnswer, newest: UUID | None) -> None:
    ours = newest is not None and Message.objects.filter(pk=newest, direction="out").exists()
    if head.pll_head and newest and newest != head.pll_head and not ours:
        ledger.work_item(NEW_LIST_TASK, patient=head.patient_key)
    head.pll_head = newest
    head.has_pll = answer.version is not None
    head.pll_signed_by, head.pll_signed_at = answer.signed_by, answer.signed_at
    head.pll_signature = answer.signature
    head.multidose_physician, head.multidose_pharmacy = answer.physician, answer.pharmacy
    head.newer_identity = head.newer_identity or answer.newer_identity
    head.save()
    version = answer.version
    if version is not None:
        conversation = version.envelope.info.conversation
        ListVersion.objects.get_or_create(
            id=UUID(version.id),
            defaults={
                "patient_key": head.patient_key,
                "kind": version.kind.code,
                "parent_id": UUID(conversation.parent) if conversation else None,
                "direction": "in",
                "signed_by": answer.signed_by,
                "generated_at": version.envelope.info.generated_at,
                "entries": [records.to_data(record) for record in answer.records],
                "recorded_at": clock.now(),
            },
        )


def _summary(message: Message) -> None:
    person = vault.open_identity(PatientKey(_patient(message)))
    terms = message.claims or {}
    found = kj.connect().summary(
        pid=person.pid,
        role=_role(message),
        token=tokens.for_kj(message),
        since=terms.get("since", ""),
        basis=terms.get("basis", ""),
    )
    raw, read = kj_records.of_summary(found)
    lookup.answered(message, raw, read)


def _critical(message: Message) -> None:
    person = vault.open_identity(PatientKey(_patient(message)))
    basis = (message.claims or {}).get("basis", "")
    found = kj.connect().reactions(
        pid=person.pid, role=_role(message), token=tokens.for_kj(message), basis=basis
    )
    with transaction.atomic():
        lists.touch(_patient(message))
        read = [ki.reaction(one, _patient(message)) for one in found]
        critical_information.take_in(_patient(message), read, source="KJ")
        lookup.answered(message, kj_records.as_bytes(found), ())


FETCHERS = {"RF": _prescriptions, "PLL": _shared_list, "KJ": _summary, "KI": _critical}


def _rf_refused(message: Message, refused: RfRejected) -> None:
    """358: only own prescriptions are shown. 364: nothing. 363: the patient has another number (rulings.md 25)."""
    if "363" in refused.codes:
        MedicationList.objects.filter(patient_key=_patient(message)).update(newer_identity=True)
        ledger.work_item(IDENTITY_TASK, patient=message.patient_key)
    if refused.codes & {"358", "364"}:
        lookup.failed(message, code=min(refused.codes & {"358", "364"}), text=BLOCKED, state="refused")
        return
    first = refused.receipt.errors[0] if refused.receipt.errors else None
    known = codes_7419.look_up(first.code, first.text) if first else None
    text = f"{known.shown} ({known.code})" if known else "avviste spørsmålet"
    lookup.failed(message, code=known.code if known else "E10", text=text)


def _kj_text(refused: KjRefused) -> str:
    return refused.text or "ingen tilgang i kjernejournal"


def _role(message: Message) -> str:
    person = (
        Practitioner.objects.filter(pk=message.signed_by or UUID(int=0)).only("personnel_category").first()
    )
    return person.personnel_category if person else ""


def _patient(message: Message) -> UUID:
    if message.patient_key is None:
        raise ValueError("a question without a patient")
    return message.patient_key

"""Where messages come in: check, act, answer, and write it all in the log. One transaction per message."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from sfm.simulators.rf import envelope, lists, state
from sfm.simulators.rf.checks import steps
from sfm.simulators.rf.models import Organisation, Received
from sfm.simulators.rf.operations import questions, submissions
from sfm.simulators.rf.reading import Incoming
from sfm.simulators.rf.verdict import Refused, Remark
from sfm.simulators.rf.writing import apprec

_OPERATIONS: dict[str, Callable[[Incoming], bytes]] = {
    "M1": submissions.prescription,
    "M5": submissions.recall,
    "M25_1": submissions.medication_list,
    "Verify": submissions.verify,
    "M24_1": submissions.subscription,
    "M27_1": lists.register_party,
    "M4_1": questions.reference_numbers,
    "M9_5": questions.prescriptions_of_patient,
    "M9_7": questions.dispensings_of_prescription,
    "M9_11": lists.download,
    "M9_21": questions.changed_multidose_patients,
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What RF says. `document` is an AppRec or an answering MsgHead."""

    operation: str
    document: bytes = field(repr=False)
    remarks: tuple[Remark, ...] = ()
    log_id: int = 0

    def to_soap(self) -> tuple[int, bytes]:
        """HTTP status and envelope; the refusal of a question is a SOAP fault."""
        if self.remarks and envelope.ELEMENTS[self.operation][1] != "AppRecElement":
            return 500, envelope.apprec_fault(self.document)
        return 200, envelope.answer(self.operation, self.document)


def handle(message: Incoming, *, forced: tuple[Remark, ...] = (), fault: str = "") -> Answer:
    """Process a message. `forced` remarks refuse it whatever it says (fault scripts)."""
    remarks: tuple[Remark, ...] = ()
    with transaction.atomic():
        try:
            with transaction.atomic():
                document = _take(message, forced)
        except Refused as refused:
            document, remarks = apprec(message, refused.remarks), refused.remarks
        row = log(message, document, remarks, fault=fault)
    return Answer(operation=message.operation, document=document, remarks=remarks, log_id=row.id)


def _take(message: Incoming, forced: tuple[Remark, ...]) -> bytes:
    if forced:
        raise Refused(forced)
    steps.check(message)
    document = _OPERATIONS[message.operation](message)
    Organisation.objects.filter(her=message.sender.her).update(connected=True)
    return document


def log(
    message: Incoming, answer: bytes, remarks: tuple[Remark, ...], *, fault: str, processed: bool = True
) -> Received:
    return Received.objects.create(
        at=state.now(),
        operation=message.operation,
        type=message.type,
        msg_id=message.msg_id,
        her=message.sender.her,
        hpr=message.sender.hpr,
        pid=message.pid[:11],
        accepted=processed and not remarks,
        processed=processed,
        codes=[{"code": remark.code, "about": remark.about} for remark in remarks],
        fault=fault[:100],
        sha256=hashlib.sha256(message.raw).hexdigest(),
        xml=message.raw,
        answer=answer,
    )

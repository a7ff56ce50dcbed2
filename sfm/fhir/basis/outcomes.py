"""What became of each message of a sending, as `$sendMedication` answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.exchange.models import Message
from sfm.fhir.basis.parameters import coding
from sfm.fhir.data_sharing.r4.faults import Fault
from sfm.medication.models import Prescription

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sfm.fhir.basis.read.statement import Statement
    from sfm.medication.rules.blockers import Blocker

Resource = dict[str, Any]
PRESCRIPTION, RECALL, LIST = "ERM1", "ERM5", "ERM251"
ACCEPTED, TIMED_OUT, REFUSED = "0", "91", "93"
UNSETTLED = ("queued", "held", "sending", "unknown")
# State of a message → our result code; what is still on its way is timed out, and goes on by itself
CODES = {"accepted": ACCEPTED, "rejected": REFUSED, "resign": "90", "blocked": REFUSED, "failed": "90"}
WHERE = {"B6": "extension:sfm-discontinuation", "B7": "extension:sfm-reseptamendment.reimbursementparagraph"}


def are_settled(intent: UUID | None) -> bool:
    if intent is None:
        return True
    sent = Message.objects.filter(intent_id=intent, direction="out", kind__in=(PRESCRIPTION, RECALL, LIST))
    return not sent.filter(state__in=UNSETTLED).exists()


def parameters(messages: Sequence[Message]) -> list[Resource]:
    written = [one for one in messages if one.kind == PRESCRIPTION]
    recalled = [one for one in messages if one.kind == RECALL]
    numbers = _reference_numbers(written)
    found = [
        {"name": "recallCount", "valueInteger": len(recalled)},
        {"name": "prescriptionCount", "valueInteger": len(written)},
    ]
    found += [_prescription(one, numbers.get(one.pk, "")) for one in (*written, *recalled)]
    found += [_list(one) for one in messages if one.kind == LIST]
    shared = sorted({number for number in numbers.values() if number})
    return found + [{"name": "Referansenummer", "valueString": number} for number in shared]


def _prescription(message: Message, number: str) -> Resource:
    refnum = [{"name": "refnum", "valueString": number}] if number else []
    ident = {"name": "reseptID", "valueString": str(message.subject_id)}
    return {"name": "prescriptionOperationResult", "part": [ident, *refnum, _result(message)]}


def _list(message: Message) -> Resource:
    ident = {"name": "PllmessageID", "valueString": str(message.pk)}
    return {"name": "PllResult", "part": [ident, _result(message)]}


def _result(message: Message) -> Resource:
    """RF's own words beside the code, where it refused."""
    made = coding(CODES.get(message.state, TIMED_OUT))
    said = "; ".join(str(error.get("text", "")) for error in message.errors if error.get("text"))
    return {
        "name": "resultCode",
        "valueCoding": made | ({"display": f"{made['display']}: {said}"} if said else {}),
    }


def _reference_numbers(messages: Sequence[Message]) -> dict[UUID, str]:
    rows = Prescription.objects.filter(pk__in=[one.subject_id for one in messages])
    return {row.pk: row.reference_number or "" for row in rows}


def blocked(blocker: Blocker, statements: Mapping[UUID, Statement]) -> Fault:
    """A blocker of «Signer og send», at the statement it is about. The name of the medicine stays out of it."""
    one = statements.get(blocker.treatment_id) if blocker.treatment_id else None
    place = WHERE.get(blocker.code, "")
    path = f"{one.path}.{place}" if one and place else one.path if one else ""
    return Fault(
        path=path,
        code="forbidden" if blocker.code == "B10" else "business-rule",
        text=blocker.text,
        diagnostics=f"blocked by {blocker.code}",
    )

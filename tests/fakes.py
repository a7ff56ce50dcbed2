"""A fake RF that keeps state and can be told to fail. Verified: tests/integration/test_dispatch.py runs its assertions
against this and against the simulator over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from sfm.core import clock
from sfm.gateways.rf.contract import Receipt, RfCode
from sfm.gateways.rf.errors import RfOutcomeUnknown, RfUnavailable
from sfm.wire import messages, msghead


@dataclass
class FakeRf:
    """Accepts what is new; 65 for a MsgId it has seen; 226 for a list on the wrong parent."""

    received: list[tuple[str, str]] = field(default_factory=list)  # (kind, MsgId) of what was accepted
    attempts: list[tuple[str, str]] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    down: bool = False
    lose_answers: int = 0  # process, but answer nothing
    refuse: dict[str, str] = field(default_factory=dict)  # kind → code
    lists: dict[str, bytes] = field(default_factory=dict)

    def submit(self, message: bytes, *, kind: str, token: str = "") -> Receipt:
        opened = messages.open_message(message)
        self.attempts.append((kind, opened.id))
        if self.down:
            raise RfUnavailable("down")
        code = self._verdict(kind, opened)
        if not code:
            self.received.append((kind, opened.id))
        if self.lose_answers:
            self.lose_answers -= 1
            raise RfOutcomeUnknown("lost")
        errors = (RfCode(code=code, text=""),) if code else ()
        return Receipt(accepted=not code, errors=errors, raw=b"<AppRec/>", about=opened.id)

    def _verdict(self, kind: str, opened: messages.Opened) -> str:
        if (kind, opened.id) in self.received:
            return "65"
        if kind in self.refuse:
            return self.refuse[kind]
        if kind != "ERM251":
            return ""
        patient = opened.envelope.info.patient
        pid = (patient.national_id if patient else "") or ""
        conversation = opened.envelope.info.conversation
        if self.heads.get(pid, "") != (conversation.parent if conversation else ""):
            return "226"
        self.heads[pid] = opened.id
        return ""

    def ask(self, message: bytes, *, kind: str, token: str = "") -> bytes:
        if self.down:
            raise RfUnavailable("down")
        return answer(kind, messages.open_message(message), self)

    def of(self, kind: str) -> list[str]:
        return [msg_id for found, msg_id in self.received if found == kind]


def answer(kind: str, question: messages.Opened, rf: FakeRf) -> bytes:
    """An empty M9.6, numbers, no change, or an M9.12 with the head RF holds."""
    from sfm.wire import m41, m96, m912, m921
    from sfm.wire.values import cs

    body: object
    if kind == "ERM95":
        answer_kind, body = "ERM96", m96.PrescriptionList(search_status=cs("4", "Ingen resept på dette søk"))
    elif kind == "ERM41":
        numbers = tuple(f"90000000{number:02}" for number in range(question.body.count))
        answer_kind, body = "ERM42", m41.ReferenceNumbers(numbers=numbers)
    elif kind == "ERM921":
        answer_kind, body = "ERM922", m921.ChangedPatients(unchanged=True)
    else:
        pid = question.body.national_id
        answer_kind = "ERM912"
        body = m912.SharedListAnswer(current=m912.ListedPatient(national_id=pid, head=rf.heads.get(pid)))
    return messages.compose(
        answer_kind,
        body,
        id=str(uuid4()),
        generated_at=clock.now(),
        sender=question.envelope.info.receiver,
        receiver=question.envelope.info.sender,
        conversation=msghead.ConversationRef(parent=question.id, conversation=question.id),
    )

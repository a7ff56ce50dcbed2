"""An answer of RF belongs to the question that was asked, and to the patient it was asked about; anything else is not
taken in."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.exchange import lookup
from sfm.exchange.models import LookupSnapshot, Message
from sfm.gateways.rf import client
from sfm.medication.actions import treatments
from sfm.medication.models import Prescription, SourceStatus
from sfm.medication.queries import sources
from sfm.wire import m96, m912, messages, msghead
from sfm.wire.values import cs
from tests.factories import contents, sending
from tests.fakes import FakeRf

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

pytestmark = pytest.mark.usefixtures("in_journal")
SOMEBODY_ELSE = synthetic_id(date(1951, 5, 5))
BOTH = ("RF", "PLL")


class Mistaken(FakeRf):
    """RF, or what stands in front of it, that mixes things up."""

    parent = ""
    pid = sending.PID
    others: tuple[str, ...] = ()
    attached: tuple[bytes, ...] = ()

    def ask(self, message: bytes, *, kind: str, token: str = "") -> bytes:
        question = messages.open_message(message)
        patient = m96.PatientIdentity(national_id=self.pid, others=self.others)
        bodies: dict[str, tuple[str, object]] = {
            "ERM95": ("ERM96", self._prescriptions(patient)),
            "ERM911": (
                "ERM912",
                m912.SharedListAnswer(current=m912.ListedPatient(national_id=self.pid, others=self.others)),
            ),
        }
        answer_kind, body = bodies[kind]
        parent = self.parent or question.id
        return messages.compose(
            answer_kind,
            body,
            id=str(uuid4()),
            generated_at=clock.now(),
            sender=question.envelope.info.receiver,
            receiver=question.envelope.info.sender,
            conversation=msghead.ConversationRef(parent=parent, conversation=parent),
            attachments=tuple(map(msghead.attachment, self.attached)),
        )

    def _prescriptions(self, patient: m96.PatientIdentity) -> m96.PrescriptionList:
        listed = tuple(
            m96.ListedPrescription(
                prescription_id=messages.open_message(raw).id, status=cs("E", "Ekspederbar")
            )
            for raw in self.attached
        )
        return m96.PrescriptionList(patient=patient, has_locked=False, prescriptions=listed)


@pytest.fixture
def rf(monkeypatch: pytest.MonkeyPatch) -> Mistaken:
    fake = Mistaken()
    monkeypatch.setattr(client, "connect", lambda: fake)
    return fake


def look_up(patient: UUID, by: Actor) -> dict[str, str]:
    lookup.start(patient_key=patient, by=by, force=True)
    sending.work()
    return dict(
        SourceStatus.objects.filter(patient_key=patient, source__in=BOTH).values_list("source", "state")
    )


@pytest.mark.parametrize(
    ("mistake", "state"),
    [
        ({}, "ok"),
        ({"parent": "00000000-0000-4000-8000-000000000001"}, "failed"),
        ({"pid": SOMEBODY_ELSE}, "failed"),
        ({"pid": SOMEBODY_ELSE, "others": (sending.PID,)}, "ok"),  # the same person, renumbered
    ],
    ids=["right", "another question", "another patient", "renumbered"],
)
def test_only_the_answer_to_our_question_about_our_patient_is_taken_in(
    rf: Mistaken, doctor: Actor, mistake: dict[str, Any], state: str
) -> None:
    for name, value in mistake.items():
        setattr(rf, name, value)
    assert look_up(sending.patient(), doctor) == dict.fromkeys(BOTH, state)
    assert LookupSnapshot.objects.filter(source__in=BOTH).exists() == (state == "ok")
    assert Message.objects.filter(state="quarantined").exists() == ("parent" in mistake)


def test_a_prescription_of_somebody_else_is_never_shown(rf: Mistaken, doctor: Actor) -> None:
    """A reference number that is mistyped finds another patient's prescription."""
    other = sending.patient(SOMEBODY_ELSE)
    sending.looked_up(other)
    treatments.create(content=contents.content(), by=doctor, patient=other)
    sending.sign(other, doctor)
    rf.attached = (bytes(Message.objects.get(kind="ERM1").raw),)
    patient = sending.patient()
    assert look_up(patient, doctor)["RF"] == "ok"
    assert not Prescription.objects.filter(patient_key=patient).exists()
    (line,) = (one for one in sources.load(patient) if one.source == "RF")
    assert "1 resept kunne ikke leses" in line.text

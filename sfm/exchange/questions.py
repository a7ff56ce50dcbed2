"""Signed questions to RF: built and signed in the request of the person who asks (rulings.md 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sfm.core import clock
from sfm.exchange.envelopes import Author, seal
from sfm.exchange.models import Message
from sfm.wire import m95, m911
from sfm.wire.values import yes_no

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.patients.identity import PatientIdentity

PRESCRIPTIONS, SHARED_LIST = "ERM95", "ERM911"
KIND_OF = {"RF": PRESCRIPTIONS, "PLL": SHARED_LIST, "KJ": "KJ", "KI": "KI"}
SOURCE_OF = {kind: source for source, kind in KIND_OF.items()}


def ask(
    source: str, *, person: PatientIdentity, patient_key: UUID, author: Author | None, by: Actor, token: str
) -> Message:
    """A question as a message row, not yet promised to anyone. KJ and KI need no signed message."""
    kind, msg_id = KIND_OF[source], uuid4()
    raw = None
    if author is not None and source in ("RF", "PLL"):
        raw = seal(kind, _body(kind, person), msg_id=msg_id, author=author)
    return Message.objects.create(
        id=msg_id,
        kind=kind,
        direction="out",
        patient_key=patient_key,
        raw=raw,
        token=token,
        signed_by=by.practitioner_id,
        signed_by_name=by.name,
        generated_at=clock.now(),
    )


def _body(kind: str, person: PatientIdentity) -> object:
    if kind == PRESCRIPTIONS:
        return m95.PrescriptionsRequest(national_id=person.pid, all_prescriptions=yes_no(True))
    return m911.SharedListRequest(national_id=person.pid, include_messages=True)

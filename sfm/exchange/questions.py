"""Signed questions to RF: built and signed in the request of the person who asks (rulings.md 7)."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an asker adds to the ordinary questions."""

    reference_numbers: tuple[str, ...] = ()  # opens locked prescriptions, and stands in for a missing number
    # HPAKUTT | HPMOTTATTSAMTYKKE | HPUNNTAK, with commas between: opens what is blocked in KJ
    access_basis: str = ""
    since: str = ""  # ISO date: how far back KJ looks


ORDINARY = Terms()


def made(
    source: str,
    *,
    person: PatientIdentity,
    patient_key: UUID,
    author: Author | None,
    by: Actor,
    token: str,
    terms: Terms = ORDINARY,
) -> Message:
    """The question, signed and not kept yet. KJ and KI need no signed message."""
    kind, msg_id = KIND_OF[source], uuid4()
    raw = None
    if author is not None and source in ("RF", "PLL"):
        raw = seal(kind, _body(kind, person, terms), msg_id=msg_id, author=author)
    return Message(
        id=msg_id,
        kind=kind,
        direction="out",
        patient_key=patient_key,
        raw=raw,
        token=token,
        claims=_for_kj(terms) if source in ("KJ", "KI") else None,
        signed_by=by.practitioner_id,
        signed_by_name=by.name,
        generated_at=clock.now(),
    )


def _for_kj(terms: Terms) -> dict[str, str] | None:
    said = {"basis": terms.access_basis, "since": terms.since}
    return {name: value for name, value in said.items() if value} or None


def _body(kind: str, person: PatientIdentity, terms: Terms) -> object:
    if kind == PRESCRIPTIONS:
        return m95.PrescriptionsRequest(
            national_id=person.pid if person.has_national_id else None,
            all_prescriptions=yes_no(person.has_national_id),
            reference_numbers=terms.reference_numbers,
        )
    return m911.SharedListRequest(national_id=person.pid, include_messages=True)

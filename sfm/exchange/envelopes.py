"""A whole message, signed with the organisation's key: the last point where content can still change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.exchange.translate import parties
from sfm.identity.models import Practitioner
from sfm.tenancy import keys
from sfm.tenancy.models import Organisation
from sfm.wire import messages, schemas, signing
from sfm.wire.msghead import ConversationRef

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.wire.msghead import Document
    from sfm.wire.parties import Party, Patient


@dataclass(frozen=True, kw_only=True)
class Author:
    """The person and the unit a message comes from."""

    practitioner: Practitioner
    unit: Organisation
    sender: Party
    receiver: Party


def author(by: Actor) -> Author:
    """Raises Invalid when RF would refuse the unit as sender."""
    practitioner = Practitioner.objects.get(pk=by.practitioner_id)
    unit = Organisation.objects.get(pk=by.organisation_id, journal_id=by.journal_id)
    missing = parties.missing(unit)
    if missing:
        raise Invalid(f"Virksomheten mangler {missing}. Be administratoren registrere det før sending.")
    return Author(
        practitioner=practitioner,
        unit=unit,
        sender=parties.sender(unit, practitioner, by),
        receiver=parties.receiver(),
    )


def seal(
    kind: str,
    body: object,
    *,
    msg_id: UUID,
    author: Author,
    patient: Patient | None = None,
    parent: UUID | None = None,
    attachments: tuple[Document, ...] = (),
) -> bytes:
    """The signed bytes. Validated against the official schemas where they are installed (eresept.md 15)."""
    conversation = ConversationRef(parent=str(parent), conversation=str(parent)) if parent else None
    unsigned = messages.compose(
        kind,
        body,
        id=str(msg_id),
        generated_at=clock.now().replace(microsecond=0),
        sender=author.sender,
        receiver=author.receiver,
        patient=patient,
        conversation=conversation,
        attachments=attachments,
    )
    schemas.ensure_valid(unsigned)
    held = keys.signer()
    return signing.sign(unsigned, _signer(held.key_pem, held.certificate_pem))


def seal_for_unit(kind: str, body: object, *, msg_id: UUID, unit: Organisation) -> bytes:
    """As `seal`, from a unit and no person: Verify."""
    unsigned = messages.compose(
        kind,
        body,
        id=str(msg_id),
        generated_at=clock.now().replace(microsecond=0),
        sender=parties.unit(unit),
        receiver=parties.receiver(),
    )
    schemas.ensure_valid(unsigned)
    held = keys.signer()
    return signing.sign(unsigned, _signer(held.key_pem, held.certificate_pem))


@lru_cache(maxsize=4)
def _signer(key_pem: bytes, certificate_pem: bytes) -> signing.KeySigner:
    return signing.KeySigner(key_pem, certificate_pem)

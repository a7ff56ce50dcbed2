"""The message a prescription was written in, as a Binary behind the head of its chain (IncludeOriginal)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sfm.exchange.models import LookupSnapshot, Message
from sfm.fhir.basis.build.parts import reference, url_of
from sfm.wire import messages
from sfm.wire.safe_xml import WireFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.fhir.basis.build.parts import Entries


def put(entries: Entries, patient: UUID, heads: Iterable[UUID]) -> None:
    """For every head whose M1 we have: our own as signed, another's as RF showed it to us."""
    wanted = {str(one) for one in heads}
    for ident, raw in (_own(wanted) | _foreign(patient, wanted)).items():
        statement = entries.found.get(url_of("statement", ident))
        if statement is None:
            continue
        data = base64.b64encode(raw).decode()
        url = entries.put(
            "original", ident, {"resourceType": "Binary", "contentType": "application/xml", "data": data}
        )
        statement["derivedFrom"] = [reference(url, "Binary")]


def _own(wanted: set[str]) -> dict[str, bytes]:
    found = Message.objects.filter(pk__in=wanted, kind="ERM1")
    return {str(message.pk): bytes(message.raw) for message in found if message.raw}


def _foreign(patient: UUID, wanted: set[str]) -> dict[str, bytes]:
    snapshot = LookupSnapshot.objects.filter(patient_key=patient, source="RF").order_by("received_at").last()
    if snapshot is None:
        return {}
    found = {}
    for raw in messages.open_message(bytes(snapshot.raw)).attachments:
        try:
            ident = messages.open_message(raw).id.lower()
        except WireFormatError:
            continue
        if ident in wanted:
            found[ident] = bytes(raw)
    return found

"""What lies behind the list: each version of each prescription, and each message. Ours; nationally not documented.

`Basic?_query=HISTORY` and `Basic?_query=MESSAGES`, by ticket; a message's own bytes by `Binary/<id>`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from sfm.core.errors import NotFound
from sfm.exchange.messages import TITLES, state_text
from sfm.exchange.models import Message
from sfm.fhir.data_sharing import doors, list_items, naming
from sfm.fhir.data_sharing.offers import TICKET, Answer, Call, Offer, Resource
from sfm.fhir.data_sharing.params import wrong
from sfm.fhir.data_sharing.resources import instant
from sfm.medication.models import TreatmentEvent
from sfm.medication.queries import detail

if TYPE_CHECKING:
    from sfm.core.ids import PatientKey

MOST = 1_000
XML = "application/xml"


def history(call: Call) -> Answer:
    """Every change of every treatment, oldest first; `treatment` narrows it to one."""
    key, wanted = _patient(call), call.params.get("treatment").rpartition("/")[2]
    events = TreatmentEvent.objects.filter(patient_key=key).order_by("at", "pk")
    if wanted:
        events = events.filter(treatment_id=_uuid(wanted))
    found = list(events[:MOST])
    wares = list_items.wares_of(event.treatment_id for event in found)
    return Answer(
        resources=tuple(_version(event, is_ware=event.treatment_id in wares) for event in found), patient=key
    )


def messages(call: Call) -> Answer:
    """What went out and came in, oldest first, without its content."""
    key = _patient(call)
    rows = (
        Message.objects.filter(patient_key=key)
        .order_by("generated_at", "pk")
        .defer("raw", "receipt", "claims")
    )
    return Answer(resources=tuple(_message(row) for row in rows[:MOST]), patient=key)


def read_binary(call: Call, ident: str) -> Answer:
    key = _patient(call)
    row = Message.objects.filter(pk=_uuid(ident), patient_key=key).first()
    if row is None or row.raw is None:
        raise NotFound(detail="no such message of this patient")
    made: Resource = {
        "resourceType": "Binary",
        "id": str(row.pk),
        "contentType": XML,
        "data": base64.b64encode(row.raw).decode(),
    }
    return Answer(resources=(made,), patient=key, subject=("Message", str(row.pk)))


def _version(event: TreatmentEvent, *, is_ware: bool) -> Resource:
    line = detail.history_line(event)
    reference = naming.item(event.treatment_id, is_ware=is_ware)
    parts: list[dict[str, Any]] = [
        {"url": "timestamp", "valueDateTime": instant(event.at)},
        {"url": "verb", "valueCode": event.verb},
        {"url": "title", "valueString": line.verb},
        {"url": "reference", "valueReference": reference},
    ]
    if line.note:
        parts.append({"url": "text", "valueString": line.note})
    parts += [{"url": "change", "extension": _change(change)} for change in line.changes]
    return _basic(str(event.pk), "HISTORY", "sfm-open-history", parts, event.by_name)


def _change(change: tuple[str, str, str]) -> list[dict[str, Any]]:
    names = ("attribute", "before", "after")
    return [
        {"url": name, "valueString": value}
        for name, value in zip(names, change, strict=False)
        if value.strip()
    ]


def _message(row: Message) -> Resource:
    parts: list[dict[str, Any]] = [
        {"url": "timestamp", "valueDateTime": instant(row.generated_at)},
        {"url": "kind", "valueCode": row.kind},
        {"url": "title", "valueString": TITLES.get(row.kind, row.kind)},
        {"url": "direction", "valueCode": row.direction},
        {"url": "state", "valueCode": row.state},
        {"url": "stateText", "valueString": state_text(row.kind, row.state)},
    ]
    if row.parent_id:
        parts.append({"url": "parent", "valueIdentifier": {"value": str(row.parent_id)}})
    if row.sha256:
        reference = {"reference": f"Binary/{row.pk}", "type": "Binary"}
        parts.append({"url": "content", "valueReference": reference})
    return _basic(str(row.pk), "MESSAGE", "sfm-open-message", parts, row.signed_by_name)


def _basic(ident: str, code: str, profile: str, parts: list[dict[str, Any]], author: str) -> Resource:
    url = f"{settings.PUBLIC_ORIGIN}/StructureDefinition/{profile}"
    made: Resource = {
        "resourceType": "Basic",
        "id": ident,
        "extension": [{"url": url, "extension": parts}],
        "code": {"coding": [{"system": f"{naming.SYSTEM}sfm-basic-types", "code": code}]},
    }
    return made | ({"author": {"display": author}} if author.strip() else {})


def _patient(call: Call) -> PatientKey:
    if not call.ticket:
        raise wrong(TICKET, "is required")
    return call.patient()


def _uuid(ident: str) -> UUID:
    try:
        return UUID(ident)
    except ValueError:
        return UUID(int=0)


BINARY = Offer(
    type="Binary",
    profile="http://hl7.org/fhir/StructureDefinition/Binary",
    admit=doors.clinical,
    read=read_binary,
)

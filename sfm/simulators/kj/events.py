"""News from RF: prescriptions, dispensings, list messages. The same event twice changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from sfm.simulators.kj.models import Dispensing, ListMessage, Person, Prescription

Json = dict[str, Any]


def take(events: list[Json]) -> int:
    """All of them, in order, or none."""
    with transaction.atomic():
        for event in events:
            _HANDLERS[event["event"]](event)
    return len(events)


def prescription(event: Json) -> None:
    body = event["prescription"]
    if not body["pid"]:
        return  # without a number there is no kjernejournal
    _meet(body["pid"], body.get("patient_name", ""))
    Prescription.objects.update_or_create(
        resept_id=body["resept_id"],
        defaults={
            "pid": body["pid"],
            "status": body["status"],
            "locked": body.get("locked", False),
            "received": datetime.fromisoformat(body["received"]),
            "body": body,
        },
    )


def dispensing(event: Json) -> None:
    body = event["dispensing"]
    _meet(body["pid"])
    Dispensing.objects.update_or_create(
        key=body["id"],
        defaults={
            "pid": body["pid"],
            "at": datetime.fromisoformat(body["at"]),
            "annulled": body.get("annulled", False),
            "body": body,
        },
    )


def medication_list(event: Json) -> None:
    _meet(event["pid"])
    ListMessage.objects.update_or_create(
        msg_id=event["msg_id"],
        defaults={
            "pid": event["pid"],
            "kind": event["kind"],
            "received": datetime.fromisoformat(event["received"]),
            "body": event,
        },
    )


def _meet(pid: str, name: str = "") -> None:
    found, _ = Person.objects.get_or_create(pid=pid)
    if name and not found.name:
        found.name = name
        found.save()


_HANDLERS = {"prescription": prescription, "dispensing": dispensing, "list": medication_list}

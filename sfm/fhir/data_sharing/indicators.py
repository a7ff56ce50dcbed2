"""`GET Basic?_tag=indicator`: which patients' lists were changed here since a time (integration.md 9)."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.core.ids import PatientKey
from sfm.fhir.data_sharing import event_types, naming, opaque
from sfm.fhir.data_sharing.offers import Answer, Call, Resource
from sfm.fhir.data_sharing.params import wrong
from sfm.fhir.data_sharing.patient_form import number
from sfm.identity import sealed
from sfm.identity.redis_store import store
from sfm.identity.refusals import TooMany
from sfm.medication.models import JournalNote
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

PROFILE = f"{naming.PROFILE}sfm-Indicator"
PER_HOUR = 60  # calls of one client


def search(call: Call) -> Answer:
    """One entry per patient. What counts is when it was stored, so that nothing late is lost."""
    kind = call.params.get("type").lower() or "simplified"
    if kind not in ("simplified", "verbose"):
        raise wrong("type", "must be Simplified or Verbose")
    since = call.params.moment("from") or datetime.combine(clock.today(), time.min, tzinfo=clock.OSLO)
    wanted = _patients(call)
    _hold_back(call)
    notes = JournalNote.objects.filter(event__in=event_types.COUNTED, at__gte=since).order_by("at")
    if wanted is not None:
        notes = notes.filter(patient_key__in=wanted)
    by_patient: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for patient, event, at in notes.values_list("patient_key", "event", "at"):
        by_patient[patient].append((event, at))
    people = vault.open_identities(PatientKey(key) for key in by_patient)
    shown = (_resource(key, person, by_patient[key], kind) for key, person in people.items())
    return Answer(resources=tuple(shown))


def _resource(
    key: UUID, person: vault.PatientIdentity, events: list[tuple[str, datetime]], kind: str
) -> Resource:
    parts: list[dict[str, Any]] = [
        {"url": "lastCreatedOnUtc", "valueDateTime": _utc(events[-1][1])},
        {"url": "count", "valueInteger": len(events)},
    ]
    if kind == "verbose":
        parts += [{"url": "event", "extension": _event(event, at)} for event, at in events]
    system = naming.OF_KIND[person.pid_type]
    return {
        "resourceType": "Basic",
        "id": opaque.of_key(key),
        "meta": {"profile": [PROFILE], "tag": [{"code": "indicator"}]},
        "extension": [{"url": f"{naming.PROFILE}sfm-IndicatorInfo", "extension": parts}],
        "code": {"coding": [{"system": f"{naming.SYSTEM}sfm-basic-types", "code": "INDICATOR"}]},
        "subject": {"identifier": {"system": system, "value": person.pid}},
    }


def _event(event: str, at: datetime) -> list[dict[str, Any]]:
    """A note is stored in the transaction of its act: the two times are the same."""
    return [
        {"url": "eventType", "valueCode": event},
        {"url": "occurredOnUtc", "valueDateTime": _utc(at)},
        {"url": "createdOnUtc", "valueDateTime": _utc(at)},
    ]


def _patients(call: Call) -> set[UUID] | None:
    tokens = call.params.tokens("identifier")
    try:
        found: Iterable[PatientKey | None] = [vault.find(number(name, value)) for name, value in tokens]
    except Invalid as error:
        raise wrong("identifier", "holds something that is not a valid number") from error
    return {key for key in found if key is not None} if tokens else None


def _hold_back(call: Call) -> None:
    name = sealed.name("indicator-calls", call.place.caller.client_id, clock.now().strftime("%Y%m%d%H"))
    with store() as redis, redis.pipeline() as pipe:
        pipe.incr(name)
        pipe.expire(name, 3600)
        calls, _ = pipe.execute()
    if calls > PER_HOUR:
        raise TooMany(detail="change indicator")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""`GET Task`: what changed for multidose patients (8) and in KJ (10), also told to a machine (fhir.md 4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.core.ids import Hpr, PatientKey
from sfm.exchange import lookup
from sfm.fhir.basis import waiting
from sfm.fhir.data_sharing import bundles, doors, edge, outcome, patient_form, resources, task_look_ups
from sfm.fhir.data_sharing.offers import Answer, Call, Offer
from sfm.fhir.data_sharing.params import wrong
from sfm.identity import admission, problems
from sfm.identity.drf import HasScope, Level4, caller_of
from sfm.identity.refusals import InvalidToken
from sfm.medication.actions import ledger
from sfm.medication.models import SourceStatus, WorkItem
from sfm.patients import vault
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse
    from rest_framework.request import Request

    from sfm.core.actor import Actor
    from sfm.fhir.data_sharing.params import Params
    from sfm.identity.admission import Admission
    from sfm.identity.principal import Principal
    from sfm.tenancy.models import Journal, Organisation

Resource = dict[str, Any]
MULTIDOSE, IN_KJ = 8, 10
MOST, MOST_ASKED = 500, 20  # tasks of an answer; patients asked about in KJ by one call
WAIT = 10.0  # seconds for RF and for KJ
PARAMS = {"code": "token", "owner": "reference", "patientNiN": "string", "_lastUpdated": "date"}


class OrMachine(Level4):
    """A machine has no level; it comes in here and nowhere else."""

    def has_permission(self, request: Request, view: Any) -> bool:
        caller = caller_of(request)
        return (caller is not None and not caller.pid) or super().has_permission(request, view)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a call stands; `actor` None for a machine."""

    journal: Journal
    organisation: Organisation
    caller: Principal
    actor: Actor | None


class TaskView(edge.FhirView):
    permission_classes = (HasScope, OrMachine)
    machine_too = True
    offer: Any = None

    def get(self, request: Request) -> HttpResponse:
        return _found(request, edge.of_address(request._request))


class TaskSearch(edge.FhirView):
    permission_classes = (HasScope, OrMachine)
    machine_too = True
    offer: Any = None

    def post(self, request: Request) -> HttpResponse:
        return _found(request, edge.of_form(request._request))


class TaskInstance(edge.FhirView):
    """A task is found by search, never by address."""

    permission_classes = (HasScope, OrMachine)
    machine_too = True
    offer: Any = None


def _found(request: Request, given: Params) -> HttpResponse:
    place = _admit(edge.caller(request))
    trace_id = problems.trace_id_of(request._request)
    base = settings.PUBLIC_ORIGIN + edge.base_path(request._request)
    with journal_scope(place.journal):
        asked = _look_up(place, given)
        answer = _answer(place, given, asked, trace_id)
    call = Call(place=cast("Admission", place), params=given, base=base, trace_id=trace_id)
    return edge.answered(request._request, bundles.searchset(call, OFFER, answer))


def _admit(caller: Principal) -> Place:
    admission.client_of(caller)
    if caller.pid:
        place = doors.clinical(caller)
        return Place(journal=place.journal, organisation=place.organisation, caller=caller, actor=place.actor)
    if not caller.orgnrs:
        raise InvalidToken(detail="neither a person nor an organisation")
    admission.check_supplier(caller)
    journal = admission.journal_of(caller)
    unit = admission.organisation_of(caller, journal)
    return Place(journal=journal, organisation=unit, caller=caller, actor=None)


def _codes(given: Params) -> set[int]:
    try:
        return {int(code.rpartition("|")[2]) for code in given.get("code").split(",") if code.strip()}
    except ValueError as error:
        raise wrong("code", "must be numbers with commas between") from error


def _owner(given: Params) -> str:
    text = given.get("owner").rpartition("|")[2].rpartition("/")[2]
    try:
        return Hpr.parse(text).value if text else ""
    except Invalid as error:
        raise wrong("owner", "must be an HPR number") from error


def _patients(given: Params) -> set[PatientKey] | None:
    """The patients asked about; None when the question is not about any in particular."""
    numbers = [value for _, value in given.tokens("patientNiN")]
    if not numbers:
        return None
    try:
        return {key for number in numbers if (key := vault.find(number)) is not None}
    except Invalid as error:
        raise wrong("patientNiN", "holds something that is not a valid number") from error


def _look_up(place: Place, given: Params) -> bool:
    """Code 8 asks RF, also for a machine; code 10 with named patients asks KJ, on behalf of a person. What is news
    becomes a task. Whether everything asked for was answered."""
    codes = _codes(given)
    asked = [_ask_rf(place)] if MULTIDOSE in codes else []
    asked += [_ask_kj(place, given)] if IN_KJ in codes else []
    return bool(asked) and all(asked)


def _ask_rf(place: Place) -> bool:
    if place.actor is not None and not place.actor.may("lib.lookup_rf"):
        return False
    return task_look_ups.of_multidose(place.organisation, limit=WAIT) == 0


def _ask_kj(place: Place, given: Params) -> bool:
    patients = _patients(given)
    if place.actor is None or not patients:
        return False
    actor, since = place.actor, clock.now()
    if not actor.may("lib.lookup_kj"):
        return False
    for patient in sorted(patients)[:MOST_ASKED]:
        lookup.start(patient_key=patient, by=actor, token=place.caller.token, force=True)
    asking = SourceStatus.objects.filter(patient_key__in=patients, source="KJ", state="asking")
    waiting.until(lambda: not asking.exists(), limit=WAIT)
    news = SourceStatus.objects.filter(patient_key__in=patients, source="KJ", news__gt=0, asked_at__gte=since)
    with transaction.atomic():
        for key in news.values_list("patient_key", flat=True):
            ledger.work_item(IN_KJ, patient=key)
    return not asking.exists()


@transaction.atomic
def _answer(place: Place, given: Params, asked: bool, trace_id: str) -> Answer:
    items = _items(place, given)
    people = vault.open_identities(PatientKey(item.patient_key) for item in items if item.patient_key)
    made = tuple(
        _resource(item, people.get(PatientKey(item.patient_key)) if item.patient_key else None)
        for item in items
    )
    detail = {"count": len(made), "client": place.caller.client_id[:80]}
    record(place.actor, "basis.Task.read", source="api", detail=detail)
    return Answer(resources=made, included=() if asked or not given.get("code") else (_not_asked(trace_id),))


def _items(place: Place, given: Params) -> list[WorkItem]:
    wanted, owner, since = _codes(given), _owner(given), given.moment("_lastUpdated")
    found = WorkItem.objects.filter(open=True)
    if place.actor is not None:
        mine = Q(owner_id=place.actor.practitioner_id) | Q(owner_id=None, owner_hpr="")
        found = found.filter(mine | Q(owner_hpr=place.actor.hpr) if place.actor.hpr else mine)
    patients = _patients(given)
    if patients is not None:
        found = found.filter(patient_key__in=patients)
    if owner:  # RF tells of the unit's patients, not whose they are
        of_the_unit = Q(code=MULTIDOSE, owner_hpr="", owner_id=None)
        found = found.filter(Q(owner_hpr=owner) | of_the_unit)
    if since is not None:
        found = found.filter(updated__gt=since)
    rows: Iterable[WorkItem] = found.order_by("-updated")[:MOST]
    return [
        item for item in rows if (code := _documented(item)) is not None and (not wanted or code in wanted)
    ]


def _documented(item: WorkItem) -> int | None:
    return resources.FALLBACK.get(item.code, item.code)


def _resource(item: WorkItem, person: vault.PatientIdentity | None) -> Resource:
    """With the patient inside: a machine has no ticket."""
    item.code = _documented(item) or item.code
    made = resources.task(item, ticket="")
    if person is None or item.patient_key is None:
        return made
    patient = patient_form.resource(item.patient_key, person) | {"id": "patient"}
    patient["meta"] = {"profile": patient["meta"]["profile"]}
    kind = {"resourceType": made.pop("resourceType"), "id": made.pop("id"), "meta": made.pop("meta")}
    return kind | {"contained": [patient]} | made | {"for": {"reference": "#patient", "type": "Patient"}}


def _not_asked(trace_id: str) -> Resource:
    said = "Oppslag ble ikke utført, eller er ikke ferdig. Svaret er det SFM kjenner fra før."
    issue = {"severity": "information", "code": "incomplete", "details": {"text": said}}
    return outcome.information(issue, trace_id)


def _never(_call: Call) -> Answer:
    raise outcome.NotOffered


OFFER = Offer(
    type="Task",
    profile=resources.TASK_PROFILE,
    admit=doors.clinical,
    params=PARAMS,
    search=_never,
)

"""The searches of Datadeling that are served. Each is one authenticated read, audited in the same transaction."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from django.db import transaction
from rest_framework.response import Response
from rest_framework.views import APIView

from sfm.audit.record import record
from sfm.core.ids import PatientKey
from sfm.fhir.data_sharing import resources
from sfm.identity import admission, logins
from sfm.identity.drf import DPoPAuthentication, HasScope, Level4, caller_of, exception_handler
from sfm.identity.refusals import InvalidToken, Malformed
from sfm.medication.queries import agenda
from sfm.patients import ticket
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from rest_framework.request import Request

    from sfm.identity.admission import Admission

MAX_ENCOUNTER = 200  # characters


class Search(APIView):
    """A GET that answers with a searchset Bundle."""

    authentication_classes = (DPoPAuthentication,)
    permission_classes = (HasScope, Level4)

    def get_exception_handler(self) -> Callable[..., Any]:
        return exception_handler

    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        if caller is None:
            raise InvalidToken(detail="no caller")
        place = admission.admit(caller)
        with journal_scope(place.journal), transaction.atomic():
            found = self.find(request, place)
            record(place.actor, f"{type(self).__name__}.read", source="api", detail={"count": len(found)})
        return Response(resources.searchset(found), content_type="application/fhir+json")

    @abstractmethod
    def find(self, request: Request, place: Admission) -> list[dict[str, Any]]: ...


class TaskSearch(Search):
    """`GET Task?type=None|NonPatient&code=…&codeNot=…`: what waits for the caller or for anyone."""

    def find(self, request: Request, place: Admission) -> list[dict[str, Any]]:
        wanted, unwanted = _codes(request, "code"), _codes(request, "codeNot")
        only_without_patient = request.query_params.get("type", "").lower() == "nonpatient"
        owner = logins.owner_of(place.caller, place.journal.pk)
        items = [
            item
            for item in agenda.work_items(actor=place.actor)
            if (not wanted or item.code in wanted)
            and item.code not in unwanted
            and not (only_without_patient and item.patient_key)
        ]
        tickets = _tickets(owner, (item.patient_key for item in items))
        return [resources.task(item, ticket=tickets.get(item.patient_key, "")) for item in items]


class BasicSearch(Search):
    """`GET Basic?_query=JOURNALNOTE&encounterIdentifier=…`: the notes of one encounter."""

    def find(self, request: Request, place: Admission) -> list[dict[str, Any]]:
        if request.query_params.get("_query", "").upper() != "JOURNALNOTE":
            raise Malformed("Bare _query=JOURNALNOTE tilbys.")
        encounter = request.query_params.get("encounterIdentifier", "")
        if not 0 < len(encounter) <= MAX_ENCOUNTER:
            raise Malformed("encounterIdentifier mangler eller er for lang.")
        notes = agenda.notes_of_encounter(encounter, actor=place.actor)
        return [resources.journal_note(note) for note in notes]


def _codes(request: Request, name: str) -> set[int]:
    text = request.query_params.get(name, "")
    try:
        return {int(code) for code in text.split(",") if code.strip()}
    except ValueError as error:
        raise Malformed(f"{name} må være tall skilt med komma.") from error


def _tickets(owner: logins.Owner, patients: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The caller's own ticket for each patient, issued on the spot where there was none."""
    return {patient: ticket.issue(owner, PatientKey(patient)).value for patient in set(patients) if patient}

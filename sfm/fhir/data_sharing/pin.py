"""`Practitioner/$resetPIN`: SFM signs with the login and keeps no PIN, so there is none to clear; whoever asks is told,
and it stands in the access log like any other change of a person (fhir.md 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from sfm.audit.record import record
from sfm.core.errors import NotFound
from sfm.fhir.data_sharing import doors, edge, naming, negotiation, outcome, people
from sfm.fhir.data_sharing.r4.check import check
from sfm.fhir.data_sharing.r4.faults import BadContent, required
from sfm.identity import admission, problems
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request

    from sfm.identity.models import Practitioner

NONE_KEPT = "SFM bruker ingen PIN: signering følger innloggingen med HelseID. Det er ingenting å nullstille."


class ResetPin(edge.FhirView):
    def post(self, request: Request, ident: str = "") -> HttpResponse:
        negotiation.form_of_answer(request._request)
        place = doors.administrative(edge.caller(request))
        place.actor.require("admin.users")
        admission.client_of(place.caller)
        with journal_scope(place.journal), transaction.atomic():
            row = (
                people.registered("Practitioner", ident)
                if ident
                else _named(negotiation.read(request._request))
            )
            record(place.actor, "Practitioner.resetPIN", subject=row, source="api")
        said = {"severity": "information", "code": "informational", "details": {"text": NONE_KEPT}}
        trace_id = problems.trace_id_of(request._request)
        return edge.answered(request._request, outcome.information(said, trace_id))


def _named(content: dict[str, Any]) -> Practitioner:
    """The parameter `identifier`."""
    check(content, "Parameters")
    given = (
        one.get("valueIdentifier") for one in content.get("parameter", ()) if one["name"] == "identifier"
    )
    said = next((one for one in given if one), None)
    if said is None:
        raise BadContent(required("Parameters.parameter:identifier", "Parameteren identifier"))
    found = people.numbered(naming.system(str(said.get("system", ""))), str(said.get("value", "")))
    if found is None:
        raise NotFound(detail="no such practitioner")
    return found

"""The addresses of Basis: four operations on Patient, and the same resource views as Datadeling for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from sfm.fhir.basis import get_medication, parameters, responsibility, send_medication
from sfm.fhir.data_sharing import edge, negotiation, outcome
from sfm.fhir.data_sharing.r4 import json_form, xml_form
from sfm.fhir.data_sharing.r4.check import check
from sfm.identity import admission, problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from rest_framework.request import Request

    from sfm.identity.admission import Admission

Resource = dict[str, Any]
JSON = negotiation.JSON


class OperationView(edge.FhirView):
    """`POST Patient/$<operation>`: Parameters in, Parameters out. Everything but POST is 501."""

    name = ""

    def post(self, request: Request) -> HttpResponse:
        negotiation.form_of_answer(request._request)  # before anything is written
        place = self._admitted(request)
        raw, content = self._body(request)
        check(content, "Parameters")
        base = settings.PUBLIC_ORIGIN + edge.base_path(request._request)
        answer = OPERATIONS[self.name](
            place=place,
            given=parameters.read(content),
            raw=raw,
            source=f"{base}/Patient/${self.name}",
            trace_id=problems.trace_id_of(request._request),
        )
        return edge.answered(request._request, answer)

    def _admitted(self, request: Request) -> Admission:
        place = admission.admit(edge.caller(request))
        place.actor.require("lib.view")
        admission.client_of(place.caller)
        return place

    def _body(self, request: Request) -> tuple[bytes, Resource]:
        form = negotiation.FORMS.get((request._request.content_type or "").partition(";")[0].strip().lower())
        if form is None:
            raise outcome.WrongMedia
        raw = negotiation.body_of(request._request)
        return raw, xml_form.read(raw) if form == negotiation.XML else json_form.read(raw)


def _get(*, place: Admission, given: parameters.Given, raw: bytes, source: str, trace_id: str) -> Resource:  # noqa: ARG001
    return get_medication.run(place, given, source=source, trace_id=trace_id)


def _send(*, place: Admission, given: parameters.Given, raw: bytes, source: str, trace_id: str) -> Resource:  # noqa: ARG001
    return send_medication.run(place, given, raw=raw, trace_id=trace_id)


def _register(*, place: Admission, given: parameters.Given, trace_id: str, **_: Any) -> Resource:
    return responsibility.run(place, given, register=True, trace_id=trace_id)


def _deregister(*, place: Admission, given: parameters.Given, trace_id: str, **_: Any) -> Resource:
    return responsibility.run(place, given, register=False, trace_id=trace_id)


OPERATIONS: dict[str, Callable[..., Resource]] = {
    "getMedication": _get,
    "sendMedication": _send,
    "registerResponsibility": _register,
    "deRegisterResponsibility": _deregister,
}

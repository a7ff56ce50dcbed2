"""What every address of Datadeling shares: the token, the form, the transaction with its audit row, the outcome."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.ids import holds_national_id
from sfm.fhir import rates
from sfm.fhir.data_sharing import bundles, negotiation, outcome, params
from sfm.fhir.data_sharing.offers import Answer, Call
from sfm.fhir.data_sharing.r4.check import check
from sfm.identity import admission, problems
from sfm.identity.drf import BearerAuthentication, DPoPAuthentication, HasScope, Level4, caller_of
from sfm.identity.refusals import InvalidToken, Malformed, Refused
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.authentication import BaseAuthentication
    from rest_framework.request import Request

    from sfm.fhir.data_sharing.offers import Resource
    from sfm.identity.admission import Admission
    from sfm.identity.principal import Principal

log = logging.getLogger(__name__)
BASE = re.compile(r"^(?:/datadeling|/basis)?(?:/v2|/v1\.0)?(?:/fhir)?(?=/|$)")
TICKET_HEADER = "X-SFM-Patient-Ticket"
FORM = "application/x-www-form-urlencoded"
MAX_QUERY = 8 * 1024  # characters
PID_PARAMETERS = ("identifier", "identifiers", "pid", "patientnin")


class FhirView(APIView):
    """Any verb without a method of its own is answered with 501."""

    permission_classes: Any = (HasScope, Level4)
    throttle_classes: Any = (rates.PerClient,)

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Old EPJs may come with Bearer on the addresses without v2, while that is switched on."""
        bearer = self.request.headers.get("Authorization", "")[:7].lower() == "bearer "
        versioned = "/v2" in base_path(self.request)
        return [BearerAuthentication() if bearer and not versioned else DPoPAuthentication()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if _names_a_person(request._request):
            raise params.wrong("", "a national identity number may not stand here")
        super().initial(request, *args, **kwargs)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: ARG002
        return None, negotiation.JSON  # our own happens when the answer is written

    def http_method_not_allowed(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
        raise outcome.NotOffered(detail=str(request.method))

    def get_exception_handler(self) -> Callable[..., HttpResponse]:
        return _answer_error


class OfferView(FhirView):
    """The addresses of one resource type."""

    offer: Any = None  # an Offer; `as_view` sets it per address

    def call(self, request: Request, place: Admission, given: params.Params) -> Call:
        return Call(
            place=place,
            params=given,
            base=settings.PUBLIC_ORIGIN + base_path(request._request),
            trace_id=problems.trace_id_of(request._request),
            header_ticket=request.headers.get(TICKET_HEADER, ""),
            if_match=request.headers.get("If-Match", ""),
        )

    def run(
        self, request: Request, verb: str, act: Callable[[Call], Answer], given: params.Params | None = None
    ) -> tuple[Call, Answer]:
        """The act and its audit row, both or none."""
        negotiation.form_of_answer(request._request)  # before anything is written
        place = self.admitted(request)
        call = self.call(request, place, given or of_address(request._request))
        with journal_scope(place.journal):
            if verb == "read" and self.offer.before is not None:
                call = replace(call, asked=self.offer.before(call))
            answer = self._acted(call, verb, act)
        return call, answer

    def _acted(self, call: Call, verb: str, act: Callable[[Call], Answer]) -> Answer:
        place = call.place
        with transaction.atomic():
            answer = act(call)
            record(
                place.actor,
                f"{self.offer.type}.{verb}",
                patient=answer.patient,
                subject=answer.subject,
                source="api",
                detail={"count": len(answer.resources)} | answer.detail,
            )
        return answer

    def admitted(self, request: Request) -> Admission:
        place: Admission = self.offer.admit(caller(request))
        admission.client_of(place.caller)
        return place

    def body(self, request: Request) -> Resource:
        content = negotiation.read(request._request)
        check(content, self.offer.type)
        return content

    def found(self, request: Request, given: params.Params) -> HttpResponse:
        if self.offer.search is None:
            raise outcome.NotOffered
        call, answer = self.run(request, "read", self.offer.search, given)
        return answered(request._request, bundles.searchset(call, self.offer, answer))


class TypeView(OfferView):
    def get(self, request: Request) -> HttpResponse:
        return self.found(request, of_address(request._request))

    def post(self, request: Request) -> HttpResponse:
        if self.offer.create is None:
            raise outcome.NotOffered
        body = self.body(request)
        made = self.offer.prepare(caller(request), body) if self.offer.prepare else ""
        act = partial(_second(self.offer.read), made) if made else partial(_second(self.offer.create), body)
        call, answer = self.run(request, "create", act)
        response = answered(request._request, answer.only, status=201)
        response["Location"] = f"{call.base}/{self.offer.type}/{answer.only['id']}"
        return response


class SearchView(OfferView):
    """`POST <type>/_search`: the same parameters, where no log of addresses sees them."""

    def post(self, request: Request) -> HttpResponse:
        return self.found(request, of_form(request._request))


class InstanceView(OfferView):
    def get(self, request: Request, ident: str) -> HttpResponse:
        if self.offer.read is None:
            raise outcome.NotOffered
        _, answer = self.run(request, "read", partial(_second(self.offer.read), ident))
        return answered(request._request, answer.only)

    def put(self, request: Request, ident: str) -> HttpResponse:
        if self.offer.update is None:
            raise outcome.NotOffered
        body, update = self.body(request), self.offer.update
        _, answer = self.run(request, "update", lambda call: update(call, ident, body))
        return answered(request._request, answer.only)


class NothingHere(FhirView):
    """Whatever has no address of its own."""

    authentication_classes: Any = ()
    permission_classes: Any = ()

    def get_authenticators(self) -> list[BaseAuthentication]:
        return []


def caller(request: Request) -> Principal:
    found = caller_of(request)
    if found is None:
        raise InvalidToken(detail="no caller")
    return found


def base_path(request: HttpRequest) -> str:
    found = BASE.match(request.path)
    return found[0] if found else ""


def of_address(request: HttpRequest) -> params.Params:
    if len(request.META.get("QUERY_STRING", "")) > MAX_QUERY:
        raise Malformed("Adressen er for lang.")
    return params.of_pairs(parse_qsl(request.META.get("QUERY_STRING", ""), keep_blank_values=True))


def _names_a_person(request: HttpRequest) -> bool:
    """Whether a person's number stands anywhere but in the parameters the contract asks for (integration.md 3.5)."""
    pairs = parse_qsl(request.META.get("QUERY_STRING", "")[:MAX_QUERY], keep_blank_values=True)
    free = (name if name.lower() in PID_PARAMETERS else f"{name} {value}" for name, value in pairs)
    return holds_national_id(request.path_info) or any(map(holds_national_id, free))


def of_form(request: HttpRequest) -> params.Params:
    if (request.content_type or "").lower() != FORM:
        raise outcome.WrongMedia("Søket må være et skjema (application/x-www-form-urlencoded).")
    try:
        pairs = parse_qsl(
            negotiation.body_of(request).decode(), keep_blank_values=True, max_num_fields=100, errors="strict"
        )
    except ValueError as error:
        raise Malformed("Skjemaet har feil form.") from error
    return params.of_pairs(pairs + parse_qsl(request.META.get("QUERY_STRING", "")))


def answered(request: HttpRequest, resource: Resource, *, status: int = 200) -> HttpResponse:
    form = negotiation.form_of_answer(request)
    response = HttpResponse(
        negotiation.write(resource, form), status=status, content_type=f"{form}; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    version = resource.get("meta", {}).get("versionId")
    if version:
        response["ETag"] = f'W/"{version}"'
    return response


def _answer_error(error: Exception, context: dict[str, Any]) -> HttpResponse:
    request: HttpRequest = context["request"]._request
    trace_id = problems.trace_id_of(request)
    ours = outcome.as_ours(error, trace_id)
    log.info("%s %s: %s", ours.status, ours.code, type(ours).__name__, extra={"trace_id": trace_id})
    _record_denial(ours)
    response = _outcome(request, outcome.resource(ours, trace_id), outcome.status_of(ours))
    if ours.status == 401:
        authenticator = next(iter(context["view"].get_authenticators()), None)
        scheme = getattr(authenticator, "scheme", "DPoP")
        response["WWW-Authenticate"] = problems.challenge(scheme, error=getattr(ours, "error", ""))
    if outcome.retry_after(ours):
        response["Retry-After"] = outcome.retry_after(ours)
    return response


def _outcome(request: HttpRequest, resource: Resource, status: int) -> HttpResponse:
    try:
        response = answered(request, resource, status=status)
    except outcome.NotAcceptable:
        response = HttpResponse(
            negotiation.write(resource, negotiation.JSON), status=status, content_type=negotiation.JSON
        )
    # Django would log the address of every refusal, and a ticket may stand in it
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _record_denial(error: Exception) -> None:
    if isinstance(error, Refused) and error.journal is not None:
        with journal_scope(error.journal):
            record(None, "api.denied", detail={"problem": error.problem}, source="api", result="denied")


def _second(act: Callable[[Call, Any], Answer]) -> Callable[[Any, Call], Answer]:
    """The same act with the call last, as `run` gives it."""
    return lambda other, call: act(call, other)


def instant(at: Any) -> str:
    return clock.local(at).isoformat(timespec="milliseconds")

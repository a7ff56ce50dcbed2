"""What every address of the gateway shares: POST only, one way of authentication, JSON in, problem+json out."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sfm.audit.record import record
from sfm.core.errors import SfmError
from sfm.identity import api_call, problems
from sfm.identity.drf import BEARER_SCOPE, SCOPE
from sfm.identity.principal import Principal
from sfm.identity.refusals import CodeRefused, Malformed, MethodNotAllowed, Refused, UnsupportedMedia
from sfm.tenancy.scope import journal_scope

MAX_BODY = 64 * 1024  # bytes
Operation = Callable[[HttpRequest, Principal], HttpResponse]


def by_dpop(operation: Operation) -> Callable[[HttpRequest], HttpResponse]:
    """The operation at its v2 address."""
    return _view(operation, "DPoP", _dpop_caller)


def by_bearer(operation: Operation) -> Callable[[HttpRequest], HttpResponse]:
    """The operation at its old address; closed unless SFM_ALLOW_BEARER."""
    return _view(
        operation,
        "Bearer",
        lambda request: api_call.by_bearer(request.META, scopes=frozenset({BEARER_SCOPE})),
    )


def guarded(
    view: Callable[[HttpRequest], HttpResponse], *, scheme: str = ""
) -> Callable[[HttpRequest], HttpResponse]:
    """POST with a modest body, and every expected failure as problem+json."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        try:
            _check_form(request)
            answer = view(request)
        except SfmError as error:
            record_denial(error)
            refused = problems.answer(error, request, scheme=scheme)
            if isinstance(error, CodeRefused):
                refused["X-SFM-Error"] = error.reason  # what the frame tells the record system
            return refused
        answer["Cache-Control"] = "no-store"
        return answer

    return csrf_exempt(inner)


def record_denial(error: SfmError) -> None:
    """A refusal at the door of a known journal stands in that journal's access log."""
    if isinstance(error, Refused) and error.journal is not None:
        with journal_scope(error.journal):
            record(None, "session.denied", detail={"problem": error.problem}, source="api", result="denied")


def json_body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type and "json" not in request.content_type:
        raise UnsupportedMedia
    try:
        content = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Malformed("Innholdet er ikke gyldig JSON.") from error
    if not isinstance(content, dict):
        raise Malformed("Innholdet må være et JSON-objekt.")
    return content


def text_member(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name} mangler.")
    return value


def _view(
    operation: Operation, scheme: str, authenticate: Callable[[HttpRequest], Principal]
) -> Callable[[HttpRequest], HttpResponse]:
    return guarded(wraps(operation)(partial(_authenticated, operation, authenticate)), scheme=scheme)


def _authenticated(
    operation: Operation, authenticate: Callable[[HttpRequest], Principal], request: HttpRequest
) -> HttpResponse:
    return operation(request, authenticate(request))


def _dpop_caller(request: HttpRequest) -> Principal:
    return api_call.by_dpop(request.META, method="POST", path=request.path, scopes=frozenset({SCOPE}))


def _check_form(request: HttpRequest) -> None:
    if request.method != "POST":
        raise MethodNotAllowed
    if request.META.get("QUERY_STRING"):
        raise Malformed(
            "Adressen skal ikke ha parametre."
        )  # a number or ticket must never stand in an address
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise Malformed("Content-Length er ikke et tall.") from error
    if size > MAX_BODY:
        raise Malformed("Innholdet er for stort.")

"""The frame before a patient is shown: waiting for the record system, and taking the patient it sets."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portals.shared import chosen, errors, setting, waiting
from portals.shared.errors import SessionExpired
from sfm.core.errors import Forbidden, Invalid, NotFound, SfmError, Unavailable
from sfm.identity.refusals import Refused

MOST, LONGEST = 20, 200  # members of the login's metadata, and characters in each


@require_safe
def patient(request: HttpRequest, slug: str) -> HttpResponse:
    """The patient portal's address in the session answer: a neutral page, whatever the session may hold."""
    words = waiting.FOR_PATIENT if waiting.logged_in(request, slug) else waiting.FOR_LOGIN
    return waiting.page(request, slug, words)


@require_POST
def set_patient(request: HttpRequest, slug: str) -> HttpResponse:
    """`setPatient`, from our own script: opens the ticket and answers where the patient is shown."""
    try:
        if not waiting.logged_in(request, slug):
            raise SessionExpired(detail="setPatient without login")
        ctx = setting.set_patient(request.session, _wanted(request))
    except SfmError as error:
        return _failed(request, error)
    first = f"treatment:{chosen.of(request, 'start_tab')}"
    return JsonResponse({"url": reverse(first, kwargs={"slug": slug, "ctx": ctx})})


@require_POST
def told(request: HttpRequest, slug: str) -> HttpResponse:
    """What the record system says of itself at login. For support alone; nothing is ever decided by it."""
    if not waiting.logged_in(request, slug):
        return _failed(request, SessionExpired(detail="metadata without login"))
    request.session["epj"] = {
        str(name)[:LONGEST]: value[:LONGEST]
        for name, value in list(_object(request).items())[:MOST]
        if isinstance(value, str)
    }
    return HttpResponse(status=204)


def _wanted(request: HttpRequest) -> setting.Wanted:
    return setting.read(_object(request))


def _object(request: HttpRequest) -> dict[str, Any]:
    try:
        content: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise Invalid("Meldingen fra journalsystemet kan ikke leses.")
    return content


def _failed(request: HttpRequest, error: SfmError) -> HttpResponse:
    response = errors.as_json(request, error)
    response["X-SFM-Error"] = _word(error)
    return response


def _word(error: SfmError) -> str:
    """What the record system is told (integration.md 4.3)."""
    if isinstance(error, NotFound | Invalid | SessionExpired):
        return "ticket-invalid"
    if isinstance(error, Forbidden) or (isinstance(error, Refused) and not isinstance(error, Unavailable)):
        return "patient-blocked"
    return "unavailable"

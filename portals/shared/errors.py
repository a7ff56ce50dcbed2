"""How a failure meets the eye: what happened, what one can do, and a Feil-ID to copy (portals.md 7)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpResponse, JsonResponse

from portals.shared import trace
from portals.shared.error_texts import advice_for, title_for
from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid, NotFound, SfmError, Unavailable, WrongPatient
from sfm.core.logs import ELEVEN_DIGITS

if TYPE_CHECKING:
    from typing import Any

    from django.http import HttpRequest

log = logging.getLogger(__name__)
PORTALS = ("/e/", "/tjeneste/")
LOCKING = frozenset({"E14", "E15"})  # the page may be read, but nothing more may be done from it


class SessionExpired(SfmError):
    """No live login behind the request (portals.md E14)."""

    status = 401
    code = "E14"
    text = "Økten er utløpt. Åpne pasienten på nytt i journalsystemet."


class ForeignForm(Forbidden):
    """The form did not come from our own page, or its token is old."""

    code = "SFM-403"
    text = "Forespørselen kom ikke fra denne siden. Ingenting er lagret. Last siden på nytt og prøv igjen."


class MissingPage(NotFound):
    text = "Siden finnes ikke."


class Unexpected(SfmError):
    status = 500
    code = "SFM-500"
    text = "Noe gikk galt hos oss. Ingenting er lagret. Prøv igjen, eller meld fra med Feil-ID."


def answer(request: HttpRequest, error: SfmError) -> HttpResponse:
    """The error in the form the request wants: a fragment for htmx, JSON when asked by name, else a page."""
    trace_id = getattr(request, "trace_id", "") or trace.new_id()
    log.info("%s %s %s", error.status, error.code, error.detail)
    if _wants_json(request):
        return as_json(request, error)
    from portals.shared.jinja import (
        render_template,
    )  # the environment asks Django, which is not ready at import

    fragment = bool(request.headers.get("HX-Request")) and not request.headers.get(
        "HX-History-Restore-Request"
    )
    name = "errors/fragment.html" if fragment else "errors/page.html"
    page = render_template(request, name, _context(error, request, trace_id))
    response = HttpResponse(page, status=error.status)
    if fragment:
        response["HX-Retarget"], response["HX-Reswap"], response["HX-Reselect"] = (
            "#errors",
            "innerHTML",
            "unset",
        )
        response["HX-Push-Url"] = "false"
    return response


def as_json(request: HttpRequest, error: SfmError) -> HttpResponse:
    """For our own scripts, and for whoever asks for JSON."""
    trace_id = getattr(request, "trace_id", "") or trace.new_id()
    return JsonResponse(
        _problem(error, trace_id), status=error.status, content_type="application/problem+json"
    )


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW, and our own answer to a foreign origin. A token goes with its session: where that
    has ended, saying so is the truth."""
    session = getattr(request, "session", None)
    try:
        ended = session is not None and "login" not in session and "staff" not in session
        another = not ended and _is_about_another_patient(request)
    except SfmError as error:
        return answer(request, error)
    if another:  # a newer login in another tab changed both the token and the patient; this is what matters
        return answer(request, WrongPatient(detail=reason))
    return answer(request, SessionExpired(detail=reason) if ended else ForeignForm(detail=reason))


def _is_about_another_patient(request: HttpRequest) -> bool:
    asked = request.resolver_match.kwargs.get("ctx") if request.resolver_match else None
    kept = request.session.get("patient") if asked else None
    return bool(kept and kept["ctx"] != asked)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A login that ended while the request was under way is the commonest of these."""
    return answer(request, SessionExpired() if isinstance(exception, SessionInterrupted) else SfmError())


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, exception if isinstance(exception, SfmError) else Forbidden())


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return answer(request, MissingPage())


def handler500(request: HttpRequest) -> HttpResponse:
    return answer(request, Unexpected())


def _wants_json(request: HttpRequest) -> bool:
    """A browser names HTML when it goes to an address. A machine that has the wrong address gets no page to read."""
    accepted = request.headers.get("Accept", "")
    of_portal = request.path_info.startswith(PORTALS)
    return "text/html" not in accepted and ("json" in accepted or not of_portal)


def _problem(error: SfmError, trace_id: str) -> dict[str, Any]:
    content = {
        "type": f"urn:sfm:problem:{error.code.lower()}",
        "title": error.text,
        "status": error.status,
        "code": error.code,
        "traceId": trace_id,
    }
    return content | ({"fields": error.fields} if isinstance(error, Invalid) and error.fields else {})


def _context(error: SfmError, request: HttpRequest, trace_id: str) -> dict[str, Any]:
    return {
        "title": title_for(error),
        "text": error.text,
        "advice": advice_for(error),
        "fields": error.fields if isinstance(error, Invalid) else {},
        "code": error.code,
        "status": error.status,
        "trace_id": trace_id,
        "at": clock.now(),
        "address": ELEVEN_DIGITS.sub("…", request.path),
        "locking": error.code in LOCKING or isinstance(error, WrongPatient),
        "tone": "warn" if isinstance(error, Invalid | Conflict | Unavailable) else "stop",
        "actor": None,
        "patient": None,
    }

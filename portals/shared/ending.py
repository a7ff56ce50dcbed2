"""How long the session lasts, so that the page can warn five minutes before it ends (portals.md 10, WCAG 2.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from portals.shared import errors, waiting
from portals.shared.errors import SessionExpired
from sfm.identity import oidc

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def asked(request: HttpRequest, slug: str) -> HttpResponse:
    """When the login ends, as the record system has last renewed it. Asking keeps nothing alive."""
    return _told(request, slug)


@require_POST
def go_on(request: HttpRequest, slug: str) -> HttpResponse:
    """«Fortsett»: somebody is here, so the idle clock starts again. What HelseID has granted is not prolonged."""
    return _told(request, slug)


@require_safe
def staff_asked(request: HttpRequest) -> HttpResponse:
    """The same for the service provider's staff, whose login ends when it ends."""
    return _told_staff(request)


@require_POST
def staff_go_on(request: HttpRequest) -> HttpResponse:
    return _told_staff(request)


class LastingSessionMiddleware(SessionMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.session.quiet = request.path.endswith("/okt")  # type: ignore[attr-defined]


def _told(request: HttpRequest, slug: str) -> HttpResponse:
    if not waiting.logged_in(request, slug):
        return errors.as_json(request, SessionExpired(detail="asked how long the session lasts"))
    return JsonResponse({"exp": request.session["login"]["exp"]})


def _told_staff(request: HttpRequest) -> HttpResponse:
    if oidc.staff_of(request) is None:
        return errors.as_json(request, SessionExpired(detail="asked how long the staff login lasts"))
    return JsonResponse({"exp": request.session[oidc.STAFF]["until"]})

"""What every request passes through. Paid for each time, so nothing here asks a database twice in ten seconds."""

from __future__ import annotations

import logging
from http.cookies import Morsel
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import InterfaceError, OperationalError

from portals.shared import clients, errors, trace
from portals.shared.errors import PORTALS
from sfm.core.errors import SfmError, Unavailable
from sfm.core.ids import holds_national_id
from sfm.tenancy import scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Next = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger(__name__)

# Python learnt of partitioned cookies in 3.14; the class refuses attributes it does not know.
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OWN_ONLY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors "
)
FEATURES_OFF = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "identity-credentials-get",
        "idle-detection",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "storage-access",
        "usb",
        "xr-spatial-tracking",
    )
)
ALWAYS = {
    "Permissions-Policy": FEATURES_OFF,
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class PidInAddress(SfmError):
    text = "Fødselsnummer kan ikke stå i adressen. Søk på navn, eller åpne pasienten fra journalsystemet."


class Middleware:
    """The shape all of these share."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response


class TraceMiddleware(Middleware):
    """A trace id of our own making; what a caller claims is not taken over."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trace_id = request.trace_id = trace.new_id()  # type: ignore[attr-defined]
        token, inside = trace.current.set(trace_id), scope.in_scope()
        try:
            response = self.get_response(request)
        finally:
            trace.current.reset(token)
            if not inside and scope.in_scope():  # whatever a view forgot, the next request begins outside
                log.error("a journal scope was still open at the end of the request")
                scope.leave()
        response[trace.HEADER] = trace_id
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An expected failure that no view took care of still becomes a page with a text; a dead database is one."""
        if isinstance(exception, OperationalError | InterfaceError):
            exception = Unavailable(detail=type(exception).__name__)
        return errors.answer(request, exception) if isinstance(exception, SfmError) else None


class SecurityHeadersMiddleware(Middleware):
    """The headers of security.md 4.3. Only the record system whose slug stands in the address may hold the page."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.setdefault(name, value)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = OWN_ONLY + _ancestors(request.path_info)
        if settings.SECURE_HSTS_SECONDS:
            response.setdefault("Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}")
        return response


class PidInAddressMiddleware(Middleware):
    """A national identity number never stands in a page's address: addresses end up in histories and logs (attack 34).
    Datadeling, whose contract asks for it in some parameters, sees to its own."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PORTALS) and _names_a_person(request):
            return errors.as_json(request, PidInAddress())  # a page would repeat the address
        return self.get_response(request)


class PartitionedCookieMiddleware(Middleware):
    """Every cookie lives in the partition of the page that holds our frame, also when it is taken away."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for morsel in response.cookies.values():
            morsel["partitioned"] = True
        return response


class OriginCheckMiddleware(Middleware):
    """An unsafe method on a page comes from our own page, or not at all. Django's CSRF token is asked for besides."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE and request.path_info.startswith(PORTALS) and _foreign(request):
            return errors.csrf_refused(request, "foreign origin")
        return self.get_response(request)


def _names_a_person(request: HttpRequest) -> bool:
    if holds_national_id(request.path_info):
        return True
    if not request.META.get("QUERY_STRING"):
        return False
    return any(
        holds_national_id(name) or any(map(holds_national_id, values)) for name, values in request.GET.lists()
    )


def _ancestors(path: str) -> str:
    client = clients.of_path(path)
    return client.frame_ancestors if client else "'none'"


def _foreign(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin", settings.PUBLIC_ORIGIN)
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return bool(origin != settings.PUBLIC_ORIGIN or site != "same-origin")

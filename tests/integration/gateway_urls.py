"""The gateway and two pages behind a login, for tests of the session alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.urls import path

from sfm.fhir.session_gateway.urls import urlpatterns as gateway

if TYPE_CHECKING:
    from django.http import HttpRequest


def who(request: HttpRequest) -> HttpResponse:
    if "login" not in request.session:
        return HttpResponse(status=401)
    return JsonResponse({"login": request.session["login"], "actor": request.session["actor"]})


def note(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.session["login"]["client_slug"])


def refused(_request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponse(reason, status=403)


urlpatterns = [*gateway, path("who", who), path("note", note)]

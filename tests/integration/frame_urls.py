"""The frame's addresses and four small pages behind the guard, for tests of the guard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import include, path

from portals.shared.guard import patient_page, portal_page, provider_page
from portals.shared.urls import urlpatterns as shared
from sfm.audit.record import record
from sfm.core.errors import Conflict, Invalid
from sfm.fhir.session_gateway.urls import urlpatterns as gateway

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest, PortalRequest, ProviderRequest


@patient_page("lib.view", audit="read.list")
def name(request: PatientRequest) -> HttpResponse:
    return HttpResponse(request.patient.identity.name)


@patient_page("lib.view")
def write(request: PatientRequest) -> HttpResponse:
    record(request.actor, "test.write", patient=request.patient.key)
    if request.headers.get("X-Wrong"):
        raise Invalid(fields={"dose": "Skriv en dose."})
    return HttpResponse("lagret")


@patient_page("admin.roles")
def forbidden(_request: PatientRequest) -> HttpResponse:
    return HttpResponse("aldri")


@patient_page("lib.view")
def raced(_request: PatientRequest) -> HttpResponse:
    raise Conflict


@portal_page("lib.view")
def start(request: PortalRequest) -> HttpResponse:
    return HttpResponse(f"start for {request.actor.name}")


@provider_page("operator")
def provider(request: ProviderRequest) -> HttpResponse:
    return HttpResponse(request.staff.name)


of_patient = (
    [
        path("legemidler", name, name="in_use"),
        path("skriv", write, name="write"),
        path("rader/<uuid:pk>", name, name="row"),
        path("stengt", forbidden),
        path("kappløp", raced),
    ],
    "treatment",
)
urlpatterns = [
    *shared,
    *gateway,
    path("e/<slug:slug>/pasient/<str:ctx>/", include(of_patient)),
    path("e/<slug:slug>/helsepersonell/", start, name="start"),
    path("tjeneste/", provider),
]
handler404 = "portals.shared.errors.handler404"
handler500 = "portals.shared.errors.handler500"

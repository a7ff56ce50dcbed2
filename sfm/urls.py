"""Every address of the product. Each part keeps its own list; here they only get their places."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import include, path

from sfm.fhir.session_gateway.urls import urlpatterns as session_gateway

PLACES = {
    "portals.treatment.urls": "e/<slug:slug>/pasient/<str:ctx>/",
    "portals.personnel.urls": "e/<slug:slug>/helsepersonell/",
    "portals.organisation.urls": "e/<slug:slug>/virksomhet/",
    "portals.provider.urls": "tjeneste/",
}

urlpatterns = [
    path("", include("portals.shared.urls")),
    *session_gateway,
    path("integrasjon/", include("sfm.fhir.integration.urls")),
    path("datadeling/", include("sfm.fhir.data_sharing.urls")),
    path("tjeneste/oidc/", include("sfm.identity.oidc_urls")),
    *(path(place, include(module)) for module, place in PLACES.items() if find_spec(module)),
]

handler400 = "portals.shared.errors.handler400"
handler403 = "portals.shared.errors.handler403"
handler404 = "portals.shared.errors.handler404"
handler500 = "portals.shared.errors.handler500"

"""Every address of the product. Each part keeps its own list; here they only get their places."""

from __future__ import annotations

from django.urls import include, path

from sfm.fhir.migration.urls import urlpatterns as migration
from sfm.fhir.session_gateway.urls import urlpatterns as session_gateway

urlpatterns = [
    path("", include("portals.shared.urls")),
    *session_gateway,
    *migration,
    path("integrasjon/", include("sfm.fhir.integration.urls")),
    path("datadeling/", include("sfm.fhir.data_sharing.urls")),
    path("basis/", include("sfm.fhir.basis.urls")),
    path("e/<slug:slug>/pasient/<str:ctx>/", include("portals.treatment.urls")),
    path("e/<slug:slug>/helsepersonell/", include("portals.personnel.urls")),
    path("e/<slug:slug>/virksomhet/", include("portals.organisation.urls")),
    path("tjeneste/oidc/", include("sfm.identity.oidc_urls")),
    path("tjeneste/", include("portals.provider.urls")),
]

handler400 = "portals.shared.errors.handler400"
handler403 = "portals.shared.errors.handler403"
handler404 = "portals.shared.errors.handler404"
handler500 = "portals.shared.errors.handler500"

"""Addresses without regard to case, with or without a slash at the end, as EPJs in use call them."""

from __future__ import annotations

from django.urls import re_path

from sfm.fhir.session_gateway import views
from sfm.fhir.session_gateway.edge import by_bearer, by_dpop, guarded

urlpatterns = [
    re_path(r"^(?i:api/v2/session/create)/?$", by_dpop(views.create)),
    re_path(r"^(?i:api/v2/session/refresh)/?$", by_dpop(views.refresh)),
    re_path(r"^(?i:api/v2/session/end)/?$", by_dpop(views.end)),
    re_path(r"^(?i:api/v2/patientticket)/?$", by_dpop(views.patient_ticket)),
    re_path(r"^(?i:api/session/create)/?$", by_bearer(views.create)),
    re_path(r"^(?i:api/session/refresh)/?$", by_bearer(views.refresh)),
    re_path(r"^(?i:api/session/end)/?$", by_bearer(views.end)),
    re_path(r"^(?i:api/patientticket)/?$", by_bearer(views.patient_ticket)),
    re_path(r"^(?i:api/login)/?$", guarded(views.login)),
]

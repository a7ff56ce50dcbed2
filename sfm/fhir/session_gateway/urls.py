"""Addresses without regard to case, with or without a slash at the end, as EPJs in use call them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import re_path

from sfm.fhir.session_gateway import views
from sfm.fhir.session_gateway.edge import by_bearer, by_dpop, guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.urls import URLPattern


def any_case(address: str, view: Callable[..., Any]) -> URLPattern:
    """The address in any mixture of cases. Spelt out as classes: Django cannot turn an inline flag back."""
    pattern = "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in address)
    return re_path(f"^{pattern}/?$", view)


urlpatterns = [
    any_case("api/v2/session/create", by_dpop(views.create)),
    any_case("api/v2/session/refresh", by_dpop(views.refresh)),
    any_case("api/v2/session/end", by_dpop(views.end)),
    any_case("api/v2/patientticket", by_dpop(views.patient_ticket)),
    any_case("api/session/create", by_bearer(views.create)),
    any_case("api/session/refresh", by_bearer(views.refresh)),
    any_case("api/session/end", by_bearer(views.end)),
    any_case("api/patientticket", by_bearer(views.patient_ticket)),
    any_case("api/login", guarded(views.login)),
]

"""Basis: for record systems with screens of their own (fhir.md 4), at every spelling of its addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import re_path

from sfm.fhir.basis import capability, served, views
from sfm.fhir.data_sharing import edge
from sfm.fhir.definitions import served as definitions

if TYPE_CHECKING:
    from django.urls import URLPattern

    from sfm.fhir.data_sharing.offers import Offer

ALIASES = r"^(?:(?:v2|v1\.0)/)?(?:fhir/)?"


def _addresses(offer: Offer) -> list[URLPattern]:
    here = f"{ALIASES}{offer.type}"
    return [
        re_path(rf"{here}/?$", served.VIEWS[offer.type]["type"].as_view(offer=offer)),
        re_path(rf"{here}/_search/?$", served.VIEWS[offer.type]["search"].as_view(offer=offer)),
        re_path(
            rf"{here}/(?P<ident>[A-Za-z0-9.-]{{1,64}})/?$",
            served.VIEWS[offer.type]["instance"].as_view(offer=offer),
        ),
    ]


def _operations() -> list[URLPattern]:
    """Real clients write `patient/$getMedication` too."""
    return [
        re_path(rf"{ALIASES}(?i:Patient/\${name})/?$", views.OperationView.as_view(name=name))
        for name in views.OPERATIONS
    ]


urlpatterns = [
    re_path(rf"{ALIASES}metadata/?$", capability.Metadata.as_view()),
    *_operations(),
    *(address for offer in served.OFFERS for address in _addresses(offer)),
    *definitions.addresses(ALIASES),
    re_path(r"^", edge.NothingHere.as_view()),
]

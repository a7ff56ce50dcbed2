"""Datadeling: what an EPJ reads from SFM and writes to it (integration.md 5–9), at four spellings of each address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import re_path

from sfm.fhir.data_sharing import capability, edge, pin, served
from sfm.fhir.definitions import served as definitions

if TYPE_CHECKING:
    from django.urls import URLPattern

    from sfm.fhir.data_sharing.offers import Offer

RESET = r"Practitioner/(?:(?P<ident>[A-Za-z0-9-]{1,64})/)?\$[Rr][Ee][Ss][Ee][Tt]-?[Pp][Ii][Nn]/?$"
ALIASES = r"^(?:v2/)?(?:fhir/)?"


def _addresses(offer: Offer) -> list[URLPattern]:
    here = f"{ALIASES}{offer.type}"
    return [
        re_path(rf"{here}/?$", edge.TypeView.as_view(offer=offer)),
        re_path(rf"{here}/_search/?$", edge.SearchView.as_view(offer=offer)),
        re_path(rf"{here}/(?P<ident>[A-Za-z0-9.-]{{1,64}})/?$", edge.InstanceView.as_view(offer=offer)),
    ]


urlpatterns = [
    re_path(rf"{ALIASES}metadata/?$", capability.Metadata.as_view()),
    *(address for offer in served.OFFERS for address in _addresses(offer)),
    re_path(ALIASES + RESET, pin.ResetPin.as_view()),
    *definitions.addresses(ALIASES),
    re_path(r"^", edge.NothingHere.as_view()),
]

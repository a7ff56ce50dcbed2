"""Addresses of search and the prescribing form; portals.treatment.urls includes them."""

from __future__ import annotations

from django.urls import path

from portals.treatment.views import lar, pharmacies, prescribe, protocols, search, warnings

urlpatterns = [
    path("ny", search.page, name="search"),
    path("ny/treff", search.page, name="search_hits"),
    path("forskriv", prescribe.new, name="prescribe_new"),
    path("forskriv/forhandsvis", prescribe.preview, name="preview"),
    path("protokoll/<uuid:pk>", protocols.page, name="protocol"),
    path("lar", lar.page, name="lar"),
    path("apotek", pharmacies.options, name="pharmacies"),
    path("forskriv/varsel", warnings.decide, name="warning_of_new"),
    path("behandling/<uuid:pk>/varsel", warnings.decide, name="warning"),
    path("behandling/<uuid:pk>/endre", prescribe.change, name="change"),
    path("behandling/<uuid:pk>/forhandsvis", prescribe.preview, name="preview_of"),
    path("behandling/<uuid:pk>/resept", prescribe.add_prescription, name="add_prescription"),
    path("behandling/<uuid:pk>/fornye-med-endring", prescribe.renew, name="renew"),
]

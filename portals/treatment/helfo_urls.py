"""Addresses of the Helfo tab; portals.treatment.urls includes them."""

from __future__ import annotations

from django.urls import path

from portals.treatment.views import helfo

urlpatterns = [
    path("helfo", helfo.page, name="helfo"),
    path("helfo/svar", helfo.answers, name="helfo_answers"),
    path("helfo/sporr", helfo.ask, name="helfo_ask"),
    path("helfo/soknad", helfo.begin, name="helfo_begin"),
    path("helfo/soknad/<uuid:pk>", helfo.application, name="helfo_application"),
    path("helfo/soknad/<uuid:pk>/status", helfo.state, name="helfo_state"),
    path("helfo/vedtak", helfo.record, name="helfo_record"),
    path("helfo/vedtak/<uuid:pk>/fjern", helfo.retire, name="helfo_retire"),
]

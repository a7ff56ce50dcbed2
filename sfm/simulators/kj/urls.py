"""Addresses of the KJ simulator."""

from __future__ import annotations

from django.urls import path

from sfm.simulators.kj import views

urlpatterns = [
    path("", views.page, name="page"),
    path("api/medication/v1/summary", views.medication_summary),
    path("api/critical-information/v1/AllergyIntolerance", views.critical_information),
    path("api/critical-information/v1/AllergyIntolerance/<str:key>", views.one_reaction),
    path("api/rf-events", views.rf_events),
    path("api/state", views.show_state),
    path("api/reset", views.reset),
    path("api/seed", views.plant),
    path("api/faults", views.show_faults),
]

"""The addresses of Helfo, of its test API, and the caseworker's page."""

from __future__ import annotations

from django.urls import path

from sfm.simulators.helfo import desk, views

urlpatterns = [
    path("", desk.page, name="page"),
    path("v1/decisions", views.decisions),
    path("v1/forms", views.make_form),
    path("v1/applications/<str:key>", views.apply),
    path("v1/applications/<str:key>/status", views.status),
    path("api/state", desk.show_state),
    path("api/reset", desk.reset),
    path("api/seed", desk.plant),
    path("api/faults", desk.faults),
    path("api/answer", desk.answer),
]

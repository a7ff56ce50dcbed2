"""The addresses of HPR, of its test API, and the inspection page."""

from __future__ import annotations

from django.urls import path

from sfm.simulators.hpr import views

urlpatterns = [
    path("", views.page, name="page"),
    path("v1/personerutvidet", views.by_national_id),
    path("v1/personerutvidet/<str:hpr>", views.by_number),
    path("api/state", views.show_state),
    path("api/reset", views.reset),
    path("api/seed", views.plant),
    path("api/faults", views.faults),
]

"""Datadeling: what an EPJ reads from SFM. So far the task list and the journal notes (integration.md 5, 7, 8)."""

from __future__ import annotations

from django.urls import re_path

from sfm.fhir.data_sharing import views

urlpatterns = [
    re_path(r"^(?:v2/)?(?:fhir/)?Task/?$", views.TaskSearch.as_view()),
    re_path(r"^(?:v2/)?(?:fhir/)?Basic/?$", views.BasicSearch.as_view()),
]

from __future__ import annotations

from django.urls import path

from sfm.simulators.epj import views

urlpatterns = [
    path("", views.front),
    path("logg-inn", views.log_in),
    path("retur", views.come_back),
    path("logg-ut", views.log_out),
    path("pasienter", views.patients),
    path("sfm/session", views.session),
    path("sfm/refresh", views.refresh),
    path("sfm/ticket/<int:pk>", views.ticket),
    path("sfm/tasks", views.tasks),
    path("sfm/notes/<str:encounter>", views.notes),
    path("sfm/calls", views.calls),
    path("api/seed", views.seed),
    path("static/<str:name>", views.static_file),
]

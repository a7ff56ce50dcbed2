"""The entrances of the portals, and what the frame's own script calls."""

from __future__ import annotations

from django.urls import path

from portals.shared import frame, health

urlpatterns = [
    path("e/<slug:slug>/pasient/", frame.patient, name="patient_entrance"),
    path("e/<slug:slug>/pasient/sett", frame.set_patient, name="set_patient"),
    path("e/<slug:slug>/journalsystem", frame.told, name="told"),
    path("helse", health.ready, name="ready"),
    path("helse/lever", health.alive, name="alive"),
]

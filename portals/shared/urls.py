"""The entrances of the portals, and what the frame's own script calls."""

from __future__ import annotations

from django.urls import path

from portals.shared import ending, frame, health

urlpatterns = [
    path("e/<slug:slug>/pasient/", frame.patient, name="patient_entrance"),
    path("e/<slug:slug>/pasient/sett", frame.set_patient, name="set_patient"),
    path("e/<slug:slug>/journalsystem", frame.told, name="told"),
    path("e/<slug:slug>/okt", ending.asked, name="session_asked"),
    path("e/<slug:slug>/okt/fortsett", ending.go_on, name="session_go_on"),
    path("helse", health.ready, name="ready"),
    path("helse/lever", health.alive, name="alive"),
]

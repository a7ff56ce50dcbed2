"""Addresses of the RF simulator. Paths of the ports as published."""

from __future__ import annotations

from django.urls import path

from sfm.simulators.rf import address_register, api, console, soap

urlpatterns = [
    path("Rekvirent/RekvirentWebServiceSoapHttpPort", soap.rekvirent),
    path("api/state", api.show_state),
    path("api/messages/<str:msg_id>.xml", api.show_message),
    path("api/authorities.pem", api.authorities),
    path("api/reset", api.reset),
    path("api/seed", api.plant),
    path("api/clock", api.move_clock),
    path("api/faults", api.show_faults),
    path("api/settings", api.set_settings),
    path("api/apotek/<str:verb>", api.apotek_verb),
    path("api/lege/<str:verb>", api.doctor_verb),
    path("api/pasient/<str:verb>", api.patient_verb),
    path("api/post", api.post_now),
    path("communicationparties", address_register.listed),
    *console.urlpatterns,
]

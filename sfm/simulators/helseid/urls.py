from __future__ import annotations

from django.urls import path

from sfm.simulators.helseid import control, views

urlpatterns = [
    path("", control.home),
    path(".well-known/openid-configuration", views.discovery),
    path(".well-known/openid-configuration/jwks", views.jwks),
    path("connect/par", views.par),
    path("connect/authorize", views.authorize, name="authorize"),
    path("connect/token", views.token),
    path("connect/endsession", views.end_session),
    path("api/clients", control.clients),
    path("api/faults", control.faults),
    path("api/rotate", control.rotate),
    path("api/mint", control.mint_token),
    path("api/people", control.persons),
]

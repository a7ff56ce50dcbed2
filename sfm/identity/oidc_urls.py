"""Mounted at `/tjeneste/oidc/`. The names are those mozilla-django-oidc looks for."""

from __future__ import annotations

from django.urls import path

from sfm.identity.oidc import CallbackView, LoginView, LogoutView

urlpatterns = [
    path("inn/", LoginView.as_view(), name="oidc_authentication_init"),
    path("tilbake/", CallbackView.as_view(), name="oidc_authentication_callback"),
    path("ut/", LogoutView.as_view(), name="oidc_logout"),
]

"""(Helsepersonellportalen) Everything below `/e/<slug>/helsepersonell/`."""

from __future__ import annotations

from django.urls import path

from portals.personnel import me, reviews, users

app_name = "personnel"
urlpatterns = [
    path("", me.who, name="me"),
    path("rettigheter", me.my_rights, name="rights"),
    path("innstillinger", me.settings, name="settings"),
    path("gjennomganger", reviews.listing, name="reviews"),
    path("brukere", users.listing, name="users"),
    path("brukere/<uuid:pk>", users.one, name="user"),
    path("brukere/<uuid:pk>/sperr", users.block, name="block"),
    path("brukere/<uuid:pk>/apne", users.unblock, name="unblock"),
    path("brukere/<uuid:pk>/rettighet", users.set_right, name="set_right"),
]

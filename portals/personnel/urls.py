"""(Helsepersonellportalen) Everything below `/e/<slug>/helsepersonell/`."""

from __future__ import annotations

from django.urls import path

from portals.personnel import comments, me, profiles, reviews, templates, users

app_name = "personnel"
urlpatterns = [
    path("", me.who, name="me"),
    path("rettigheter", me.my_rights, name="rights"),
    path("innstillinger", me.settings, name="settings"),
    path("gjennomganger", reviews.listing, name="reviews"),
    path("maler", templates.listing, name="templates"),
    path("maler/<uuid:pk>/<str:verb>", templates.act, name="template_act"),
    path("protokoller", templates.save_protocol, name="protocols"),
    path("protokoller/<uuid:pk>/<str:verb>", templates.act_on_protocol, name="protocol_act"),
    path("merknader", comments.save, name="comments"),
    path("merknader/<uuid:pk>/<str:verb>", comments.act, name="comment_act"),
    path("brukere", users.listing, name="users"),
    path("brukere/<uuid:pk>", users.one, name="user"),
    path("brukere/<uuid:pk>/sperr", users.block, name="block"),
    path("brukere/<uuid:pk>/apne", users.unblock, name="unblock"),
    path("brukere/<uuid:pk>/rettighet", users.set_right, name="set_right"),
    path("oppsett", profiles.listing, name="profiles"),
    path("oppsett/<uuid:pk>/<str:kind>", profiles.one, name="profile"),
]

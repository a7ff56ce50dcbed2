"""Oneself: who the product thinks one is, what one may do and why, and what one has chosen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portals.personnel import words
from portals.personnel.pages import page
from portals.shared import chosen, clients
from portals.shared.guard import portal_page
from sfm.identity import preferences, rights, users

if TYPE_CHECKING:
    from portals.shared.guard import PortalRequest


@require_safe
@portal_page("")
def who(request: PortalRequest) -> HttpResponse:
    login = request.session["login"]
    client = clients.by_slug(request.slug)
    me = users.find(request.actor.practitioner_id)
    return page(
        request,
        "me",
        {
            "me": me,
            "category": words.category(me.personnel_category),
            "prescribing": words.prescribing(me),
            "client": client.name if client else request.slug,
            "until": datetime.fromtimestamp(login["exp"], UTC),
        },
    )


@require_safe
@portal_page("")
def my_rights(request: PortalRequest) -> HttpResponse:
    me = users.find(request.actor.practitioner_id)
    explained = rights.explain(me, request.actor.organisation_id)
    return page(
        request,
        "rights",
        {
            "groups": words.grouped(explained),
            "basis": words.basis(explained),
            "granted": sum(right.granted for right in explained),
            "category": words.category(me.personnel_category),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("")
def settings(request: PortalRequest) -> HttpResponse:
    """Only what has an effect today is offered; it is in force from the next page of this login."""
    mine = request.actor.practitioner_id
    if request.method == "POST":
        choices = {name: request.POST[name] for name in chosen.IN_EFFECT if name in request.POST}
        preferences.choose(mine, choices)
        chosen.remember(request, preferences.of(mine))
        return HttpResponseRedirect(
            reverse("personnel:settings", kwargs={"slug": request.slug}) + "?ok=settings"
        )
    offered = [one for one in preferences.CATALOGUE if one.name in chosen.IN_EFFECT]
    return page(
        request, "settings", {"offered": offered, "mine": preferences.of(mine), "about": chosen.IN_EFFECT}
    )

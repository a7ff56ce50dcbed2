"""The frame around every page of the personnel portal: who, and the tabs this person has use for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from portals.shared.render import render

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PortalRequest

TABS = (
    ("personnel:me", "Hvem er jeg", ""),
    ("personnel:rights", "Mine rettigheter", ""),
    ("personnel:settings", "Mine innstillinger", ""),
    ("personnel:reviews", "Gjennomganger", "review.write"),
    ("personnel:templates", "Mine maler", "lib.view"),
    ("personnel:users", "Brukere", "admin.users"),
    ("personnel:profiles", "Standardoppsett", "admin.roles"),
)
SAID = {
    "settings": "Innstillingene er lagret.",
    "template_renamed": "Malen har fått nytt navn.",
    "template_shared": "Malen er delt med virksomheten.",
    "template_private": "Malen deles ikke lenger.",
    "template_retired": "Malen er slettet.",
    "comment_saved": "Merknaden er lagret.",
    "comment_default": "Valget er lagret.",
    "comment_retired": "Merknaden er slettet.",
    "protocol_saved": "Protokollen er lagret.",
    "protocol_shared": "Protokollen er delt med virksomheten.",
    "protocol_private": "Protokollen deles ikke lenger.",
    "protocol_retired": "Protokollen er slettet.",
    "blocked": "Brukeren er sperret og logget ut overalt.",
    "unblocked": "Brukeren er åpnet igjen, og kan logge inn.",
    "given": "Rettigheten er gitt. Den gjelder fra brukerens neste innlogging.",
    "taken": "Rettigheten er fjernet. Brukeren er logget ut og får logge inn på nytt uten den.",
    "profile": "Brukeren følger virksomhetens oppsett igjen, fra neste innlogging.",
    "profile_given": "Oppsettet er lagret. Det gjelder fra brukernes neste innlogging.",
    "profile_taken": "Oppsettet er lagret. Kategoriens brukere er logget ut, og logger inn på nytt uten rettigheten.",
    "profile_same": "Ingenting er endret.",
}


def page(
    request: PortalRequest, name: str, context: dict[str, Any], *, block: str = "", status: int = 200
) -> HttpResponse:
    here = {"slug": request.slug}
    tabs = [
        (reverse(address, kwargs=here), title)
        for address, title, permission in TABS
        if not permission or request.actor.may(permission)
    ]
    said = SAID.get(request.GET.get("ok", ""), "")
    return render(
        request, f"personnel/{name}.html", {"tabs": tabs, "said": said} | context, block=block, status=status
    )

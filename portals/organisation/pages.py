"""The frame around every page of the organisation portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from portals.shared.render import render

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PortalRequest

TABS = (
    ("organisation:units", "Virksomheter og avdelinger", "admin.organisation"),
    ("organisation:access_log", "Innsynslogg", "admin.logs"),
    ("organisation:messages", "Meldinger", "admin.logs"),
    ("organisation:alerts", "Varsler", "admin.organisation"),
    ("organisation:migrations", "Innflytting", "admin.organisation"),
)
SAID = {
    "registered": "Enheten er registrert. Den er ikke i bruk før den aktiveres.",
    "changed": "Endringen er lagret.",
    "activated": "Enheten er aktivert.",
    "deactivated": "Enheten er deaktivert.",
    "verifying": "Reseptformidleren er spurt på nytt.",
    "again": "Filen leses inn på nytt.",
}


def page(
    request: PortalRequest, name: str, context: dict[str, Any], *, block: str = "", status: int = 200
) -> HttpResponse:
    here = {"slug": request.slug}
    tabs = [
        (reverse(address, kwargs=here), title)
        for address, title, permission in TABS
        if request.actor.may(permission)
    ]
    said = SAID.get(request.GET.get("ok", ""), "")
    return render(
        request,
        f"organisation/{name}.html",
        {"tabs": tabs, "said": said} | context,
        block=block,
        status=status,
    )

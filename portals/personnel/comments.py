"""«Merknader til apoteket»: kept for use again in dispensing requests, on the page of templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portals.personnel import templates
from portals.shared.guard import portal_page
from sfm.core.errors import Invalid, NotFound
from sfm.medication.actions import dispatch_comments as acts

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PortalRequest

VERBS = {"fast": (acts.make_default, "comment_default"), "slett": (acts.retire, "comment_retired")}


@require_POST
@portal_page("rx.prescribe")
def save(request: PortalRequest) -> HttpResponse:
    try:
        acts.save(text=request.POST.get("comment", "").replace("\0", ""), by=request.actor)
    except Invalid as refused:
        return templates.shown(request, refused.fields, status=refused.status)
    return _back(request, "comment_saved")


@require_POST
@portal_page("rx.prescribe")
def act(request: PortalRequest, pk: UUID, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise NotFound
    done, said = VERBS[verb]
    done(comment_id=pk, by=request.actor)
    return _back(request, said)


def _back(request: PortalRequest, said: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('personnel:templates', kwargs={'slug': request.slug})}?ok={said}")

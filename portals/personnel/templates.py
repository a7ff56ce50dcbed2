"""«Mine maler»: templates and protocols, renamed, shared and put away. They are made in the prescribing form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portals.personnel.pages import page
from portals.shared.guard import portal_page
from sfm.core.errors import Invalid, NotFound
from sfm.medication.actions import protocols as protocol_acts
from sfm.medication.actions import templates as template_acts
from sfm.medication.queries import dispatch_comments, protocols, templates
from sfm.medication.rules import dosage_text

if TYPE_CHECKING:
    from portals.shared.guard import PortalRequest

VERBS = {"del": "shared", "behold": "private", "slett": "retired"}


@require_safe
@portal_page("lib.view")
def listing(request: PortalRequest) -> HttpResponse:
    return shown(request, {})


@require_POST
@portal_page("lib.view")
def act(request: PortalRequest, pk: UUID, verb: str) -> HttpResponse:
    """Rename, share, keep to oneself, put away."""
    if verb == "navn":
        return _renamed(request, pk)
    acts = {
        "del": template_acts.share,
        "behold": template_acts.keep_private,
        "slett": template_acts.retire,
    }
    if verb not in acts:
        raise NotFound
    acts[verb](template_id=pk, by=request.actor)
    return _back(request, f"template_{VERBS[verb]}")


@require_POST
@portal_page("lib.view")
def save_protocol(request: PortalRequest) -> HttpResponse:
    """A new protocol of the ticked templates, or one's own with other contents."""
    try:
        chosen = [UUID(ident) for ident in request.POST.getlist("template")]
        changed = UUID(request.POST["protocol"]) if request.POST.get("protocol") else None
    except ValueError as error:
        raise NotFound from error
    try:
        protocol_acts.save(
            name=request.POST.get("name", "").replace("\0", ""),
            template_ids=chosen,
            by=request.actor,
            protocol_id=changed,
        )
    except Invalid as refused:
        return shown(request, refused.fields or {"": refused.text}, status=refused.status)
    return _back(request, "protocol_saved")


@require_POST
@portal_page("lib.view")
def act_on_protocol(request: PortalRequest, pk: UUID, verb: str) -> HttpResponse:
    acts = {
        "del": protocol_acts.share,
        "behold": protocol_acts.keep_private,
        "slett": protocol_acts.retire,
    }
    if verb not in acts:
        raise NotFound
    try:
        acts[verb](protocol_id=pk, by=request.actor)
    except Invalid as refused:
        return shown(request, refused.fields or {"": refused.text}, status=refused.status)
    return _back(request, f"protocol_{VERBS[verb]}")


def _renamed(request: PortalRequest, pk: UUID) -> HttpResponse:
    try:
        template_acts.rename(
            template_id=pk, name=request.POST.get("name", "").replace("\0", ""), by=request.actor
        )
    except Invalid as refused:
        return shown(request, {f"name-{pk}": refused.fields["name"]}, status=refused.status)
    return _back(request, "template_renamed")


def shown(request: PortalRequest, errors: dict[str, str], *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "templates": [
            (one, dosage_text.text(one.treatment.dosage)) for one in templates.listed(request.actor)
        ],
        "protocols": protocols.listed(request.actor),
        "comments": dispatch_comments.listed(),
        "may_keep": templates.may_keep(request.actor),
        "may_share": templates.may_share(request.actor),
        "errors": errors,
        "ticked": request.POST.getlist("template"),
    }
    return page(request, "templates", context, status=status)


def _back(request: PortalRequest, said: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('personnel:templates', kwargs={'slug': request.slug})}?ok={said}")

"""(Protokoll) What a protocol would mean for this patient, and its treatments begun in one act."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from portals.shared.guard import patient_page
from portals.treatment.forms import authority, starts
from portals.treatment.forms.particulars import person_of
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import Invalid
from sfm.medication.actions import protocols as acts
from sfm.medication.queries import protocols

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest

SEE_OTHER = 303


@require_http_methods(["GET", "POST"])
@patient_page("lib.view")
def page(request: PatientRequest, pk: UUID) -> HttpResponse:
    """GET: each treatment with its warnings, and what is missing. POST: those that are ticked."""
    authority.require_form(request.actor)
    if request.method == "POST":
        try:
            begun = acts.begin(
                protocol_id=pk,
                chosen=_chosen(request),
                by=request.actor,
                patient=request.patient.key,
                person=person_of(request),
                token=_token(request),
            )
        except Invalid as refused:
            return _page(request, pk, wrong=refused.text, status=refused.status)
        return HttpResponseRedirect(f"{root_of(request)}legemidler?ny={begun[0]}", status=SEE_OTHER)
    return _page(request, pk)


def _page(request: PatientRequest, pk: UUID, *, wrong: str = "", status: int = 200) -> HttpResponse:
    protocol = protocols.one(pk, request.actor)
    token = _token(request) if request.method == "POST" else str(uuid.uuid4())
    begun = protocols.begun(
        protocol, patient_key=request.patient.key, actor=request.actor, person=person_of(request), token=token
    )
    ticked = (
        _chosen(request) if request.method == "POST" else {one.template.id for one in begun if one.chosen}
    )
    context = {
        "protocol": protocol,
        "begun": [(one, starts.address_of(one.template), one.template.id in ticked) for one in begun],
        "token": token,
        "wrong": wrong,
    }
    return screen(request, "treatment/protocol.html", context, status=status)


def _chosen(request: PatientRequest) -> set[UUID]:
    try:
        return {UUID(ident) for ident in request.POST.getlist("template")}
    except ValueError as error:
        raise Invalid("Merkingen kunne ikke leses. Last siden på nytt.") from error


def _token(request: PatientRequest) -> str:
    try:
        return str(UUID(request.POST.get("token", "")))
    except ValueError as error:
        raise Invalid("Skjemaet er ufullstendig. Last siden på nytt.") from error

"""(Håndtert varsel) The decision on a warning, from the row's page and from the form where it was met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from portals.shared.guard import patient_page
from portals.shared.render import wants_fragment
from portals.treatment.forms import treatment
from portals.treatment.views.form_page import Page, form_page, preview_part
from portals.treatment.views.parts import root_of
from sfm.medication.actions import warnings as acts

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PatientRequest

WRITTEN = ("new", "change", "add", "renew")


@require_POST
@patient_page("rx.prescribe")
def decide(request: PatientRequest, pk: UUID | None = None) -> HttpResponse:
    """One warning, one reason. In the form nothing else is stored, and the form stays as it was typed."""
    if request.POST.get("form", "") in WRITTEN:
        return _in_form(request, pk)
    acts.decide(treatment_id=pk, **_decided(request))
    return HttpResponseRedirect(f"{root_of(request)}behandling/{pk}#warnings")


def _in_form(request: PatientRequest, pk: UUID | None) -> HttpResponse:
    page = Page.asked(request, pk)
    content, _ = treatment.read(page.fields, page.offer)
    acts.decide(treatment_id=pk, content=content, **_decided(request))
    return preview_part(request, page) if wants_fragment(request) else form_page(request, page)


def _decided(request: PatientRequest) -> dict[str, Any]:
    return {
        "key": request.POST.get("warning", ""),
        "reason": request.POST.get("warning_reason", ""),
        "text": request.POST.get("warning_text", ""),
        "by": request.actor,
        "patient": request.patient.key,
    }

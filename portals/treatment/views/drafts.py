"""(Utkast) What waits for a prescriber: before and after, approve or reject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import drafts as acts
from sfm.medication.queries import drafts

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PatientRequest


@require_GET
@patient_page("lib.view", audit="read.drafts")
def page(request: PatientRequest, pk: UUID | None = None) -> HttpResponse:
    """All drafts, or those of one treatment."""
    return _page(request, only=pk)


@require_POST
@patient_page("lib.view")
def decide(request: PatientRequest, pk: UUID, verb: str) -> HttpResponse:
    """Approve, reject with a reason, or withdraw one's own."""
    try:
        with transaction.atomic():
            if verb == "godkjenn":
                acts.approve(draft_id=pk, by=request.actor, patient=request.patient.key)
            elif verb == "avvis":
                note = request.POST.get("note", "")
                acts.reject(draft_id=pk, by=request.actor, patient=request.patient.key, note=note)
            elif verb == "trekk":
                acts.withdraw(draft_id=pk, by=request.actor, patient=request.patient.key)
            else:
                raise NotFound
    except (Invalid, Conflict) as refused:
        return _page(request, problem=refused.text, about=pk, status=refused.status)
    return HttpResponseRedirect(f"{root_of(request)}{'utkast' if _more(request) else 'legemidler'}")


def _page(
    request: PatientRequest,
    *,
    only: UUID | None = None,
    problem: str = "",
    about: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    found = drafts.load(request.patient.key, request.actor)
    shown = [draft for draft in found if only is None or draft.treatment_id == only]
    context = {"drafts": shown, "root": root_of(request), "problem": problem, "about": about}
    return screen(request, "treatment/drafts.html", context, status=status)


def _more(request: PatientRequest) -> bool:
    return bool(drafts.load(request.patient.key, request.actor))

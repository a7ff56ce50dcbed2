"""(Meldingshistorikk) Every message of the patient, with its fate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import NotFound
from sfm.exchange import messages
from sfm.medication.actions import ledger

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PatientRequest

ACTS = {"angre": messages.undo, "send": messages.resend}


@require_GET
@patient_page("lib.view", audit="read.messages")
def page(request: PatientRequest) -> HttpResponse:
    """Whoever opens it has read the answers that came."""
    lines = messages.of(request.patient.key, request.actor)
    ledger.answers_read(request.patient.key, request.actor)
    return screen(request, "treatment/messages.html", {"lines": lines})


@require_POST
@patient_page("rx.prescribe")
def again(request: PatientRequest, pk: UUID, verb: str) -> HttpResponse:
    """Send the same bytes once more, or take a held message back."""
    if verb not in ACTS:
        raise NotFound
    ACTS[verb](message_id=pk, by=request.actor, patient=request.patient.key)
    return HttpResponseRedirect(f"{root_of(request)}meldinger")

"""(LAR) Whether the patient is under LAR, and what is prescribed as LAR to which pharmacy: a page for doctors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import Conflict
from sfm.medication.actions import lar as acts
from sfm.medication.queries import lar

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest

SEE_OTHER = 303


@require_http_methods(["GET", "POST"])
@patient_page("lar.manage")
def page(request: PatientRequest) -> HttpResponse:
    problem = ""
    if request.method == "POST":
        try:
            acts.flag(in_lar=request.POST.get("in_lar") == "1", by=request.actor, patient=request.patient.key)
            return HttpResponseRedirect(f"{root_of(request)}lar", status=SEE_OTHER)
        except Conflict as refused:
            problem = refused.text
    patient = request.patient.key
    context = {"standing": lar.standing(patient), "problem": problem}
    return screen(request, "treatment/lar.html", context, status=409 if problem else 200)

"""(Detaljvisning, historikk) Everything about one treatment, and the patient's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_GET

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from portals.treatment.words import VERBS
from sfm.exchange import explaining
from sfm.medication.queries import detail, timeline, warnings

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest


@require_GET
@patient_page("lib.view", audit="read.treatment")
def page(request: PatientRequest, pk: UUID) -> HttpResponse:
    found = detail.load(pk, patient_key=request.patient.key, actor=request.actor)
    card = warnings.of_treatment(pk, patient_key=request.patient.key, actor=request.actor)
    context = {
        "detail": found,
        "card": card,
        "root": root_of(request),
        "verbs": VERBS,
        "explained": explaining.explain(pk, patient_key=request.patient.key),
    }
    return screen(request, "treatment/detail.html", context)


@require_GET
@patient_page("lib.view", audit="read.history")
def history(request: PatientRequest) -> HttpResponse:
    lines = timeline.load(request.patient.key, actor=request.actor)
    return screen(request, "treatment/history.html", {"lines": lines})

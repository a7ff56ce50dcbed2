"""(Samstemming) The mode where a list is gone through, block by block; and the choice between two versions of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, row_changed, screen, version_of
from portals.treatment.words import for_script
from sfm.core.errors import Conflict, Invalid
from sfm.exchange import list_versions, reconciling
from sfm.medication.actions import linking
from sfm.medication.queries import in_use, three_ways

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest


@require_GET
@patient_page("lib.view", audit="read.reconciliation")
def page(request: PatientRequest) -> HttpResponse:
    """Only theirs, alike, only ours, the same: with one key for each decision."""
    found = reconciling.load(request.patient.key, actor=request.actor)
    context = {
        "found": found,
        "root": root_of(request),
        "verbs": for_script(),
        "may_confirm": request.actor.may("lib.confirm_in_use"),
    }
    return screen(request, "treatment/samstem.html", context)


@require_POST
@patient_page("lib.view")
def link(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Knytt til behandling»: the loose prescription becomes one more of the treatment named in `to`."""
    to = _uuid(request.POST.get("to", ""))
    kept = linking.link(
        treatment_id=pk, to=to, by=request.actor, patient=request.patient.key, version=version_of(request)
    )
    return row_changed(request, None, f"Resepten er knyttet til {kept.name_form_strength}.")


@require_GET
@patient_page("lib.view", audit="read.treatment")
def conflict(request: PatientRequest, pk: UUID) -> HttpResponse:
    """What the row said, what they made of it, and what was done here: one of the two is chosen, or a third written."""
    row = in_use.row(pk, patient_key=request.patient.key, actor=request.actor)
    found = three_ways.of_row(pk, patient_key=request.patient.key)
    if found is None:
        raise Conflict("Konflikten er allerede avgjort.")
    context = {"row": row, "found": found, "may": "resolve" in row.actions and "change" in row.actions}
    return screen(request, "treatment/conflict.html", context)


@require_GET
@patient_page("lib.view", audit="read.reconciliation")
def list_differences(request: PatientRequest) -> HttpResponse:
    """After error 226: what both lists were built on, theirs and ours (E17)."""
    found = list_versions.load(request.patient.key)
    return screen(request, "treatment/pll.html", {"found": found})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("Velg behandlingen resepten hører til.") from error

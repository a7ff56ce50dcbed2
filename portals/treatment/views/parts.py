"""What several screens share: where the patient's addresses begin, and the answer after something was done to a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect

from portals.shared import whole
from portals.shared.render import render, wants_fragment
from sfm.core.errors import Invalid
from sfm.exchange import reconciling
from sfm.medication.queries import banner, in_use, remembered
from sfm.tenancy.models import Organisation

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PatientRequest


SHELF_PATHS = {
    "lib": "legemidler",
    "nib": "naringsmidler",
    "fib": "forbruksmateriell",
    "vib": "vaksiner",
    "practice": "egen-praksis",
}
SHELF_TITLES = {
    "lib": "Legemidler i bruk",
    "nib": "Næringsmidler i bruk",
    "fib": "Forbruksmateriell i bruk",
    "vib": "Vaksiner",
    "practice": "Til egen praksis",
}
MUNICIPAL = 1  # PLO, of the organisation types
SCREENS_WITH_ROWS = (*SHELF_PATHS.values(), "samstem")
IN_LIST = ("treatment/in_use_fragments.html", "row_changed")
FRAGMENTS = {  # how a row that was acted on looks where the person is
    **dict.fromkeys(SHELF_PATHS.values(), IN_LIST),
    "samstem": ("treatment/samstem_decided.html", "decided"),
}


def root_of(request: PatientRequest) -> str:
    """The patient's part of the address: everything about this patient in this frame begins with it."""
    return f"/e/{request.slug}/pasient/{request.patient.ctx}/"


def screen(
    request: PatientRequest, template: str, context: dict[str, Any], *, block: str = "", status: int = 200
) -> HttpResponse:
    """A screen beside the list, with what stands above every screen of a patient."""
    shared = {"banner": banner.load(request.patient.key), "root": root_of(request)}
    return render(request, template, shared | context, block=block, status=status)


def back_to(request: PatientRequest) -> str:
    """Where a form leads when it is done: the screen it was opened from, of those that have rows."""
    asked = request.POST.get("tilbake", "")
    if not asked:
        came = request.headers.get("HX-Current-URL", "") or request.headers.get("Referer", "")
        asked = came.partition("?")[0].rpartition("/")[2]
    return asked if asked in SCREENS_WITH_ROWS else SCREENS_WITH_ROWS[0]


def warns_on_leaving(request: PatientRequest) -> bool:
    """E16, except in municipal care: there others sign (clinical.md 2.1, portals.md 11.1 no. 7)."""
    unit = request.actor.organisation_id
    return bool(remembered.recall(("warns", unit), lambda: not _is_municipal(unit)))


def _is_municipal(unit: UUID) -> bool:
    return Organisation.objects.filter(pk=unit, type_code=MUNICIPAL).exists()


def version_of(request: PatientRequest) -> int:
    """The version of the row the user saw; without it nothing is changed."""
    version = whole.read(request.POST.get("version", ""))
    if version is None:
        raise Invalid("Skjemaet mangler radens versjon. Last siden på nytt.")
    return version


def row_changed(request: PatientRequest, treatment_id: UUID | None, said: str) -> HttpResponse:
    """After an act on one row: the row anew, the action bar, and one sentence for the live region. `treatment_id`
    None: the row is gone. Without htmx: back to the list."""
    if not wants_fragment(request):
        return HttpResponseRedirect(f"{root_of(request)}{back_to(request)}")
    template = FRAGMENTS[back_to(request)]
    context: dict[str, Any] = {"said": said, "root": root_of(request)}
    if template == IN_LIST:
        listed = in_use.load(request.patient.key, actor=request.actor)
    else:
        context["found"] = found = reconciling.load(request.patient.key, actor=request.actor)
        listed = found.listed
    context |= {"row": listed.find(treatment_id), "page": listed}
    context["warns"] = warns_on_leaving(request)
    return render(request, template[0], context, block=template[1])

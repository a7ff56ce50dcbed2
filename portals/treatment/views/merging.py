"""Two colleagues at once: what was typed, beside what the row has become. Nothing is overwritten silently (E12)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portals.shared import whole
from portals.treatment.forms import treatment
from portals.treatment.views.parts import screen
from sfm.medication import content_merge
from sfm.medication.queries import content as contents
from sfm.medication.queries import three_ways

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest
    from portals.treatment.views.form_page import Page
    from sfm.core.errors import Conflict
    from sfm.medication.content import TreatmentContent

SIDE = "side-"  # radio names: side-dosage_text = ours | theirs
OWN = ("csrfmiddlewaretoken", "version")


def choice(request: PatientRequest, page: Page, refused: Conflict) -> HttpResponse | None:
    """The three-way page, with everything typed carried along; None when the row moved in nothing that is shown."""
    seen = whole.read(request.POST.get("version", ""))
    if page.treatment_id is None or seen is None:
        return None
    content, problems = treatment.read(page.fields, page.offer)
    if problems:
        return None
    found = three_ways.of_content(
        page.treatment_id, content, patient_key=request.patient.key, seen_version=seen
    )
    if found is None:
        return None
    carried = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in OWN and not name.startswith(SIDE)
        for value in values
    ]
    product = content.product.name_form_strength
    context = {"page": page, "product": product, "found": found, "carried": carried, "problem": refused.text}
    return screen(request, "treatment/merge.html", context, status=refused.status)


def chosen(request: PatientRequest) -> dict[str, str]:
    return {name.removeprefix(SIDE): request.POST[name] for name in request.POST if name.startswith(SIDE)}


def applied(request: PatientRequest, page: Page, content: TreatmentContent) -> TreatmentContent:
    """What was typed, with the colleague's side of the fields where that was chosen."""
    sides = chosen(request)
    if not sides or page.treatment_id is None:
        return content
    theirs = contents.of(page.treatment_id, patient_key=request.patient.key, actor=request.actor)
    return content_merge.merged(content, theirs.content, sides)


def kept(request: PatientRequest, page: Page) -> Page:
    """The form after a choice that could not be stored: it shows what was chosen, not what was typed before."""
    if not chosen(request):
        return page
    content, _ = treatment.read(page.fields, page.offer)
    said = treatment.to_form(applied(request, page, content))
    return replace(page, fields=said | {name: page.fields[name] for name in ("comment", "version", "token")})

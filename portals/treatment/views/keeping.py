"""«Lagre som mal»: the form as it stands becomes something to begin from. Nothing happens to the patient."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from portals.treatment.forms import treatment
from sfm.core.errors import Invalid
from sfm.medication.actions import templates

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest
    from portals.treatment.views.form_page import Page

DO = "template"  # the value of the button


def keep(request: PatientRequest, page: Page) -> Page:
    """The form again, with what was saved or what was wrong."""
    name = request.POST.get("template_name", "").replace("\0", "").strip()
    person = request.patient.identity
    try:
        content = treatment.from_post(page.fields, page.offer)
        templates.save(
            name=name,
            content=content,
            by=request.actor,
            shared=bool(request.POST.get("template_shared")),
            patient_names=(person.family, person.given, person.pid),
        )
    except Invalid as refused:
        return page.refused(refused.text, fields=refused.fields or {})
    return replace(page, said=f"Malen «{name}» er lagret. Du finner den i søket og under «Mine maler».")

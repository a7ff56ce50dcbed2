"""(Adresseregisteret) Pharmacies to choose among, for the field of a dispensing request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_GET

from portals.shared.guard import patient_page
from sfm.core.errors import Unavailable
from sfm.gateways.address_register import client as register

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest

LONGEST = 160


@require_GET
@patient_page("rx.prescribe")
def options(request: PatientRequest) -> HttpResponse:
    """The <option>s of a datalist. Without an answer from the register the field says so when it is sent."""
    typed = request.GET.get("pharmacy", "")[:LONGEST]
    try:
        found = register.find(typed)
    except Unavailable as error:
        return HttpResponse(format_html('<option value="{}"></option>', error.text))
    rows = format_html_join("", '<option value="{}">{}</option>', ((one.label, one.kind) for one in found))
    return HttpResponse(rows)

"""The form filled from a treatment: copied to a new one, or carried over to another product."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from portals.treatment.forms import dosing, prescription, treatment
from portals.treatment.forms.reading import day_text
from sfm.core import clock
from sfm.medication.queries import content as contents
from sfm.medication.queries import drafts, favourites, templates

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest
    from portals.treatment.forms.offer import Offer
    from sfm.medication.content import TreatmentContent

DRAFT = "utkast"
SOURCE = "fra"  # the treatment it is copied from, in the address
TEMPLATE = "mal"
USUAL = "vanlig"  # as this person usually prescribes it


def draft_of(request: PatientRequest) -> UUID | None:
    """The draft the form was opened from."""
    try:
        return UUID(request.GET.get(DRAFT, ""))
    except ValueError:
        return None


def proposed(request: PatientRequest) -> dict[str, str] | None:
    """What a draft proposes, for the approver to change before it is approved, or for its author to write anew. With
    the version it was written on: what a colleague has changed since then is shown, never overwritten."""
    draft = draft_of(request)
    found = drafts.proposed(draft, patient_key=request.patient.key) if draft else None
    if found is None:
        return None
    return treatment.to_form(found.content) | {"comment": found.comment, "version": str(found.base_version)}


def fields(request: PatientRequest, found: Offer) -> dict[str, str] | None:
    """A new treatment like the one named in the address: use, dose and amount as there, dates from today."""
    said = proposed(request)
    if said is not None:
        return said | {"version": ""}
    if request.method == "GET" and (asked := request.GET.get(TEMPLATE)):
        return treatment.to_form(templates.begun(templates.one(asked, request.actor)))
    if request.method == "GET" and USUAL in request.GET:
        habit = favourites.usual(found.product, found.terms, request.actor)
        return treatment.to_form(habit) if habit else None
    try:
        source = UUID(request.GET.get(SOURCE, ""))
    except ValueError:
        return None
    known = contents.of(source, patient_key=request.patient.key, actor=request.actor).content
    said = treatment.to_form(known) | dict.fromkeys(treatment.DATES, "") | {"version": ""}
    said["starts_on"] = day_text(clock.today())
    usual = prescription.fields(found.terms)
    return said | _terms(known, usual) | ({} if known.prescription else {"in_multidose": ""})


def instead(known: TreatmentContent, found: Offer) -> dict[str, str] | None:
    """The treatment with another product. What cannot be meant for that product is asked for again: a dose in
    another unit, packages of another brand."""
    if found.product.fest_id == known.product.fest_id or not found.base:
        return None
    said = treatment.to_form(known)
    if found.unit and found.unit != known.dosage.unit:
        said |= dict.fromkeys(dosing.FIELDS, "") | {"dose_unit": found.unit, "dose_mode": "structured"}
    by = "packages" if found.product.varenr else "quantity"
    if known.prescription and by != said["amount_by"]:
        said |= {
            name: prescription.fields(found.terms).get(name, "") for name in ("package_count", "quantity")
        }
    return said | {"amount_by": by}


def _terms(known: TreatmentContent, proposed: dict[str, str]) -> dict[str, str]:
    """As last time, valid as FEST proposes from today; without a last time, as FEST proposes."""
    if known.prescription is None:
        return proposed
    again = prescription.fields(known.prescription)
    return again | {"expires_on": proposed.get("expires_on", ""), "valid_from": ""}

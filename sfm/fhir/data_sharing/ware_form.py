"""Næringsmidler and forbruksmateriell of the list: each on Basic, under its own profile (fhir.md 3.5, 6.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.fhir.basis import names
from sfm.fhir.basis.build.parts import coded, extension, part
from sfm.fhir.data_sharing import naming, statement_form, versions
from sfm.fhir.data_sharing.resources import instant
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from sfm.medication.models import Prescription, Treatment

PROFILES = {
    product_kinds.NUTRITION: f"{naming.PROFILE}sfm-NutritionStatement",
    product_kinds.CONSUMABLE: names.BANDA,
}


def resource(row: Treatment, ticket: str, link: Prescription | None) -> dict[str, Any]:
    """`fest_id` of a ware is its product group (7403)."""
    writer = (link.prescriber_hpr, link.prescriber_name) if link else ("", row.registered_by)
    group = part("productgroup", "CodeableConcept", coded(7403, row.fest_id, row.name_form_strength))
    made: dict[str, Any] = {
        "resourceType": "Basic",
        "id": str(row.pk),
        "meta": {"profile": [PROFILES[row.product_kind]], "lastUpdated": instant(row.last_changed)},
        "extension": [extension(names.WARE, group), *statement_form.facts(row, link)],
        "identifier": _identifiers(row, link),
        "code": coded(7402, "A", "Annet") | {"text": row.name_form_strength},
        "subject": naming.patient(ticket),
        "created": clock.local(row.created).date().isoformat(),
        "author": statement_form.named(*writer),
    }
    return versions.with_id(made, row.version)


def _identifiers(row: Treatment, link: Prescription | None) -> list[dict[str, Any]]:
    found = [{"use": "usual", "type": {"text": "treatmentId"}, "value": str(row.pk)}]
    if link is not None:
        found.append({"use": "official", "type": {"text": "reseptId"}, "value": str(link.pk)})
    return found

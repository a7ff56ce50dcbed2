"""The items of a patient's list, each in the form of its kind, with the prescription it stands on (fhir.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sfm.fest import catalogue
from sfm.fhir.basis.build import statement_facts
from sfm.fhir.data_sharing import statement_form, ware_form
from sfm.medication.models import Lifecycle, Prescription, Treatment
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sfm.fhir.data_sharing.offers import Resource


def resources(rows: Sequence[Treatment], ticket: str) -> list[Resource]:
    """One query, however many. The rows are of one patient."""
    links = _heads(rows)
    with catalogue.held():
        return [_resource(row, ticket, links.get(row.pk)) for row in rows]


def find(patient: UUID, ident: str) -> Treatment | None:
    """Also one that has left the list; an erroneous one is gone."""
    try:
        wanted = UUID(ident)
    except ValueError:
        return None
    rows = Treatment.objects.exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR)
    found: Treatment | None = rows.filter(pk=wanted, patient_key=patient).first()
    return found


def wares_of(treatments: Iterable[UUID | None]) -> frozenset[UUID]:
    """Those of them that are wares."""
    wanted = {pk for pk in treatments if pk is not None}
    if not wanted:
        return frozenset()
    found = Treatment.objects.filter(pk__in=wanted, product_kind__in=product_kinds.WARES)
    return frozenset(found.values_list("pk", flat=True))


def _resource(row: Treatment, ticket: str, link: Prescription | None) -> Resource:
    if product_kinds.is_ware(row.product_kind):
        return ware_form.resource(row, ticket, link)
    return statement_form.resource(row, ticket, link)


def _heads(rows: Sequence[Treatment]) -> dict[UUID, Prescription]:
    if not rows:
        return {}
    found = Prescription.objects.filter(
        patient_key=rows[0].patient_key, treatment_id__in=[row.pk for row in rows]
    ).order_by("-prescribed_on", "-created")
    chains: dict[UUID, list[Prescription]] = {}
    for one in statement_facts.real(found):
        if one.treatment_id is not None:
            chains.setdefault(one.treatment_id, []).append(one)
    heads = ((pk, statement_facts.head(chain)) for pk, chain in chains.items())
    return {pk: link for pk, link in heads if link is not None}

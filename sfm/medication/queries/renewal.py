"""(Forny merkede) Which of the marked rows can be renewed together, and why the others cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sfm.medication import assortment, content_data, content_rows
from sfm.medication.models import Delivery, Draft, Lifecycle, Prescription, Treatment
from sfm.medication.queries import doubts, readiness, reimbursement_options, warnings
from sfm.medication.rules import batch_renewal
from sfm.medication.rules.batch_renewal import Facts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import PrescriptionTerms
    from sfm.medication.queries.alert_facts import Judged
    from sfm.medication.rules.particular_checks import Person


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    id: UUID
    name: str
    why: str


def left_out(
    rows: Iterable[Treatment], *, patient_key: UUID, actor: Actor, person: Person
) -> dict[UUID, LeftOut]:
    """The rows that are not renewed together with others, each with its reason."""
    asked = list(rows)
    ids = {row.pk for row in asked}
    unhandled = warnings.unhandled(patient_key, ids)
    drafted = set(
        Draft.objects.filter(
            patient_key=patient_key, treatment_id__in=ids, state__in=("submitted", "deferred")
        ).values_list("treatment_id", flat=True)
    )
    written = _written(patient_key, ids)
    found = {}
    for row in asked:
        judged = unhandled.get(row.pk, ())
        facts = _facts(row, written.get(row.pk, []), judged, row.pk in drafted, actor, person)
        why = batch_renewal.left_out(facts)
        if why:
            found[row.pk] = LeftOut(id=row.pk, name=row.name_form_strength, why=why)
    return found


def of_patient(
    ids: Collection[UUID], stale: Collection[UUID], *, patient_key: UUID, actor: Actor, person: Person
) -> tuple[LeftOut, ...]:
    """What still stands of why these were left out. `stale`: those that were changed meanwhile."""
    rows = Treatment.objects.filter(pk__in={*ids, *stale}, patient_key=patient_key).order_by(
        "name_form_strength"
    )
    shown = [row for row in rows if not row.is_erased]
    found = left_out(shown, patient_key=patient_key, actor=actor, person=person)
    for row in shown:
        if row.pk in stale:
            found.setdefault(row.pk, LeftOut(id=row.pk, name=row.name_form_strength, why=batch_renewal.STALE))
    return tuple(found[row.pk] for row in shown if row.pk in found)


def next_terms(last: Prescription, row: Treatment) -> PrescriptionTerms:
    """The terms of a renewal when nobody says otherwise: as last time, for as long as FEST says from today."""
    terms = content_rows.terms_of(last)
    product = content_rows.product_of(row)
    expires = reimbursement_options.expires_on(product, terms) or assortment.expires_on(product, terms)
    said = replace(terms.particulars, not_fertile=False)  # is confirmed anew each time
    return replace(terms, type="E", valid_from=None, expires_on=expires, particulars=said)


def _facts(
    row: Treatment,
    written: list[Prescription],
    judged: tuple[Judged, ...],
    drafted: bool,
    actor: Actor,
    person: Person,
) -> Facts:
    last = next((one for one in written if one.delivery != Delivery.DRAFT), None)
    return Facts(
        dispensing_group=row.dispensing_group,
        ended=row.has_ended or row.lifecycle not in (Lifecycle.ACTIVE, Lifecycle.SUSPENDED),
        suspended=row.lifecycle == Lifecycle.SUSPENDED,
        conflict=bool((row.difference or {}).get("conflict")),
        drafted=drafted,
        unsent=any(one.delivery == Delivery.DRAFT for one in written),
        prescribed=last is not None,
        warnings=tuple(dict.fromkeys(_title(one, row) for one in judged)),
        **(_looked_at(row, last, actor, person) if last else {"problems": {}}),
    )


def _looked_at(row: Treatment, last: Prescription, actor: Actor, person: Person) -> dict[str, Any]:
    content = replace(content_rows.content_of(row, last), prescription=next_terms(last, row))
    problems = readiness.problems(
        content, patient_key=row.patient_key, actor=actor, person=person, treatment_id=row.pk
    )
    before = content_data.from_data(last.content).dosage if last.content else None
    return {"problems": problems, "doubts": doubts.of(content, patient_key=row.patient_key, last=before)}


def _title(judged: Judged, row: Treatment) -> str:
    others = ", ".join(judged.alert.others(row.pk))
    return f"{judged.alert.title}: {others}" if others else judged.alert.title


def _written(patient_key: UUID, ids: Collection[UUID]) -> dict[UUID, list[Prescription]]:
    """Newest first."""
    found: dict[UUID, list[Prescription]] = {}
    newest = Prescription.objects.filter(patient_key=patient_key, treatment_id__in=ids)
    for one in newest.order_by("-prescribed_on", "-created"):
        if one.treatment_id:
            found.setdefault(one.treatment_id, []).append(one)
    return found

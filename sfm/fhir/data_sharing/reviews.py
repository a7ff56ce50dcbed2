"""`Basic?_query=DRUGREVIEW`: legemiddelgjennomganger of a patient, or who is due (fhir.md 3.12). Form is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sfm.core.ids import PatientKey
from sfm.fhir.data_sharing import list_items, naming
from sfm.fhir.data_sharing.offers import Answer, Call, Resource
from sfm.fhir.data_sharing.params import moment, wrong
from sfm.fhir.data_sharing.r4.check import is_a
from sfm.fhir.data_sharing.resources import instant
from sfm.medication.models import MedicationReview, ReviewLine
from sfm.medication.rules import review_templates
from sfm.patients import vault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date
    from uuid import UUID

PROFILE: Final = f"{naming.PROFILE}sfm-DrugReview"
MOST: Final = 500


def search(call: Call) -> Answer:
    """`due=lt<date>` names the patients, without content; otherwise the closed reviews of one."""
    return _due(call) if call.params.has("due") else _of_patient(call)


def _of_patient(call: Call) -> Answer:
    if not call.ticket:
        raise wrong("patientTicket", "or due is required")
    key, first, last = call.patient(), call.params.moment("from"), call.params.moment("to")
    rows = MedicationReview.objects.filter(patient_key=key, state="closed").order_by("-closed_at")
    if first is not None:
        rows = rows.filter(closed_at__gte=first)
    if last is not None:
        rows = rows.filter(closed_at__lt=last)
    found = list(rows[:MOST])
    lines: dict[UUID, list[ReviewLine]] = {}
    for line in ReviewLine.objects.filter(review_id__in=[row.pk for row in found], patient_key=key):
        lines.setdefault(line.review_id, []).append(line)
    wares = list_items.wares_of(line.treatment_id for of_one in lines.values() for line in of_one)
    return Answer(resources=tuple(_review(row, lines.get(row.pk, ()), wares) for row in found), patient=key)


def _due(call: Call) -> Answer:
    """The newest review of each patient decides when the next one is due."""
    newest: dict[UUID, MedicationReview] = {}
    rows = MedicationReview.objects.filter(state="closed").exclude(next_on=None).order_by("closed_at")
    for row in rows.only("patient_key", "next_on", "closed_at"):
        newest[row.patient_key] = row
    before = _before(call)
    due = [row for row in newest.values() if row.next_on and row.next_on < before][:MOST]
    people = vault.open_identities(PatientKey(row.patient_key) for row in due)
    shown = [
        (row, people[PatientKey(row.patient_key)]) for row in due if PatientKey(row.patient_key) in people
    ]
    return Answer(
        resources=tuple(_when(row, person) for row, person in shown),
        detail={"bulk": True, "patients": len(shown)},
    )


def _before(call: Call) -> date:
    text = call.params.get("due").removeprefix("lt").removeprefix("le")
    if not is_a("date", text) or len(text) < len("2026-01-01"):
        raise wrong("due", "must be lt<date>")
    return moment(text).date()


def _review(row: MedicationReview, lines: Iterable[ReviewLine], wares: Collection[UUID]) -> Resource:
    template = review_templates.templates().get(row.template)
    names = template.sources if template else {}
    parts: list[dict[str, Any]] = [
        {"url": "date", "valueDateTime": instant(row.closed_at or row.started_at)},
        {"url": "performer", "valueReference": {"display": row.closed_by or row.started_by}},
        {
            "url": "type",
            "valueCoding": {"code": row.template, "display": template.title if template else row.template},
        },
    ]
    parts += [
        {"url": "participants", "valueString": str(who)} for who in map(_person, row.participants) if who
    ]
    parts += [
        {"url": "sources", "valueCodeableConcept": {"text": names.get(code, str(code))}}
        for code in row.sources
    ]
    if row.conclusion.strip():
        parts.append({"url": "conclusion", "valueString": row.conclusion})
    if row.next_on:
        parts.append({"url": "nextplanned", "valueDate": row.next_on.isoformat()})
    parts += [
        {"url": "assessment", "extension": _assessment(line, is_ware=line.treatment_id in wares)}
        for line in lines
    ]
    return _basic(str(row.pk), parts)


def _person(said: Any) -> str:
    """A name, or a name with its part."""
    if isinstance(said, dict):
        return ", ".join(str(value) for value in said.values() if value)
    return ", ".join(map(str, said)) if isinstance(said, list) else str(said)


def _assessment(line: ReviewLine, *, is_ware: bool) -> list[dict[str, Any]]:
    choice = review_templates.choices().get(line.choice)
    found = ", ".join(review_templates.problems().get(code, code) for code in line.problems)
    about = naming.item(line.treatment_id, is_ware=is_ware) | {"display": line.name}
    made: list[dict[str, Any]] = [{"url": "reference", "valueReference": about}]
    said = ". ".join(part for part in (found, line.text) if part.strip())
    if said:
        made.append({"url": "finding", "valueString": said})
    if choice:
        made.append({"url": "action", "valueString": choice.label})
    return made


def _when(row: MedicationReview, person: vault.PatientIdentity) -> Resource:
    parts = [{"url": "nextplanned", "valueDate": row.next_on.isoformat() if row.next_on else ""}]
    about = {"identifier": {"system": naming.OF_KIND[person.pid_type], "value": person.pid}}
    return _basic(str(row.pk), parts) | {"subject": about}


def _basic(ident: str, parts: list[dict[str, Any]]) -> Resource:
    return {
        "resourceType": "Basic",
        "id": ident,
        "meta": {"profile": [PROFILE]},
        "extension": [{"url": f"{naming.PROFILE}DrugReview", "extension": parts}],
        "code": {"coding": [{"system": f"{naming.SYSTEM}sfm-basic-types", "code": "DRUGREVIEW"}]},
    }

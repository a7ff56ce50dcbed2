"""Condition (diagnosis) and Observation (INR): what the record system passes on, and reads back (fhir.md 3.8)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.fhir.data_sharing import doors, naming, versions
from sfm.fhir.data_sharing.offers import TICKET, Answer, Call, Offer, Resource, one
from sfm.fhir.data_sharing.params import moment, wrong
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required
from sfm.fhir.data_sharing.resources import instant
from sfm.medication.actions import stating
from sfm.medication.models import Measurement, StatedDiagnosis

if TYPE_CHECKING:
    from sfm.core.ids import PatientKey

CONDITION_PROFILE: Final = f"{naming.PROFILE}sfm-Condition"
OBSERVATION_PROFILE: Final = f"{naming.PROFILE}sfm-Observation"
DIAGNOSES: Final = {f"{naming.VOLVEN}{number}": number for number in ("7110", "7170", "7171")}
ALSO: Final = {
    "http://hl7.org/fhir/sid/icd-10": f"{naming.VOLVEN}7110",
    "http://hl7.org/fhir/sid/icpc-2": f"{naming.VOLVEN}7170",
}
VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
NPU, LOINC = f"{naming.VOLVEN}7280", "http://loinc.org"
INR_CODES: Final = ((NPU, "NPU01685"), (LOINC, "6301-6"))
INR_RANGE: Final = (Decimal("0.1"), Decimal(50))
STATUSES: Final = (
    "registered",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "cancelled",
    "entered-in-error",
    "unknown",
)
LONGEST: Final = 200


def create_condition(call: Call, content: Resource) -> Answer:
    ticket = _ticket(call, content)
    made = stating.diagnosis(by=call.actor, patient=call.patient_of(ticket), **_diagnosis(content))
    return _condition(made, ticket)


def update_condition(call: Call, ident: str, content: Resource) -> Answer:
    ticket = _ticket(call, content)
    key = call.patient_of(ticket)
    row = _row(StatedDiagnosis, ident, key)
    versions.check(call, _condition_resource(row, ticket))
    return _condition(stating.diagnosis(by=call.actor, patient=key, row=row, **_diagnosis(content)), ticket)


def read_condition(call: Call, ident: str) -> Answer:
    return _condition(_row(StatedDiagnosis, ident, _patient(call)), call.ticket)


def search_conditions(call: Call) -> Answer:
    key = _patient(call)
    rows = StatedDiagnosis.objects.filter(patient_key=key).order_by("-updated")
    return Answer(resources=tuple(_condition_resource(row, call.ticket) for row in rows), patient=key)


def create_observation(call: Call, content: Resource) -> Answer:
    ticket = _ticket(call, content)
    made = stating.inr(by=call.actor, patient=call.patient_of(ticket), **_inr(content))
    return _observation(made, ticket)


def update_observation(call: Call, ident: str, content: Resource) -> Answer:
    ticket = _ticket(call, content)
    key = call.patient_of(ticket)
    row = _row(Measurement, ident, key)
    versions.check(call, _observation_resource(row, ticket))
    return _observation(stating.inr(by=call.actor, patient=key, row=row, **_inr(content)), ticket)


def read_observation(call: Call, ident: str) -> Answer:
    return _observation(_row(Measurement, ident, _patient(call)), call.ticket)


def search_observations(call: Call) -> Answer:
    key = _patient(call)
    rows = Measurement.objects.filter(patient_key=key).order_by("-measured_at", "-updated")
    return Answer(resources=tuple(_observation_resource(row, call.ticket) for row in rows), patient=key)


def _patient(call: Call) -> PatientKey:
    if not call.ticket:
        raise wrong(TICKET, "is required")
    return call.patient()


def _ticket(call: Call, content: Resource) -> str:
    """The ticket of `subject`, else the one of the call."""
    said = content.get("subject", {})
    stated = str(said.get("reference", "")).rpartition("/")[2] or str(
        said.get("identifier", {}).get("value", "")
    )
    if not stated and not call.ticket:
        raise BadContent(required(f"{content['resourceType']}.subject", "Pasientbilletten"))
    return stated or call.ticket


def _row(model: Any, ident: str, key: PatientKey) -> Any:
    try:
        found = model.objects.filter(pk=UUID(ident), patient_key=key).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(detail="no such resource of this patient")
    return found


def _diagnosis(content: Resource) -> dict[str, Any]:
    codings = content.get("code", {}).get("coding", ())
    found = next((c for c in codings if _system(c) in DIAGNOSES and c.get("code")), None)
    if found is None:
        raise BadContent(
            Fault(
                path="Condition.code",
                code="value",
                text="Diagnosen må ha en kode i ICD-10 (7110), ICPC-2 (7170) eller ICPC-2B (7171).",
                diagnostics="no coding of 7110, 7170 or 7171",
            )
        )
    return {
        "system": _system(found),
        "code": str(found["code"])[:16],
        "display": str(found.get("display") or content["code"].get("text", ""))[:LONGEST],
        "source_id": _source(content),
        "verification": next(
            (str(c.get("code", "")) for c in content.get("verificationStatus", {}).get("coding", ())), ""
        )[:20],
    }


def _system(coding: dict[str, Any]) -> str:
    said = naming.system(str(coding.get("system", "")))
    return ALSO.get(said, said)


def _inr(content: Resource) -> dict[str, Any]:
    faults = []
    code, quantity = content.get("code", {}), content.get("valueQuantity", {})
    if not _is_inr(code):
        faults.append(_fault("code", "SFM tar bare imot INR (NPU01685, LOINC 6301-6 eller teksten «INR»)."))
    value = _decimal(quantity.get("value"))
    if value is None or not INR_RANGE[0] <= value <= INR_RANGE[1]:
        faults.append(_fault("value[x]", "INR må være et tall i valueQuantity, fra 0,1 til 50."))
    if content.get("status") not in STATUSES:
        faults.append(_fault("status", "Status mangler eller er ukjent."))
    if faults or value is None:
        raise BadContent(*faults)
    at = str(content.get("effectiveDateTime") or content.get("effectiveInstant") or "")
    return {
        "value": value.quantize(Decimal("0.01")),
        "status": content["status"],
        "measured_at": moment(at) if len(at) >= len("2026-01-01") else None,
        "source_id": _source(content),
    }


def _is_inr(code: dict[str, Any]) -> bool:
    codings = {
        (naming.system(str(c.get("system", ""))), str(c.get("code", ""))) for c in code.get("coding", ())
    }
    return bool(codings & set(INR_CODES)) or str(code.get("text", "")).strip().upper() == "INR"


def _decimal(value: Any) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _source(content: Resource) -> str:
    return next((str(i["value"]) for i in content.get("identifier", ()) if i.get("value")), "")[:LONGEST]


def _fault(element: str, text: str) -> Fault:
    return Fault(
        path=f"Observation.{element}", code="value", text=text, diagnostics="not an INR as documented"
    )


def _condition(row: StatedDiagnosis, ticket: str) -> Answer:
    return one(
        _condition_resource(row, ticket), patient=row.patient_key, subject=("StatedDiagnosis", str(row.pk))
    )


def _observation(row: Measurement, ticket: str) -> Answer:
    return one(
        _observation_resource(row, ticket), patient=row.patient_key, subject=("Measurement", str(row.pk))
    )


def _condition_resource(row: StatedDiagnosis, ticket: str) -> Resource:
    made: Resource = {
        "resourceType": "Condition",
        "id": str(row.pk),
        "meta": {"profile": [CONDITION_PROFILE], "lastUpdated": instant(row.updated)},
        "identifier": [{"value": row.source_id or str(row.pk)}],
        "code": naming.coded(row.system, row.code, row.display),
        "subject": naming.patient(ticket),
    }
    if row.verification:
        made["verificationStatus"] = naming.coded(VERIFICATION, row.verification, "")
    return versions.with_id(made, row.version)


def _observation_resource(row: Measurement, ticket: str) -> Resource:
    made: Resource = {
        "resourceType": "Observation",
        "id": str(row.pk),
        "meta": {"profile": [OBSERVATION_PROFILE], "lastUpdated": instant(row.updated)},
        "identifier": [{"value": row.source_id or str(row.pk)}],
        "status": row.status,
        "code": naming.coded(NPU, "NPU01685", "INR") | {"text": "INR"},
        "subject": naming.patient(ticket),
        "valueQuantity": {"value": row.value.normalize()},
    }
    if row.measured_at:
        made["effectiveDateTime"] = clock.local(row.measured_at).isoformat(timespec="seconds")
    return versions.with_id(made, row.version)


CONDITION = Offer(
    type="Condition",
    profile=CONDITION_PROFILE,
    admit=doors.clinical,
    params={TICKET: "string"},
    search=search_conditions,
    read=read_condition,
    create=create_condition,
    update=update_condition,
)
OBSERVATION = Offer(
    type="Observation",
    profile=OBSERVATION_PROFILE,
    admit=doors.clinical,
    params={TICKET: "string"},
    search=search_observations,
    read=read_observation,
    create=create_observation,
    update=update_observation,
)

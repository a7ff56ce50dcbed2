"""sfm-MedicationStatement with its Medication inside (fhir.md 3.6, 6.1, 6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.fhir.basis.build import statement_facts
from sfm.fhir.data_sharing import naming, versions
from sfm.fhir.data_sharing.resources import instant
from sfm.medication import content_rows
from sfm.medication.models import Lifecycle, UseType
from sfm.medication.rules.reasons import DISCONTINUATION as REASONS

if TYPE_CHECKING:
    from sfm.medication.models import Prescription, Treatment

PROFILE = f"{naming.PROFILE}sfm-MedicationStatement"
MEDICATION = f"{naming.PROFILE}sfm-Medication"
GROUP = "http://hl7.no/fhir/StructureDefinition/no-basis-prescriptiongroup"
ATC = "http://www.whocc.no/atc"
STATUS = {
    Lifecycle.ACTIVE: "active",
    Lifecycle.SUSPENDED: "on-hold",
    Lifecycle.DISCONTINUED: "stopped",
    Lifecycle.ENTERED_IN_ERROR: "entered-in-error",
}
SHORT_DOSE, USE = f"{naming.PROFILE}sfm-shortdosage", f"{naming.PROFILE}sfm-use"
AREA = f"{naming.PROFILE}sfm-application-area"


def resource(row: Treatment, ticket: str, link: Prescription | None = None) -> dict[str, Any]:
    """`link`: the prescription the treatment stands on."""
    made: dict[str, Any] = {
        "resourceType": "MedicationStatement",
        "id": str(row.pk),
        "meta": {"profile": [PROFILE], "lastUpdated": instant(row.last_changed)},
        "contained": [medication(row)],
        "extension": facts(row, link),
        "identifier": _identifiers(row, link),
        "status": _status(row),
        "category": naming.coded(f"{naming.VOLVEN}9101", row.use_type, _use(row)),
        "medicationReference": {"reference": "#medication", "display": row.name_form_strength},
        "subject": naming.patient(ticket),
        "dateAsserted": instant(row.last_changed),
        "dosage": [_dosage(row)],
    }
    if row.discontinuation_reason:
        reason = REASONS.get(row.discontinuation_reason, "")
        made["statusReason"] = [naming.coded(f"{naming.VOLVEN}7494", row.discontinuation_reason, reason)]
    if period := _period(row):
        made["effectivePeriod"] = period
    if row.last_changed_by:
        made["informationSource"] = {"display": row.last_changed_by}
    if row.indication_text:
        made["reasonCode"] = [{"text": row.indication_text}]
    return versions.with_id(made, row.version)


def facts(row: Treatment, link: Prescription | None) -> list[dict[str, Any]]:
    return statement_facts.of(row, content_rows.content_of(row, link), link, named)


def named(hpr: str, name: str) -> dict[str, Any]:
    """Somebody by HPR number where it is known, else by name alone."""
    known = {"identifier": naming.identifier(naming.HPR, hpr)} if hpr else {}
    return {"type": "Practitioner", **known, "display": name or "Ukjent rekvirent"}


def medication(row: Treatment) -> dict[str, Any]:
    """The product as it was chosen. A local one has a name and no code."""
    fest: dict[str, Any] = {"system": naming.FEST, "display": row.name_form_strength}
    if code := row.varenr or row.fest_id:
        fest["code"] = code
    made: dict[str, Any] = {
        "resourceType": "Medication",
        "id": "medication",
        "meta": {"profile": [MEDICATION]},
        "code": {"coding": [fest], "text": row.name_form_strength},
        "status": "active",
    }
    if row.atc:
        atc = {"system": ATC, "code": row.atc}
        made["code"]["coding"].append(atc | ({"display": row.atc_name} if row.atc_name else {}))
    if row.form_code:
        made["form"] = naming.coded(f"{naming.VOLVEN}7448", row.form_code, row.form)
    if row.dispensing_group:
        made["extension"] = [group(row.dispensing_group)]
    return made


def group(code: str) -> dict[str, Any]:
    inner = {
        "url": "prescriptiongroup",
        "valueCodeableConcept": naming.coded(f"{naming.VOLVEN}7421", code, ""),
    }
    return {"url": GROUP, "extension": [inner]}


def _status(row: Treatment) -> str:
    """One that starts later is intended; one whose last day has passed is stopped."""
    today, status = clock.today(), STATUS[Lifecycle(row.lifecycle)]
    if status == "active" and row.starts_on and row.starts_on > today:
        return "intended"
    over = row.discontinued_at is not None and row.discontinued_at <= clock.now()
    return "stopped" if status == "active" and over else status


def _identifiers(row: Treatment, link: Prescription | None) -> list[dict[str, Any]]:
    found = [{"use": "usual", "type": {"text": "treatmentId"}, "value": str(row.pk)}]
    if "PLL" in row.sources:
        found.append({"use": "usual", "type": {"text": "PLL"}, "value": str(row.lib_id)})
    if link is not None:
        found.append({"use": "usual", "type": {"text": "ReseptId"}, "value": str(link.pk)})
    return found


def _period(row: Treatment) -> dict[str, str]:
    ends = clock.local(row.discontinued_at).date() if row.discontinued_at else row.dosage_ends_on
    start = row.starts_on
    period = {"start": start.isoformat()} if start else {}
    return period | ({"end": ends.isoformat()} if ends and (start is None or start <= ends) else {})


def _dosage(row: Treatment) -> dict[str, Any]:
    """The words of it, with kortdose, type of use and indication as the profile has them."""
    said: list[dict[str, Any]] = [
        {"url": USE, "valueCodeableConcept": naming.coded(f"{naming.VOLVEN}9101", row.use_type, _use(row))}
    ]
    if row.short_dose:
        dose = naming.coded(f"{naming.VOLVEN}7478", row.short_dose, row.dosage_text)
        said.insert(0, {"url": SHORT_DOSE, "valueCodeableConcept": dose})
    if row.indication_text:
        said.append({"url": AREA, "extension": [{"url": "text", "valueString": row.indication_text}]})
    return {"extension": said, "sequence": 1, "text": row.dosage_text or "Dosering ikke oppgitt"}


def _use(row: Treatment) -> str:
    return str(UseType(row.use_type).label)

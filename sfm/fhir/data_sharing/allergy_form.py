"""KjAllergyIntolerance: a critical reaction (fhir.md 6.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.fhir.data_sharing import naming
from sfm.fhir.data_sharing.resources import instant
from sfm.medication.rules.reaction_words import REACTIONS

if TYPE_CHECKING:
    from sfm.medication.models import CriticalReaction

KJ = "http://nhn.no/kj/fhir/"
PROFILE = f"{KJ}StructureDefinition/KjAllergyIntolerance"
CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
AGENTS = {
    "atc": "ATC",
    "substance": "ActiveSubstance",
    "brand": "DrugTradeName",
    "excipient": "ActiveSubstance",
}
CRITICALITY = {"1": "high", "2": "low"}  # 7520
# KJ's own list of reactions lacks these two of 7497
LESS_SERIOUS = ("11", "19")
CONFIRMED, REFUTED = "3", "2"  # 7521, 7524


def resource(row: CriticalReaction, ticket: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "AllergyIntolerance",
        "id": str(row.pk),
        "meta": {"profile": [PROFILE], "lastUpdated": instant(row.updated)},
        "extension": [
            {"url": f"{KJ}StructureDefinition/KjUpdatedDateTime", "valueDateTime": instant(row.updated)}
        ],
        "identifier": [{"use": "official", "value": str(row.pk)}],
        "verificationStatus": naming.coded(VERIFICATION, _verification(row), ""),
        "category": ["medication"],
        "criticality": CRITICALITY.get(row.severity, "unable-to-assess"),
        "code": _agent(row),
        "patient": naming.patient(ticket),
        "recordedDate": instant(row.created),
        "reaction": [{"manifestation": [_reaction(row)]}],
    }
    if row.verification != REFUTED:
        made["clinicalStatus"] = naming.coded(CLINICAL, "active" if row.active else "inactive", "")
    if row.source_of_information:
        coding = {"system": f"{KJ}CodeSystem/SourceOfInformation", "code": row.source_of_information}
        made["extension"].append(
            {"url": f"{KJ}StructureDefinition/KjSourceOfInformation", "valueCoding": coding}
        )
    if row.discovered_on:
        made["onsetDateTime"] = row.discovered_on.isoformat()
    if row.comment:
        made["note"] = [{"text": row.comment}]
    return made


def _verification(row: CriticalReaction) -> str:
    if row.verification == REFUTED:
        return "refuted"
    return "confirmed" if row.certainty == CONFIRMED else "unconfirmed"


def _agent(row: CriticalReaction) -> dict[str, Any]:
    if not row.agent_code or row.agent_kind not in AGENTS:
        return {"text": row.agent_text}
    system = f"{KJ}CodeSystem/{AGENTS[row.agent_kind]}"
    coding = {"system": system, "code": row.agent_code, "display": row.agent_text, "userSelected": True}
    return {"coding": [coding], "text": row.agent_text}


def _reaction(row: CriticalReaction) -> dict[str, Any]:
    text = REACTIONS.get(row.reaction, "Ukjent reaksjon")
    if row.reaction in LESS_SERIOUS or row.reaction not in REACTIONS:
        return {"text": text}
    return naming.coded(f"{KJ}CodeSystem/TypeOfReaction", row.reaction, text) | {"text": text}

"""A reaction as KJ's critical information writes it (KjAllergyIntolerance), and back. Codes decide, displays vary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.exchange.translate import moments
from sfm.medication.models import CriticalReaction
from sfm.medication.rules.reaction_words import CERTAINTIES, REACTIONS

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.patients.identity import PatientIdentity

Json = dict[str, Any]
KJ = "http://nhn.no/kj/fhir/"
CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
NATIONAL_ID = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
SYSTEMS = {
    "atc": "ATC",
    "substance": "ActiveSubstance",
    "brand": "DrugTradeName",
    "excipient": "ActiveSubstance",
}
KINDS = {"ATC": "atc", "ActiveSubstance": "substance", "DrugTradeName": "brand"}
CRITICALITY = {"1": "high", "2": "low"}  # 7520
SEVERITY = {"high": "1", "low": "2"}
CERTAINTY = {"confirmed": "3", "unconfirmed": "1"}  # verificationStatus → 7521
NOT_IN_KJ = ("11", "19")  # of 7497
EXCIPIENT = f"{KJ}StructureDefinition/KjInactiveIngredient"
PRESUMED = f"{KJ}StructureDefinition/Presumed"


def resource(row: CriticalReaction, *, person: PatientIdentity, by: Actor) -> Json:
    """What KJ is told."""
    made: Json = {
        "resourceType": "AllergyIntolerance",
        "meta": {"profile": [f"{KJ}StructureDefinition/KjAllergyIntolerance"]},
        "identifier": [{"use": "official", "value": str(row.pk)}],
        "extension": [
            {"url": f"{KJ}StructureDefinition/KjUpdatedDateTime", "valueDateTime": row.updated.isoformat()},
            _source(row),
        ],
        "clinicalStatus": _coded(CLINICAL, "active" if row.active else "inactive"),
        "verificationStatus": _verification(row),
        "category": ["medication"],
        "criticality": CRITICALITY.get(row.severity, "unable-to-assess"),
        "code": _agent(row),
        "patient": {"identifier": {"system": NATIONAL_ID, "value": person.pid}},
        "recordedDate": row.created.isoformat(),
        "recorder": {"identifier": {"system": HPR, "value": by.hpr}, "display": by.name},
        "reaction": [{"manifestation": [_manifestation(row.reaction)]}],
    }
    if row.deletion_reason:  # FHIR: what was entered in error has no clinical status
        made["verificationStatus"] = _coded(VERIFICATION, "entered-in-error")
        del made["clinicalStatus"]
    if row.discovered_on:
        made["onsetDateTime"] = row.discovered_on.isoformat()
    if row.comment:
        made["note"] = [{"text": row.comment}]
    return made


def reaction(found: Json, patient_key: UUID) -> CriticalReaction:
    """A row not saved, as KJ tells of it."""
    kind, code, text = _read_agent(found.get("code") or {})
    manifestation = _first(_first(found.get("reaction")).get("manifestation"))
    told = str(_first(manifestation.get("coding")).get("code") or "20")
    status = _code(found.get("verificationStatus"))
    at = moments.instant(found.get("recordedDate")) or clock.now()
    return CriticalReaction(
        patient_key=patient_key,
        kj_id=str(found.get("id") or ""),
        agent_kind=kind,
        agent_code=code,
        agent_text=text[:255],
        reaction=told if told in REACTIONS else "20",
        severity=SEVERITY.get(str(found.get("criticality")), ""),
        certainty=_certainty(found, status),
        verification="2" if status == "refuted" else "1",
        source_of_information=_source_of(found),
        discovered_on=moments.day(found.get("onsetDateTime")),
        comment=str(_first(found.get("note")).get("text") or ""),
        known_to=["KJ"],
        registered_by=str((found.get("recorder") or {}).get("display") or "Kjernejournal"),
        active=_code(found.get("clinicalStatus")) == "active"
        and status not in ("refuted", "entered-in-error"),
        updated=at,
        created=clock.now(),
    )


def _verification(row: CriticalReaction) -> Json:
    if row.verification == "2":
        return _coded(VERIFICATION, "refuted")
    made = _coded(VERIFICATION, "confirmed" if row.certainty == "3" else "unconfirmed")
    return made | ({"extension": [{"url": PRESUMED, "valueBoolean": True}]} if row.certainty == "2" else {})


def _certainty(found: Json, status: str) -> str:
    extensions = (found.get("verificationStatus") or {}).get("extension") or ()
    presumed = any(one.get("url") == PRESUMED and one.get("valueBoolean") for one in extensions)
    value = "2" if presumed else CERTAINTY.get(status, "")
    return value if value in CERTAINTIES else ""


def _agent(row: CriticalReaction) -> Json:
    if row.agent_kind not in SYSTEMS or not row.agent_code:
        return {"text": row.agent_text}
    system = f"{KJ}CodeSystem/{SYSTEMS[row.agent_kind]}"
    coding: Json = {"system": system, "code": row.agent_code, "display": row.agent_text, "userSelected": True}
    if row.agent_kind == "excipient":
        coding["extension"] = [{"url": EXCIPIENT, "valueBoolean": True}]
    return {"coding": [coding], "text": row.agent_text}


def _read_agent(code: Json) -> tuple[str, str, str]:
    codings = [one for one in code.get("coding") or () if isinstance(one, dict)]
    chosen = next((one for one in codings if one.get("userSelected")), codings[0] if codings else {})
    text = str(chosen.get("display") or code.get("text") or "Ukjent")
    excipient = any(one.get("url") == EXCIPIENT for one in chosen.get("extension") or ())
    kind = KINDS.get(str(chosen.get("system", "")).rpartition("/")[2], "text")
    if excipient:
        return "excipient", text.casefold()[:64], text
    if not chosen.get("code") or kind == "text":
        return "text", "", text
    return kind, str(chosen["code"])[:64], text


def _source(row: CriticalReaction) -> Json:
    coding = {"system": f"{KJ}CodeSystem/SourceOfInformation", "code": row.source_of_information or "6"}
    return {"url": f"{KJ}StructureDefinition/KjSourceOfInformation", "valueCoding": coding}


def _source_of(found: Json) -> str:
    for one in found.get("extension") or ():
        if str(one.get("url", "")).endswith("KjSourceOfInformation"):
            return str((one.get("valueCoding") or {}).get("code") or "")[:2]
    return ""


def _manifestation(code: str) -> Json:
    text = REACTIONS.get(code, "Ukjent reaksjon")
    if code in NOT_IN_KJ or code not in REACTIONS:
        return {"text": text}
    return {"coding": [{"system": f"{KJ}CodeSystem/TypeOfReaction", "code": code}], "text": text}


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _code(concept: object) -> str:
    return str(_first((concept if isinstance(concept, dict) else {}).get("coding")).get("code") or "")


def _first(found: object) -> Json:
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}

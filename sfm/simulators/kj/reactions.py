"""Critical information: drug reactions and other allergies as KjAllergyIntolerance."""

from __future__ import annotations

import uuid
from typing import Any

from sfm.core import clock
from sfm.simulators.kj.models import Reaction

Json = dict[str, Any]
KJ = "http://nhn.no/kj/fhir/"
KINDS = ("DrugReaction", "OtherAllergen")
_CERTAINTY = {"1": "unconfirmed", "2": "unconfirmed", "3": "confirmed"}  # 7521
_REQUIRED = ("clinicalStatus", "category", "code", "recordedDate")


class Invalid(ValueError):
    """The resource cannot be kept; the text says what is missing, in Norwegian."""


def keep(pid: str, resource: Json, key: str = "") -> Json:
    """Store a reaction, new or instead of an old one. Returns it with id and time of change."""
    missing = [name for name in _REQUIRED if not resource.get(name)]
    if resource.get("resourceType") != "AllergyIntolerance" or missing:
        raise Invalid(f"AllergyIntolerance mangler {', '.join(missing) or 'resourceType'}.")
    key = key or str(uuid.uuid4())
    kept = resource | {"id": key, "meta": {"lastUpdated": clock.now().isoformat()}}
    kind = KINDS[0] if "medication" in resource["category"] else KINDS[1]
    Reaction.objects.update_or_create(key=key, defaults={"pid": pid, "kind": kind, "body": kept})
    return kept


def from_seed(row: Json) -> Json:
    """A whole resource (`resource`), or one made of a short description (see seed.py)."""
    if "resource" in row:
        return dict(row["resource"])
    coding = [
        {"system": f"{KJ}CodeSystem/ATC", "code": row["atc"], "display": row["name"], "userSelected": True}
    ]
    recorded = row.get("recorded", clock.today().isoformat())
    return {
        "resourceType": "AllergyIntolerance",
        "meta": {"profile": [f"{KJ}StructureDefinition/KjAllergyIntolerance"]},
        "extension": [
            {"url": f"{KJ}StructureDefinition/KjUpdatedDateTime", "valueDateTime": recorded},
            {
                "url": f"{KJ}StructureDefinition/KjSourceOfInformation",
                "valueCoding": {
                    "system": f"{KJ}CodeSystem/SourceOfInformation",
                    "code": str(row.get("source", "2")),
                },
            },
        ],
        "clinicalStatus": {"coding": [{"code": row.get("clinical_status", "active")}]},
        "verificationStatus": {"coding": [{"code": row.get("verification", "confirmed")}]},
        "category": [row.get("category", "medication")],
        "criticality": row.get("criticality", "high"),
        "code": {"coding": coding, "text": row["name"]},
        "patient": {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": row["patient"]}},
        "recordedDate": recorded,
        "reaction": [
            {"manifestation": [_manifestation(str(code)) for code in row.get("manifestations", ["20"])]}
        ],
    }


def _manifestation(code: str) -> Json:
    return {"coding": [{"system": f"{KJ}CodeSystem/TypeOfReaction", "code": code}]}


def from_national_codes(pid: str, row: Json) -> Json:
    """A seed's reaction in national codes (7497 reaction, 7521 certainty). The same seed gives the same id."""
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{pid}|{row['agent']['code']}|{row.get('reaction', '')}")),
        "patient": pid,
        "atc": row["agent"]["code"],
        "name": row["agent"]["text"],
        "manifestations": [row.get("reaction", "20")],
        "verification": _CERTAINTY.get(str(row.get("certainty", "")), "unconfirmed"),
        "recorded": row.get("discovered_on", clock.today().isoformat()),
    }

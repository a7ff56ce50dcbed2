"""Filling KJ from JSON: `POST /api/seed`. May be posted again. All keys are optional.

    {
      "settings": {"require_authorization": true},
      "patients": [{"pid": synthetic number, "name": "…", "standing": "open"|"none"|"reserved"|"blocked",
                    "blocked": true (the same as standing blocked), "medications_blocked": false,
                    "reactions": [{"agent": {"code": ATC, "text": name}, "reaction": 7497, "certainty": 7521,
                                   "discovered_on": date}] (replaces the patient's seeded ones)}],
      "reactions": [{"id": uuid (else made), "patient": pid, "atc": "J01CE02", "name": "Fenoksymetylpenicillin",
                     "manifestations": ["10"] (TypeOfReaction), "source": "2" (SourceOfInformation),
                     "verification": "confirmed"|"unconfirmed"|"refuted", "criticality": "high"|"low",
                     "category": "medication"|"food"|"environment"|"biologic", "recorded": "2020-01-01"}
                    | {"id", "patient", "resource": a whole KjAllergyIntolerance}],
      "prescriptions": [{"resept_id", "pid", "status", "received": instant, "drug", …}]   known to KJ only
      "dispensings": [{"id", "pid", "at": instant, "drug", "atc", "packages", "pharmacy", "her", "paper": true, …}],
      "faults": [RULE] (faults.py)
    }
Normally prescriptions, dispensings and lists come from RF by themselves.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sfm.simulators.kj import events, faults, reactions
from sfm.simulators.kj.models import Person, Setting

DEFAULTS: dict[str, Any] = {"require_authorization": True}


def setting(key: str) -> Any:
    row = Setting.objects.filter(key=key).first()
    return row.value if row else DEFAULTS[key]


def plant(seed: dict[str, Any]) -> dict[str, int]:
    """Apply the whole seed, or nothing of it."""
    with transaction.atomic():
        for key in DEFAULTS.keys() & seed.get("settings", {}).keys():
            Setting.objects.update_or_create(key=key, defaults={"value": seed["settings"][key]})
        for row in seed.get("patients", []):
            _patient(row)
        for row in seed.get("reactions", []):
            Person.objects.get_or_create(pid=row["patient"])
            reactions.keep(row["patient"], reactions.from_seed(row), row.get("id", ""))
        events.take([{"event": "prescription", "prescription": row} for row in seed.get("prescriptions", [])])
        events.take([{"event": "dispensing", "dispensing": row} for row in seed.get("dispensings", [])])
        if "faults" in seed:
            faults.replace(seed["faults"])
    return {"patients": Person.objects.count(), "reactions": len(seed.get("reactions", []))}


def _patient(row: dict[str, Any]) -> None:
    plain = {key: value for key, value in row.items() if key not in {"blocked", "reactions"}}
    if "blocked" in row:
        plain.setdefault("standing", "blocked" if row["blocked"] else "open")
    Person.objects.update_or_create(pid=row["pid"], defaults=plain)
    for reaction in row.get("reactions", []):
        short = reactions.from_national_codes(row["pid"], reaction)
        reactions.keep(row["pid"], reactions.from_seed(short), short["id"])

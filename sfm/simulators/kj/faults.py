"""What shall go wrong in KJ: `POST /api/faults` {"rules": [{"name", "when", "do"}]} or {"scenario": "KJ nede"}.

`when`: what ("summary", "reactions"), patient, nth (counted from 1). `do`: delay_ms, http_status, close_connection,
malformed, no_access_role, patient_reserved. First matching rule wins.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sfm.simulators.kj.models import Setting

Rule = dict[str, Any]
SCENARIOS: dict[str, list[Rule]] = {
    "Alt virker": [],
    "KJ nede": [{"name": "KJ er nede", "when": {}, "do": {"http_status": 503}}],
    "Treg KJ": [{"name": "KJ er treg", "when": {}, "do": {"delay_ms": 8000}}],
    "Mangler rolle": [{"name": "uten tilgang", "when": {}, "do": {"no_access_role": True}}],
    "Pasient reservert": [{"name": "reservert", "when": {}, "do": {"patient_reserved": True}}],
}
_KNOWN = {"delay_ms", "http_status", "close_connection", "malformed", "no_access_role", "patient_reserved"}


def rules() -> list[Rule]:
    row = Setting.objects.filter(key="faults").first()
    return list(row.value) if row else []


def replace(wanted: list[Rule]) -> None:
    for rule in wanted:
        unknown = set(rule.get("do", {})) - _KNOWN
        if unknown or not rule.get("do"):
            raise ValueError(f"Ukjent feilregel: {', '.join(sorted(unknown)) or 'do mangler'}")
    _save([{**rule, "seen": 0} for rule in wanted])


def _save(wanted: list[Rule]) -> None:
    Setting.objects.update_or_create(key="faults", defaults={"value": wanted})


def match(what: str, patient: str) -> Rule:
    """What the first matching rule does; an empty dict when all is well."""
    if not rules():
        return {}
    with transaction.atomic():
        known = rules()
        hit = next((rule for rule in known if _fits(rule, what, patient)), None)
        _save(known)
    return dict(hit["do"]) if hit else {}


def _fits(rule: Rule, what: str, patient: str) -> bool:
    when = rule.get("when", {})
    if when.get("what", what) != what or when.get("patient", patient) != patient:
        return False
    rule["seen"] += 1
    return bool(when.get("nth", rule["seen"]) == rule["seen"])

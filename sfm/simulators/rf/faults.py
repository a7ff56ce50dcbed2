"""Fault scripts: what shall go wrong, for which message, how often. First matching rule wins.

A rule is {"name", "when", "do", "times"}. JSON as posted to `/api/faults`:

    {"rules": [{"name": "mistet svar", "when": {"operation": "M1", "nth": 1}, "do": {"close_connection": "after"}}]}
    {"scenario": "RF nede"}          a ready-made list from SCENARIOS
    {"rules": []}                    everything works

`when` (all given must fit): operation ("M1", "M9_5", … or "*"), type, patient, resept_id, hpr, her, atc (wildcards),
nth (the n-th message that fits the rest, counted from 1; a number or a list), probability (0–1).
`times`: how many matches the rule acts on before it rests.

`do`:
    delay_ms: n                          wait before answering
    close_connection: "before"|"after"   no readable answer; the message is not / is processed
    unavailable_for_s: n                 HTTP 503 from the first match and n seconds on
    flap: n                              the first n matches get HTTP 503, then it works
    http_status: n                       that status, nothing processed (with `process: true`: processed all the same)
    soap_fault: "text"                   SOAP fault, nothing processed
    apprec: {"errors": [330]}            refused with these codes of 7419
    truncate, malformed_xml, empty_body, huge_body, wrong_namespace, wrong_msgid, gzip_surprise: true
                                         processed, but the answer is damaged in that way
    partial_result: true                 M9.6 without its last attachment
    unknown_codes: true                  M9.6 with a status nobody knows
    stale_refmsgid: true                 M9.12 with the previous RefMsgId
    bad_signature: true                  attached messages changed after signing
    clock_skew_s: n                      RF's clock is n seconds off for this message (313 beyond 300)
    expired_certificate: true            refused with 102
    before: {"send_pll_as": "annen lege"}   another doctor's M25.1 gets in first (226 for this one)
            {"start_dispensing": true}      a pharmacy takes the prescription first
    drop_async, duplicate_async, async_before_response: true   the asynchronous messages this one leads to
"""

from __future__ import annotations

import fnmatch
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sfm.simulators.rf import state
from sfm.simulators.rf.reading import Incoming, text

Rule = dict[str, Any]
ACTIONS = {
    *("delay_ms", "close_connection", "unavailable_for_s", "flap", "http_status", "soap_fault", "apprec"),
    *(
        "truncate",
        "malformed_xml",
        "empty_body",
        "huge_body",
        "wrong_namespace",
        "wrong_msgid",
        "gzip_surprise",
    ),
    *(
        "partial_result",
        "unknown_codes",
        "stale_refmsgid",
        "bad_signature",
        "clock_skew_s",
        "expired_certificate",
    ),
    *("before", "drop_async", "duplicate_async", "async_before_response", "process", "respond"),
}
CONDITIONS = {"operation", "type", "patient", "resept_id", "hpr", "her", "atc", "nth", "probability"}

SCENARIOS: dict[str, list[Rule]] = {
    "Alt virker": [],
    "RF nede": [{"name": "RF er nede", "when": {}, "do": {"http_status": 503}}],
    "Treg RF": [{"name": "RF er treg", "when": {}, "do": {"delay_ms": 8000}}],
    "Svar forsvinner": [
        {
            "name": "mistet svar på første resept",
            "when": {"operation": "M1", "nth": 1},
            "do": {"close_connection": "after"},
        }
    ],
    "Annen lege oppdaterer PLL": [
        {
            "name": "versjonskonflikt",
            "when": {"operation": "M25_1", "nth": 1},
            "do": {"before": {"send_pll_as": "annen lege"}},
        }
    ],
    "Resepten avvises": [
        {
            "name": "avvist av pasientsikkerhetshensyn",
            "when": {"operation": "M1"},
            "do": {"apprec": {"errors": [330]}},
        }
    ],
    "Resept under ekspedering ved seponering": [
        {
            "name": "apoteket var først",
            "when": {"operation": "M5"},
            "do": {"before": {"start_dispensing": True}},
        }
    ],
    "Utløpt sertifikat": [
        {"name": "sertifikatet er utløpt", "when": {"operation": "M1"}, "do": {"expired_certificate": True}}
    ],
    "Pasient har sperret deg": [
        {"name": "sperret", "when": {"operation": "M9_5"}, "do": {"apprec": {"errors": [358]}}},
        {"name": "sperret", "when": {"operation": "M9_11"}, "do": {"apprec": {"errors": [364]}}},
    ],
    "Ny identitet": [
        {"name": "ny identitet", "when": {"operation": "M9_5"}, "do": {"apprec": {"errors": [363]}}}
    ],
    "Ikke multidoselege": [
        {"name": "ikke multidoselege", "when": {"operation": "M25_1"}, "do": {"apprec": {"errors": [152]}}}
    ],
    "RF vakler": [{"name": "to feil, så virker det", "when": {}, "do": {"flap": 2}}],
}


class BadRule(ValueError):
    """The rule cannot be understood; the text says why, in Norwegian."""


def rules() -> list[Rule]:
    return list(state.get("faults") or [])


def replace(wanted: list[Rule]) -> list[Rule]:
    """Set the whole list of rules, counters at zero."""
    for rule in wanted:
        unknown = (set(rule.get("do", {})) - ACTIONS) | (set(rule.get("when", {})) - CONDITIONS)
        if unknown or not rule.get("do"):
            raise BadRule(
                f"Ukjent i feilregel «{rule.get('name', '')}»: {', '.join(sorted(unknown)) or 'do mangler'}"
            )
    state.put("faults", [{**rule, "seen": 0, "acted": 0} for rule in wanted])
    return rules()


def match(message: Incoming) -> Rule | None:
    """The first rule that fits, with its counters moved on."""
    if not rules():
        return None
    with transaction.atomic():
        known = rules()
        hit = next((rule for rule in known if _fits(rule, message)), None)
        state.put("faults", known)
    return hit


def _fits(rule: Rule, message: Incoming) -> bool:
    when = rule.get("when", {})
    facts = {
        "operation": message.operation,
        "type": message.type,
        "patient": message.pid,
        "resept_id": text(message.payload, "ReseptId") or message.msg_id,
        "hpr": message.sender.hpr,
        "her": message.sender.her,
        "atc": _atc(message),
    }
    if not all(fnmatch.fnmatch(facts[key], str(when[key])) for key in facts if key in when):
        return False
    rule["seen"] += 1
    nth = when.get("nth")
    if nth is not None and rule["seen"] not in (nth if isinstance(nth, list) else [nth]):
        return False
    if rule.get("times") is not None and rule["acted"] >= rule["times"]:
        return False
    if random.random() >= when.get("probability", 1):  # noqa: S311 — a dice, not a secret
        return False
    return _still_acts(rule)


def _still_acts(rule: Rule) -> bool:
    """Rules that end by themselves: flap after n, unavailable_for_s after its time."""
    do = rule["do"]
    if "flap" in do and rule["acted"] >= do["flap"]:
        return False
    if "unavailable_for_s" in do:
        until = rule.setdefault(
            "until", (state.now() + timedelta(seconds=do["unavailable_for_s"])).isoformat()
        )
        if state.now() > datetime.fromisoformat(until):
            return False
    rule["acted"] += 1
    return True


def _atc(message: Incoming) -> str:
    found = message.payload.find(".//{*}Atc") if message.payload is not None else None
    return "" if found is None else found.get("V", "")

"""Filling the simulator from JSON: `POST /api/seed`. May be posted again; what exists is updated or left.

All keys are optional. Persons must have synthetic numbers. HPR numbers are padded to nine digits.

    {
      "settings": {"trust_first_use": true, "require_token": false, "unknown_patients": "register"|"refuse",
                   "unknown_organisations": …, "unknown_practitioners": …, "doctor_takeover": "allow"|"deny",
                   "recall_of_busy": "accept"|"refuse" (13/14), "deletion_days": 30, "async_enabled": true,
                   "async_order": "fifo"|"shuffle", "require_schema": true, "list_sender_categories": ["LE"]},
      "organisations": [{"her": "8400010", "orgnr": "999100010", "name": "…", "kind": "rekvirent"|"apotek"|"bandasjist",
                         "active": true, "specialist": false, "accepts_dispatch": true, "phone": "…",
                         "certificate_orgnr": "…" (legal body whose certificate is used), "connected": false}],
      "hpr": [{"hpr": "9400101", "pid": "…", "given": "…", "family": "…", "category": "LE",
               "right": "full"|"no_group_a"|"none", "right_until": "2027-01-01", "authorised": true,
               "suspended": false, "dead": false, "specialities": [["code 7426", "name"]]}],
      "certificates": ["-----BEGIN CERTIFICATE-----…"],
      "patients": [{"pid": "…", "given": "…", "family": "…", "sex": "1"|"2", "born": "1950-01-31", "gp_hpr": "…",
                    "new_pid": "…" (363), "city": "…", "postal_code": "…"}],
      "blocks": [{"patient": "…", "hpr": "…", "mode": "own" (M9.6 with own prescriptions only)
                                                     | "status" (358) | "all" (364)}],
      "prescriptions": [ORDER + {
            "dispensed": [{"days_ago": 10, "packages": 1, "finished": false, "her": "…", "drug": "…", "varenr": "…"}],
            "recalled": {"days_ago": 1, "reason": "2", "note": "…", "by": "hpr", "her": "…"},
            "fetched_by": true | "her" (under ekspedering)}],
      "messages": [{"operation": "M1"|"M5"|"M25_1", "xml": base64 of a signed message}]   (taken at its own GenDate)
      "lists": [{"patient": "…", "by": "hpr", "her": "…", "days_ago": 20, "msg_id": uuid, "entries": [ENTRY]}],
      "paper": [{"patient": "…", "drug": {"name", "atc", "varenr"}, "days_ago": 30, "packages": 1}],
      "multidose": [{"patient": "…", "pharmacy": "her", "doctor": {"hpr": "…", "her": "…"}, "from": "2026-01-01"}],
      "subscriptions": [{"patient": "…", "hpr": "…", "her": "…", "until": "2027-01-01"}],
      "faults": [RULE] (faults.py)
    }

ORDER: {"id": uuid (ReseptId; else random), "patient": pid, "by": hpr (else the invented «annen lege»), "her": HER-id,
    "days_ago": 30, "valid_days": 364 | "expires": date, "drug": DRUG, "use": "1" fast | "2" kur | "3" ved behov,
    "dosage_text": "1 tablett morgen", "doses": [{"amount": "1", "unit": "tablett", "time": "Morgen"}],
    "indication": "Mot …", "packages": 1 | "amount": 100 with "amount_unit", "refills": 3, "locked": false,
    "refnr": "…" (or true: issued here), "paragraph": "200", "reason": {"code": "K86", "list": "7170", "name": "…"}}
DRUG: {"name": NavnFormStyrke, "atc": "C07AB02", "atc_name": "Metoprolol", "group": "C",
    "form": {"code", "name"} (7448), "varenr": "…", "brand": "…", "package_size": "100",
    "package_unit": {"code", "name"} (7452)}; without varenr it is a LegemiddelVirkestoff, with "fest_id".
ENTRY: {"id": uuid, "resept_id": …} | {"id", "paper": "local id", "drug": DRUG, …}
    | {"id", "drug": DRUG, "use", "dosage_text"}; further "started_days_ago", "changed_days_ago",
    "stopped": {"days_ago": 3, "reason": "A" (7494), "reason_text", "note"}.

The answer names what was made: {"prescriptions": [ReseptId, …], "lists": [MsgId, …], "patients": count}.
"""

from __future__ import annotations

import base64
from datetime import date
from typing import Any

from cryptography import x509
from django.db import transaction

from sfm.simulators.rf import apotek, desk, doctors, faults, lists, signatures, state
from sfm.simulators.rf.checks import pid as numbers
from sfm.simulators.rf.models import (
    MultidoseParty,
    Organisation,
    Patient,
    Practitioner,
    Prescription,
    Subscription,
)
from sfm.simulators.rf.operations.questions import issue
from sfm.simulators.rf.reading import incoming
from sfm.simulators.rf.verdict import Refused
from sfm.simulators.rf.wording import text_of


class BadSeed(ValueError):
    """The seed cannot be used; the text says why, in Norwegian."""


def plant(seed: dict[str, Any]) -> dict[str, Any]:
    """Apply the whole seed, or nothing of it."""
    try:
        with transaction.atomic():
            return _plant(seed)
    except (KeyError, TypeError) as error:
        raise BadSeed(f"Mangler eller feil verdi i seed: {error}") from error
    except Refused as refused:
        said = [
            f"{each.code} {text_of(each.code, each.system)} {each.about}".strip() for each in refused.remarks
        ]
        raise BadSeed(f"Kunne ikke legges inn: {'; '.join(said)}") from refused
    except (doctors.Failed, faults.BadRule) as error:
        raise BadSeed(f"Kunne ikke legges inn: {error}") from error


def _plant(seed: dict[str, Any]) -> dict[str, Any]:
    for key, value in seed.get("settings", {}).items():
        if key not in state.DEFAULTS:
            raise BadSeed(f"Ukjent innstilling {key}")
        state.put(key, value)
    doctors.stranger()
    apotek.pharmacy()
    _registers(seed)
    made = [_prescription(order) for order in seed.get("prescriptions", [])]
    for message in seed.get("messages", []):
        _message(message)
    written = [_list(entry) for entry in seed.get("lists", [])]
    for paper in seed.get("paper", []):
        apotek.paper(**paper)
    for multidose in seed.get("multidose", []):
        _multidose(multidose)
    for wish in seed.get("subscriptions", []):
        Subscription.objects.update_or_create(
            pid=wish["patient"],
            defaults={"hpr": wish["hpr"].zfill(9), "her": wish["her"], "until": wish["until"]},
        )
    if "faults" in seed:
        faults.replace(seed["faults"])
    return {"prescriptions": made, "lists": written, "patients": Patient.objects.count()}


def _registers(seed: dict[str, Any]) -> None:
    for row in seed.get("organisations", []):
        Organisation.objects.update_or_create(her=row["her"], defaults=row)
    for row in seed.get("hpr", []):
        _check_number(row["pid"])
        hpr = row["hpr"].zfill(9)
        Practitioner.objects.exclude(hpr=hpr).filter(pid=row["pid"]).delete()
        Practitioner.objects.update_or_create(hpr=hpr, defaults=row | {"hpr": hpr})
    for pem in seed.get("certificates", []):
        signatures.trust(x509.load_pem_x509_certificate(pem.encode()), origin="seed")
    for row in seed.get("patients", []):
        _check_number(row["pid"])
        born = row.get("born") or numbers.born(row["pid"])
        gp = {"gp_hpr": row["gp_hpr"].zfill(9)} if row.get("gp_hpr") else {}
        Patient.objects.update_or_create(pid=row["pid"], defaults=row | {"born": born} | gp)
    for block in seed.get("blocks", []):
        set_block(**block)


def _check_number(pid: str) -> None:
    if not numbers.is_synthetic(pid):
        raise BadSeed("Bare syntetiske fødselsnumre (måned + 80 eller + 40, gyldige kontrollsifre) godtas.")


def set_block(*, patient: str, hpr: str, mode: str = "own") -> None:
    """Let the patient block a prescriber; an empty mode lifts the block."""
    person = Patient.objects.get(pid=patient)
    person.blocks = {**person.blocks, hpr.zfill(9): mode}
    person.blocks = {key: value for key, value in person.blocks.items() if value}
    person.save()


def _prescription(order: dict[str, Any]) -> str:
    if order.get("id") and Prescription.objects.filter(resept_id=order["id"]).exists():
        return str(order["id"])
    if order.get("refnr") is True:
        order = order | {"refnr": issue((order.get("by") or doctors.STRANGER["hpr"]).zfill(9))}
    resept_id = doctors.prescribe(order)
    for given in order.get("dispensed", []):
        apotek.dispense(resept_id=resept_id, **given)
    if order.get("fetched_by"):
        apotek.start(resept_id=resept_id, her="" if order["fetched_by"] is True else order["fetched_by"])
    if order.get("recalled"):
        doctors.recall(resept_id, **order["recalled"])
    return resept_id


def _message(wanted: dict[str, Any]) -> None:
    """A message somebody else signed, as if it had come in at its GenDate."""
    message = incoming(wanted["operation"], base64.b64decode(wanted["xml"]), {})
    written = message.gen_date or state.now()
    with state.displaced(written - state.now()):
        answer = desk.handle(message, fault="seed")
    if answer.remarks and answer.remarks[0].code not in {"65", "10"}:
        raise Refused(answer.remarks)


def _list(wanted: dict[str, Any]) -> str:
    parts = {key: value for key, value in wanted.items() if key != "patient"}
    return doctors.send_list(pid=wanted["patient"], **parts)


def _multidose(wanted: dict[str, Any]) -> None:
    begins = date.fromisoformat(wanted["from"]) if wanted.get("from") else state.today()
    if wanted.get("pharmacy"):
        apotek.register_multidose(
            patient=wanted["patient"], her=wanted["pharmacy"], starts=begins.isoformat()
        )
    doctor = wanted.get("doctor")
    if doctor and lists.party(wanted["patient"], "lege") is None:
        MultidoseParty.objects.create(
            pid=wanted["patient"],
            kind="lege",
            hpr=doctor["hpr"].zfill(9),
            her=doctor["her"],
            active_from=begins,
        )

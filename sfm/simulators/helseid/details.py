"""Which organisation and journal a token is for: the client's registration, and what it asks for in
authorization_details or assertion_details."""

from __future__ import annotations

import json
import re
from typing import Any

from sfm.simulators.helseid.errors import OAuthError

ENH_OID = "urn:oid:1.0.6523"
CHILD_OID = "urn:oid:2.16.578.1.12.4.1.2.101"
PARENT_CHILD = re.compile(r"NO:ORGNR:(\d{9})(?::(\d{9})?)?")


def wanted(*sources: dict[str, Any]) -> dict[str, str]:
    """{parent, child, journal_id} asked for, from the first source (assertion, parameters) that has details."""
    for source in sources:
        both = [source[name] for name in ("authorization_details", "assertion_details") if source.get(name)]
        if len(both) > 1:
            raise _invalid("authorization_details og assertion_details kan ikke brukes sammen")
        if both:
            return _read(both[0])
    return {}


def tenancy_claims(client: dict[str, Any], asked: dict[str, str]) -> dict[str, Any]:
    """The organisation claims of a token for this client; raises when it may not act for what it asks for."""
    multi = str(client["tenancy"]).startswith("multi")
    parent, child = _multi(client, asked) if multi else _single(client, asked)
    claims = {
        "helseid://claims/client/client_tenancy": client["tenancy"],
        "helseid://claims/client/claims/orgnr_parent": parent,
        "helseid://claims/client/claims/orgnr_child": child,
        "helseid://claims/client/claims/orgnr_supplier": client.get("orgnr_supplier", ""),
        "nhn:sfm:journal-id": _journal(client, asked),
        "e-helse:sfm.api/client/claims/sfm-id": "" if multi else client.get("sfm_id", ""),
    }
    return {name: value for name, value in claims.items() if value}


def _multi(client: dict[str, Any], asked: dict[str, str]) -> tuple[str, str]:
    parent, child = asked.get("parent", ""), asked.get("child", "")
    for allowed in client["organisations"]:
        if child and child == allowed.get("child") and parent in ("", allowed["parent"]):
            return allowed["parent"], child
        if parent and not child and parent == allowed["parent"]:
            return parent, ""
    if parent or child:
        raise _invalid("klienten kan ikke opptre for denne organisasjonen")
    return "", ""


def _single(client: dict[str, Any], asked: dict[str, str]) -> tuple[str, str]:
    parent = str(client.get("orgnr_parent", ""))
    if asked.get("parent", parent) not in ("", parent):
        raise _invalid("en single-tenant-klient har én organisasjon")
    return parent, asked.get("child") or str(client.get("orgnr_child", ""))


def _journal(client: dict[str, Any], asked: dict[str, str]) -> str:
    journal = asked.get("journal_id", "")
    if journal and client["journal_ids"] and journal not in client["journal_ids"]:
        raise _invalid("journal_id er ikke registrert på klienten")
    return journal


def _read(details: Any) -> dict[str, str]:
    try:
        entries = json.loads(details) if isinstance(details, str) else details
        asked: dict[str, str] = {}
        for entry in entries if isinstance(entries, list) else [entries]:
            asked |= _entry(entry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _invalid(f"detaljene kan ikke leses ({error})") from error
    return asked


def _entry(entry: dict[str, Any]) -> dict[str, str]:
    if entry["type"] == "nhn:sfm:journal-id":
        return {"journal_id": str(entry["value"]["journal_id"])}
    if entry["type"] != "helseid_authorization":
        raise _invalid(f"ukjent type {entry['type']}")
    identifier = entry["practitioner_role"]["organization"]["identifier"]
    value = str(identifier["value"])
    if identifier["system"] == CHILD_OID:
        return {"child": value}
    match = PARENT_CHILD.fullmatch(value)
    if identifier["system"] != ENH_OID or match is None:
        raise _invalid("organisasjonen må være NO:ORGNR:<overordnet>[:<underordnet>]")
    return {"parent": match[1], "child": match[2] or ""}


def _invalid(text: str) -> OAuthError:
    return OAuthError("invalid_authorization_details", text)

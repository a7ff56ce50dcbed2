"""sfm-eea on a patient: EØS insurance and convention country, in and out (fhir.md 3.1)."""

from __future__ import annotations

import re
from typing import Any, Final

from sfm.exchange.translate.foreign import DOCUMENTS
from sfm.fhir.data_sharing import naming
from sfm.fhir.data_sharing.r4.check import is_a
from sfm.fhir.data_sharing.r4.faults import Fault

Pairs = tuple[tuple[str, str], ...]
URL: Final = f"{naming.PROFILE}sfm-eea"
# child → type, in the order of the M1
PARTS: Final = {
    "employeeinnorway": "Boolean",
    "conventioncountry": "Code",
    "eeadok": "Code",
    "eeacardid": "String",
    "eeaid": "String",
    "eeaofficename": "String",
    "eeaofficenumber": "String",
    "eeavalidfrom": "Date",
    "eeavalidto": "Date",
}
LONGEST: Final = 100
COUNTRY: Final = re.compile(r"[A-Z]{2}")


def written(pairs: Pairs) -> list[dict[str, Any]]:
    children = [
        {"url": name, f"value{PARTS[name]}": text == "true" if PARTS[name] == "Boolean" else text}
        for name, text in pairs
    ]
    return [{"url": URL, "extension": children}] if children else []


def read(content: dict[str, Any]) -> Pairs:
    """What is known of it; `faults` says what is wrong."""
    said = {name: text for name, text, _ in _children(content)}
    return tuple((name, said[name]) for name in PARTS if said.get(name))


def faults(content: dict[str, Any]) -> list[Fault]:
    found = [_fault(path, name) for name, text, path in _children(content) if text and not _fits(name, text)]
    said = dict(read(content))
    about_a_card = {name for name in said if name.startswith("eea")}
    if about_a_card and "eeadok" not in said:
        found.append(_fault("Patient.extension:sfm-eea", "eeadok"))
    return found


def _children(content: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(name, text, path)"""
    return [
        (name, _text(child), f"Patient.extension[{outer}].extension[{inner}]")
        for outer, one in enumerate(content.get("extension", ()))
        if str(one.get("url", "")).lower() == URL.lower()
        for inner, child in enumerate(one.get("extension", ()))
        if (name := str(child.get("url", "")).lower()) in PARTS
    ]


def _text(child: dict[str, Any]) -> str:
    value = next((value for name, value in child.items() if name.startswith("value")), "")
    if isinstance(value, dict):
        inner = (value.get("coding") or [value])[0]
        value = inner.get("code") or ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _fits(name: str, text: str) -> bool:
    if name == "eeadok":
        return text in DOCUMENTS
    if name == "conventioncountry":
        return COUNTRY.fullmatch(text) is not None
    if PARTS[name] == "Date":
        return is_a("date", text) and len(text) == len("2026-01-01")
    return text in ("true", "false") if PARTS[name] == "Boolean" else len(text) <= LONGEST


def _fault(path: str, name: str) -> Fault:
    return Fault(
        path=path,
        code="value",
        text="Opplysningene om EØS-trygd er ikke gyldige.",
        diagnostics=f"{name} missing or invalid",
    )

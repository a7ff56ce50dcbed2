"""The treatment's columns as people name them, and their values as people read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sfm.medication.queries import words
from sfm.medication.rules import reasons

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = {
    "name_form_strength": "Legemiddel",
    "brand": "Merkevare",
    "use_type": "Legemiddelbruk",
    "dosage_text": "Dosering",
    "indication_text": "Bruksområde",
    "starts_on": "Start",
    "dosage_ends_on": "Sluttdato dosering",
    "discontinued_at": "Seponeres",
    "discontinuation_reason": "Seponeringsårsak",
    "review_date": "Revurderes",
    "suspended_from": "Pauset fra",
    "suspended_to": "Pauset til",
    "suspension_note": "Grunn til pause",
    "in_multidose": "Multidose",
    "lifecycle": "Tilstand",
    "deletion_reason": "Grunn til sletting",
}
SHOWN = tuple(NAMES)
LIFECYCLE = {
    "active": "I bruk",
    "suspended": "Pauset",
    "discontinued": "Seponert",
    "entered_in_error": "Feilregistrert",
}
ARGUMENTS = {"reason": "Årsak", "at": "Dato", "plan": "Resept", "note": "Merknad"}


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[tuple[str, str, str], ...]:
    """(field, before, after) of what a person would call a change."""
    old, new = before or {}, after or {}
    shown = ((name, said(name, old.get(name)), said(name, new.get(name))) for name in SHOWN)
    return tuple((NAMES[name], was, now) for name, was, now in shown if was != now)


def arguments(proposal: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (label, "", _argument(name, proposal[name]))
        for name, label in ARGUMENTS.items()
        if proposal.get(name)
    )


def _argument(name: str, value: Any) -> str:
    words_of = {"reason": reasons.DISCONTINUATION, "plan": reasons.PRESCRIPTION_AFTER}.get(name)
    return words_of.get(str(value), str(value)) if words_of else day(value)


def said(name: str, value: Any) -> str:
    if value in (None, "", False):
        return ""
    if name == "use_type":
        return words.USE_TYPES.get(value, str(value))
    if name == "lifecycle":
        return LIFECYCLE.get(value, str(value))
    if name == "discontinuation_reason":
        return reasons.DISCONTINUATION.get(value, str(value))
    if name == "deletion_reason":
        return reasons.DELETION.get(value, str(value))
    return "Ja" if value is True else day(value)


def day(value: Any) -> str:
    """An ISO date or instant as a Norwegian day; anything else as it stands."""
    text = str(value)
    try:
        if "T" in text:
            return words.day(words.local_day(datetime.fromisoformat(text)))
        return words.day(date.fromisoformat(text))
    except ValueError:
        return text

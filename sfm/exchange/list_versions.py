"""(PLL) Error 226: somebody else's list came first. What both built on, theirs and ours, entry by entry (E17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.exchange.models import Message
from sfm.medication.models import ListVersion, MedicationList
from sfm.medication.queries import words
from sfm.medication.rules import pll
from sfm.medication.rules.pll import Outcome

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

STALE = "226"
SAID = {
    Outcome.OURS: "Vår gjelder",
    Outcome.THEIRS: "Deres gjelder",
    Outcome.GONE: "Går ut av listen",
    Outcome.CONFLICT: "Endret av begge: velg på raden",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry that differs. Empty text: not in that list."""

    treatment_id: str
    name: str
    base: str
    theirs: str
    ours: str
    outcome: str
    conflict: bool
    duplicate: bool


@dataclass(frozen=True, kw_only=True)
class Differences:
    signed_by: str
    signed_at: datetime
    entries: tuple[Entry, ...]


def load(patient_key: UUID) -> Differences | None:
    """None when the list was not refused, or theirs has not been fetched yet."""
    ours = _refused(patient_key)
    head = MedicationList.objects.filter(patient_key=patient_key).first()
    theirs = _version(patient_key, head.pll_head) if head is not None else None
    if ours is None or theirs is None or theirs.direction != "in":
        return None
    base = _version(patient_key, ours.parent_id)
    sides = [_by_id(version) for version in (base, theirs, ours)]
    merged = pll.three_way(*sides)
    found = [_entry(one, *sides) for one in merged]
    return Differences(
        signed_by=theirs.signed_by,
        signed_at=theirs.generated_at,
        entries=tuple(one for one in found if not one.base == one.theirs == one.ours),
    )


def _refused(patient_key: UUID) -> ListVersion | None:
    """The newest list of ours, when RF refused it for being built on an old one."""
    sent = Message.objects.filter(patient_key=patient_key, kind="ERM251", direction="out")
    last = sent.order_by("-generated_at").only("pk", "state", "errors").first()
    if last is None or last.state != "rejected" or not any(e["code"] == STALE for e in last.errors):
        return None
    return _version(patient_key, last.pk)


def _version(patient_key: UUID, pk: UUID | None) -> ListVersion | None:
    return ListVersion.objects.filter(patient_key=patient_key, pk=pk).first() if pk else None


def _by_id(version: ListVersion | None) -> dict[str, dict[str, Any]]:
    """Sent and received lists are kept in different shapes; here they say the same."""
    if version is None:
        return {}
    read = _sent if version.direction == "out" else _received
    return {entry["id"]: entry for entry in map(read, version.entries)}


def _sent(data: dict[str, Any]) -> dict[str, Any]:
    product = data["content"]
    return _said(data["id"], data["resept_id"], product, data["dosage_text"], ended=data["discontinued"])


def _received(data: dict[str, Any]) -> dict[str, Any]:
    product = data["data"]["content"]["product"]
    ended = bool(data["data"].get("discontinued_at"))
    return _said(data["lib_id"], data["resept_id"], product, data["fields"]["dosage_text"], ended=ended)


def _said(id_: str, resept_id: str, product: dict[str, Any], dose: str, *, ended: bool) -> dict[str, Any]:
    return {
        "id": id_.lower(),
        "resept_id": resept_id.lower(),
        "substance": product["atc"] or product["substance"],
        "name": product["name_form_strength"],
        "dosage_text": dose.replace("\u00a0", " "),
        "discontinued": ended,
    }


def _entry(one: pll.Merged, *sides: dict[str, dict[str, Any]]) -> Entry:
    told = [side.get(one.id) for side in sides]
    name = next((entry["name"] for entry in reversed(told) if entry), "")
    return Entry(
        treatment_id=one.id,
        name=name,
        base=_text(told[0]),
        theirs=_text(told[1]),
        ours=_text(told[2]),
        outcome=SAID[one.outcome],
        conflict=one.outcome == Outcome.CONFLICT,
        duplicate=one.duplicate,
    )


def _text(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return ""
    return f"{entry['dosage_text']}{' (seponert)' if entry['discontinued'] else ''}"


def changed_by(patient_key: UUID) -> str:
    """«Dr. Holm 22.11», when our list was refused because of theirs; "" otherwise."""
    found = load(patient_key)
    return f"{found.signed_by} {words.clock_time(found.signed_at)}" if found else ""

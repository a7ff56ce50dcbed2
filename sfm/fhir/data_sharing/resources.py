"""FHIR R4 resources of the Datadeling API, as plain JSON values (fhir.md 3.9, 3.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sfm.medication.models import JournalNote, WorkItem

PROFILE = "http://ehelse.no/fhir/StructureDefinition/"
SYSTEM = "http://ehelse.no/fhir/CodeSystem/"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"

# clinical.md 14: display and what the user is told. Codes above 100 are ours.
TASK_TYPES = {
    3: (
        "Godkjenn kladd",
        "En eller flere kladder er klar til godkjenning. Åpne pasienten i SFM for å håndtere kladden(e).",
    ),
    4: ("Send klargjort melding", "En melding må signeres og sendes. Åpne pasienten i SFM."),
    8: ("Endring på multidosepasient", "Multidosepasienten er endret i Reseptformidleren."),
    10: ("Endring på pasient", "Pasientens legemidler er endret i kjernejournal."),
    101: ("Resept slettet eller tilbakekalt av annen", "En resept er tilbakekalt av en annen rekvirent."),
    105: ("Ny PLL mottatt", "Legemiddellisten er endret av en annen virksomhet."),
    106: ("EPJ har ikke nyeste PID", "Pasienten har fått nytt fødselsnummer. Oppdater i journalsystemet."),
    107: (
        "Melding avvist eller ikke levert",
        "En melding til Reseptformidleren kom ikke fram. Åpne pasienten i SFM.",
    ),
    109: ("Utkast avvist", "Utkastet ditt ble avvist. Åpne pasienten i SFM for å se begrunnelsen."),
}


def task(item: WorkItem, *, ticket: str) -> dict[str, Any]:
    """sfm-Task. `ticket` stands for the patient; empty when the item concerns none."""
    display, text = TASK_TYPES.get(item.code, ("Oppgave", "Åpne pasienten i SFM."))
    system = SYSTEM + ("sfm-task-types" if item.code < 100 else "sfm-open-task-types")
    return {
        "resourceType": "Task",
        "id": str(item.pk),
        "meta": {"profile": [f"{PROFILE}sfm-Task"], "lastUpdated": _instant(item.updated)},
        "identifier": [{"use": "official", "value": str(item.pk)}],
        "status": "requested",
        "intent": "order",
        "code": {"coding": [{"system": system, "code": str(item.code), "display": display}]},
        "description": text,
        "authoredOn": _instant(item.created),
        "lastModified": _instant(item.updated),
    } | _references(item, ticket)


def journal_note(note: JournalNote) -> dict[str, Any]:
    """SfmJournalNote on Basic: one complex extension, author by HPR where known."""
    parts: list[dict[str, Any]] = [
        {"url": "timestamp", "valueDateTime": _instant(note.at)},
        {"url": "type", "valueCoding": {"system": f"{SYSTEM}sfm-journalnote-types", "code": note.event}},
        {"url": "encounterIdentifier", "valueIdentifier": {"value": note.encounter}},
        {"url": "text", "valueString": note.text},
    ]
    if note.treatment_id:
        reference = {"reference": f"MedicationStatement/{note.treatment_id}", "type": "MedicationStatement"}
        parts.append({"url": "reference", "valueReference": reference})
    return {
        "resourceType": "Basic",
        "id": str(note.pk),
        "meta": {"profile": [f"{PROFILE}SfmJournalNote"]},
        "extension": [{"url": f"{PROFILE}JournalNote", "extension": parts}],
        "code": {"coding": [{"system": f"{SYSTEM}sfm-basic-types", "code": "JOURNALNOTE"}]},
        "created": clock.local(note.at).date().isoformat(),
        "author": {"display": note.performer_name},
    }


def searchset(resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


def _references(item: WorkItem, ticket: str) -> dict[str, Any]:
    references: dict[str, Any] = {}
    if ticket:
        references["for"] = {"reference": f"Patient/{ticket}", "identifier": {"value": ticket}}
    if item.owner_hpr:
        references["owner"] = {"type": "Practitioner", "identifier": {"system": HPR, "value": item.owner_hpr}}
    return references


def _instant(at: datetime) -> str:
    return clock.local(at).isoformat(timespec="seconds")

"""FHIR R4 resources of the Datadeling API, as plain JSON values (fhir.md 3.9, 3.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from sfm.core import clock
from sfm.fhir.data_sharing import event_types, naming
from sfm.fhir.data_sharing.naming import HPR, PROFILE, SYSTEM

if TYPE_CHECKING:
    from datetime import datetime

    from sfm.medication.models import JournalNote, WorkItem

TASK_PROFILE = f"{PROFILE}sfm-Task"
LONGEST_TITLE = 120
NOTE_PROFILE = f"{PROFILE}SfmJournalNote"

# clinical.md 14: display and what the user is told. Codes above 100 are ours.
TASK_TYPES = {
    3: (
        "Godkjenn kladd",
        "En eller flere kladder er klar til godkjenning. Åpne pasienten i SFM for å håndtere kladden(e).",
    ),
    4: (
        "Send klargjort melding",
        "En melding må signeres og sendes. Åpne pasienten i SFM, «Signer og send».",
    ),
    6: ("Spørsmål fra apotek", "Et multidoseapotek har stilt et spørsmål. Åpne pasienten i SFM."),
    7: ("PLL kommentar", "Det er en kommentar til multidosen. Åpne pasienten i SFM."),
    8: ("Endring på multidosepasient", "Multidosepasienten er endret i Reseptformidleren."),
    10: ("Endring på pasient", "Pasientens legemidler er endret i kjernejournal."),
    103: (
        "Svar på søknad om godkjenningsfritak",
        "DMP har svart på en søknad om godkjenningsfritak. Åpne pasienten i SFM, «Meldinger».",
    ),
    104: ("Endring av multidoseansvarlig lege", "En annen lege er registrert som multidoseansvarlig."),
    108: (
        "Svar fra Helfo på refusjonssøknad",
        "Helfo har svart på en søknad om refusjon. Åpne pasienten i SFM, «Helfo».",
    ),
    110: (
        "Utkast i konflikt",
        "Behandlingen er endret etter at utkastet ble skrevet. Åpne pasienten i SFM, «Utkast».",
    ),
    111: (
        "Legemiddelgjennomgang forfaller",
        "Datoen for neste legemiddelgjennomgang er passert. Åpne pasienten i SFM, «Gjennomgang».",
    ),
    115: ("Revurderingsdato passert", "En behandling skulle vært vurdert på nytt."),
    116: (
        "Resept utløper snart",
        "En resept utløper snart. Åpne behandlingen i SFM og forny, eller be om å slippe å bli minnet.",
    ),
    113: ("FEST-oppdatering feilet", "Legemiddelregisteret FEST er ikke oppdatert."),
    114: ("Ny informasjon i RF", "Pasienten har ny informasjon i Reseptformidleren. Åpne pasienten i SFM."),
    11: ("FEST-varsel", "FEST har et varsel som gjelder virksomheten."),
    102: (
        "Utleveringsrapport til fastlege mottatt",
        "Et apotek har meldt hva pasienten har fått. Åpne pasienten i SFM, «Meldinger».",
    ),
    101: ("Resept slettet eller tilbakekalt av annen", "En resept er tilbakekalt av en annen rekvirent."),
    105: ("Ny PLL mottatt", "Legemiddellisten er endret av en annen virksomhet."),
    106: ("EPJ har ikke nyeste PID", "Pasienten har fått nytt fødselsnummer. Oppdater i journalsystemet."),
    107: (
        "Melding avvist eller ikke levert",
        "En melding til Reseptformidleren kom ikke fram. Åpne pasienten i SFM, «Meldinger».",
    ),
    112: (
        "Verify til Reseptformidleren feilet",
        "Reseptformidleren har ikke bekreftet virksomheten. Åpne Virksomhetsportalen.",
    ),
    109: (
        "Utkast avvist",
        "Utkastet ditt ble avvist. Åpne pasienten i SFM, «Utkast», for å se begrunnelsen.",
    ),
}


# Our own codes under the documented one they fall back on; None: told to nobody who does not know ours
FALLBACK: Final[dict[int, int | None]] = {
    101: 10,
    102: 10,
    103: 4,
    104: 8,
    105: 10,
    106: 10,
    107: 4,
    108: 10,
    109: 3,
    110: 3,
    111: None,
    112: 11,
    113: 11,
    114: 10,
    115: None,
    116: None,
}


def task(item: WorkItem, *, ticket: str) -> dict[str, Any]:
    """sfm-Task. `ticket` stands for the patient; empty when the item concerns none. A code of ours has the documented
    one it falls back on beside it."""
    display, text = TASK_TYPES.get(item.code, ("Oppgave", "Åpne pasienten i SFM."))
    own = f"{settings.PUBLIC_ORIGIN}/fhir/CodeSystem/sfm-open-task-types"
    system = f"{SYSTEM}sfm-task-types" if item.code < 100 else own
    return {
        "resourceType": "Task",
        "id": str(item.pk),
        "meta": {"profile": [TASK_PROFILE], "lastUpdated": instant(item.updated)},
        "identifier": [{"use": "official", "value": str(item.pk)}],
        "status": "requested",
        "intent": "order",
        "code": {
            "coding": [{"system": system, "code": str(item.code), "display": display}, *_documented(item)]
        },
        "description": text,
        "authoredOn": instant(item.created),
        "lastModified": instant(item.updated),
    } | _references(item, ticket)


def _documented(item: WorkItem) -> list[dict[str, Any]]:
    code = FALLBACK.get(item.code)
    if code is None:
        return []
    return [{"system": f"{SYSTEM}sfm-task-types", "code": str(code), "display": TASK_TYPES[code][0]}]


def journal_note(note: JournalNote, hpr: str = "", *, of_ware: bool = False) -> dict[str, Any]:
    """SfmJournalNote on Basic: one complex extension, author by HPR where known. `of_ware`: what it is about."""
    kind = {"system": f"{SYSTEM}sfm-journalnote-types", "code": note.event}
    if display := event_types.EVERY.get(note.event):
        kind["display"] = display
    parts: list[dict[str, Any]] = [
        {"url": "timestamp", "valueDateTime": instant(note.at)},
        {"url": "type", "valueCoding": kind},
        {
            "url": "title",
            "valueString": note.text.partition(". ")[0].rstrip(".")[:LONGEST_TITLE] or note.event,
        },
        {"url": "text", "valueString": note.text},
    ]
    if note.encounter:
        parts.insert(2, {"url": "encounterIdentifier", "valueIdentifier": {"value": note.encounter}})
    if note.treatment_id:
        about = naming.item(note.treatment_id, is_ware=of_ware)
        parts.append({"url": "reference", "valueReference": about})
    if note.comment:
        parts.append({"url": "comment", "valueString": note.comment})
    return {
        "resourceType": "Basic",
        "id": str(note.pk),
        "meta": {"profile": [NOTE_PROFILE]},
        "extension": [{"url": f"{PROFILE}JournalNote", "extension": parts}],
        "code": {"coding": [{"system": f"{SYSTEM}sfm-basic-types", "code": "JOURNALNOTE"}]},
        "created": clock.local(note.at).date().isoformat(),
        "author": _author(note, hpr),
    }


def _author(note: JournalNote, hpr: str) -> dict[str, Any]:
    known = {"identifier": {"system": HPR, "value": hpr}} if hpr else {}
    return known | {"display": note.performer_name}


def _references(item: WorkItem, ticket: str) -> dict[str, Any]:
    references: dict[str, Any] = {}
    if ticket:
        references["for"] = {"reference": f"Patient/{ticket}", "identifier": {"value": ticket}}
    if item.owner_hpr:
        references["owner"] = {"type": "Practitioner", "identifier": {"system": HPR, "value": item.owner_hpr}}
    return references


def instant(at: datetime) -> str:
    return clock.local(at).isoformat(timespec="seconds")

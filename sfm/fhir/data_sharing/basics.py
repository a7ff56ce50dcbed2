"""Basic: the journal notes of an encounter or a patient, and who changed since (integration.md 8, 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sfm.core.errors import NotFound
from sfm.fhir.data_sharing import doors, indicators, list_items, records, resources, reviews
from sfm.fhir.data_sharing.offers import TICKET, Answer, Call, Offer
from sfm.fhir.data_sharing.params import wrong
from sfm.identity import users
from sfm.medication.models import JournalNote
from sfm.medication.queries import agenda
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ENCOUNTER = 200  # characters


def search(call: Call) -> Answer:
    if call.params.get("_tag").rpartition("|")[2].lower() == "indicator":
        return indicators.search(call)
    asked = QUERIES.get(call.params.get("_query").upper())
    if asked is None:
        raise wrong("_query", f"must be one of {', '.join(QUERIES)}, or _tag=indicator")
    return asked(call)


def read(call: Call, ident: str) -> Answer:
    """A ware of the patient's list, or a journal note."""
    if not call.ticket:
        raise wrong(TICKET, "is required")
    key = call.patient()
    row = list_items.find(key, ident)
    if row is not None and product_kinds.is_ware(row.product_kind):
        return Answer(resources=tuple(list_items.resources([row], call.ticket)), patient=key)
    notes = list(JournalNote.objects.filter(pk=_uuid(ident), patient_key=key))
    if not notes:
        raise NotFound(detail="nothing of this patient's")
    call.actor.require("lib.view")
    return Answer(resources=_notes(notes).resources, patient=key)


def journal_notes(call: Call) -> Answer:
    return _of_patient(call) if call.ticket else _of_encounter(call)


def _of_encounter(call: Call) -> Answer:
    encounter = call.params.get("encounterIdentifier")
    if not 0 < len(encounter) <= MAX_ENCOUNTER:
        raise wrong("encounterIdentifier", "or patientTicket is required")
    return _notes(agenda.notes_of_encounter(encounter, actor=call.actor))


def _of_patient(call: Call) -> Answer:
    key, since = call.patient(), call.params.moment("modified")
    call.actor.require("lib.view")
    notes = JournalNote.objects.filter(patient_key=key).order_by("at")
    if since is not None:
        notes = notes.filter(at__gt=since)
    found = _notes(list(notes[: agenda.MOST]))
    return Answer(resources=found.resources, patient=key)


def _notes(notes: Sequence[JournalNote]) -> Answer:
    numbers = users.hpr_of(note.performer_id for note in notes)
    wares = list_items.wares_of(note.treatment_id for note in notes)
    shown = (
        resources.journal_note(note, numbers.get(note.performer_id, ""), of_ware=note.treatment_id in wares)
        for note in notes
    )
    return Answer(resources=tuple(shown))


def _uuid(ident: str) -> UUID:
    try:
        return UUID(ident)
    except ValueError:
        return UUID(int=0)


QUERIES: Final[Mapping[str, Callable[[Call], Answer]]] = {
    "JOURNALNOTE": journal_notes,
    "HISTORY": records.history,
    "MESSAGES": records.messages,
    "DRUGREVIEW": reviews.search,
}
OFFER = Offer(
    type="Basic",
    profile=resources.NOTE_PROFILE,
    admit=doors.clinical,
    params={
        "_query": "string",
        "encounterIdentifier": "string",
        TICKET: "string",
        "modified": "date",
        "_tag": "token",
        "identifier": "token",
        "from": "date",
        "type": "string",
        "treatment": "reference",
        "due": "date",
        "to": "date",
    },
    search=search,
    read=read,
)

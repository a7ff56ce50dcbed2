"""`GET Task?type=None|NonPatient&code=…&codeNot=…`: what waits for the caller or for anyone (integration.md 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from sfm.core.errors import Invalid
from sfm.core.ids import Hpr, PatientKey
from sfm.fhir.data_sharing import doors, outcome, resources, task_look_ups
from sfm.fhir.data_sharing.offers import TICKET, Answer, Call, Offer, Resource
from sfm.fhir.data_sharing.params import wrong
from sfm.medication.queries import agenda
from sfm.patients import ticket

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.medication.models import WorkItem

TYPES = ("", "none", "nonpatient", "md", "kj")
LOOK_UPS = ("md", "kj")


def search(call: Call) -> Answer:
    kind = call.params.get("type").lower()
    if kind not in TYPES:
        raise wrong("type", "must be None, MD, KJ or NonPatient")
    found = _as_known(agenda.work_items(actor=call.actor), call)
    items = [item for item in found if _wanted(item, call, kind)]
    patients = _patients(call)
    if patients is not None:
        items = [item for item in items if item.patient_key in patients]
    tickets = _tickets(call, (item.patient_key for item in items))
    return Answer(
        resources=tuple(resources.task(item, ticket=tickets.get(item.patient_key, "")) for item in items),
        included=_about_look_ups(call) if kind in LOOK_UPS else (),
    )


def _as_known(items: Iterable[WorkItem], call: Call) -> list[WorkItem]:
    """To a record system that knows the documented codes alone, ours come under those, several of one as one."""
    known = settings.EXTENDED_TASK_CLIENTS
    if "*" in known or call.place.caller.client_id in known:
        return list(items)
    shown: dict[tuple[object, ...], WorkItem] = {}
    for item in items:
        code = resources.FALLBACK.get(item.code, item.code)
        if code is not None:
            item.code = code
            shown.setdefault((code, item.patient_key, item.owner_hpr), item)
    return list(shown.values())


def _wanted(item: WorkItem, call: Call, kind: str) -> bool:
    wanted, unwanted = _codes(call, "code"), _codes(call, "codeNot")
    since = call.params.moment("_lastUpdated")
    owner = _owner(call)
    return (
        (not wanted or item.code in wanted)
        and item.code not in unwanted
        and not (kind == "nonpatient" and item.patient_key)
        and not (owner and item.owner_hpr != owner)
        and (since is None or item.updated > since)
    )


def _owner(call: Call) -> str:
    text = call.params.get("owner").rpartition("|")[2].rpartition("/")[2]
    try:
        return Hpr.parse(text).value if text else ""
    except Invalid as error:
        raise wrong("owner", "must be an HPR number") from error


def _codes(call: Call, name: str) -> set[int]:
    text = call.params.get(name)
    try:
        return {int(code.rpartition("|")[2]) for code in text.split(",") if code.strip()}
    except ValueError as error:
        raise wrong(name, "must be numbers with commas between") from error


def _patients(call: Call) -> set[UUID] | None:
    """The patients asked for; None when the question is not about any in particular."""
    if call.ticket:
        return {call.patient()}
    return set(task_look_ups.named(call)) if call.params.has("pid") else None


def _tickets(call: Call, patients: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """The caller's own ticket for each patient, issued on the spot where there was none."""
    owner = call.owner
    return {patient: ticket.issue(owner, PatientKey(patient)).value for patient in set(patients) if patient}


def _about_look_ups(call: Call) -> tuple[Resource, ...]:
    """Nothing to say when every source has answered."""
    if call.asked == 0:
        return ()
    said = (
        f"Oppslaget pågår fortsatt for {call.asked} pasienter. Spør igjen om litt."
        if call.asked
        else "Oppslag ble ikke utført. Svaret er det SFM kjenner fra før."
    )
    issue = {"severity": "information", "code": "incomplete", "details": {"text": said}}
    return (outcome.information(issue, call.trace_id),)


OFFER = Offer(
    type="Task",
    profile=resources.TASK_PROFILE,
    admit=doors.clinical,
    params={
        "type": "string",
        "code": "token",
        "codeNot": "token",
        "owner": "token",
        "pid": "token",
        TICKET: "string",
        "_lastUpdated": "date",
    },
    search=search,
    before=task_look_ups.before,
)

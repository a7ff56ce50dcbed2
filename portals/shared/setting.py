"""`setPatient`: from a ticket to a patient context in the session (integration.md 4.2, decision 2)."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sfm.audit.record import record
from sfm.core.errors import Invalid, SfmError
from sfm.exchange import lookup
from sfm.identity import actors, logins, users
from sfm.patients import ticket as tickets
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from sfm.core.actor import Actor
    from sfm.core.ids import PatientKey
    from sfm.identity.models import Practitioner

log = logging.getLogger(__name__)
LONGEST_REFERENCE = 200
NOBODY = (
    "Behandleren journalsystemet oppgir (HPR-nummer) er ikke aktiv bruker her. Du arbeider på egne vegne."
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The fields of the message; unknown ones are ignored, booleans may be strings, missing means true."""

    ticket: str = field(repr=False)
    on_behalf_of: str = ""
    encounter: str = ""
    show_allergies: bool = True
    show_lib: bool = True


def read(content: dict[str, Any]) -> Wanted:
    ticket = content.get("ticket")
    if not isinstance(ticket, str) or not 0 < len(ticket) <= tickets.MAX_LENGTH:
        raise Invalid("Pasientbilletten mangler.")
    return Wanted(
        ticket=ticket,
        on_behalf_of=_text(content.get("onBehalfOf")),
        encounter=_text(content.get("encounterIdentifier")),
        show_allergies=_flag(content.get("showAllergies")),
        show_lib=_flag(content.get("showLib")),
    )


def set_patient(session: SessionBase, wanted: Wanted) -> str:
    """Open the ticket, remember the patient, start looking up. Returns the patient context for the address.

    The same patient again keeps the context, so that another frame showing it goes on working.
    """
    login = session["login"]
    patient = tickets.open_ticket(login["owner"], wanted.ticket)
    actor = actors.from_dict(session["actor"])
    with journal_scope(journals.find(actor.journal_id)):
        helped = _acted_for(wanted.on_behalf_of, actor)
        hpr = helped.hpr if helped else ""
        actor = replace(actor, on_behalf_of=hpr, encounter=wanted.encounter)
        record(actor, "patient.open", patient=patient)
        _look_up(patient, actor, login["login_id"])
    kept = session.get("patient") or {}
    ctx: str = kept["ctx"] if kept.get("patient_key") == str(patient) else secrets.token_urlsafe(9)
    # all at once and last: what failed must not leave the one patient with the other's encounter
    session["actor"] = actors.as_dict(actor)
    session["patient"] = {
        "ctx": ctx,
        "patient_key": str(patient),
        "ticket_hash": tickets.log_name(wanted.ticket),
        "on_behalf_of": hpr,
        "on_behalf_of_name": helped.name if helped else "",
        "encounter": wanted.encounter,
        "show_allergies": wanted.show_allergies,
        "show_lib": wanted.show_lib,
        "notice": NOBODY if wanted.on_behalf_of.lstrip("0") not in ("", hpr, actor.hpr) else "",
    }
    return ctx


def _acted_for(hpr: str, actor: Actor) -> Practitioner | None:
    """The active practitioner acted for; None for oneself, and for whoever cannot be acted for."""
    try:
        helped = users.find_by_hpr(hpr) if hpr else None
    except Invalid:
        return None
    return helped if helped is not None and helped.may_enter and helped.hpr != actor.hpr else None


def _look_up(patient: PatientKey, actor: Actor, login_id: str) -> None:
    """The local list is shown whatever happens to the sources: their state stands in the banner."""
    try:
        lookup.start(patient_key=patient, by=actor, token=logins.token_of(login_id))
    except SfmError as error:
        log.warning("look-up not started: %s %s", error.code, error.detail)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if len(text) > LONGEST_REFERENCE:
        raise Invalid("Referansen fra journalsystemet er for lang.")
    return text.strip()


def _flag(value: object) -> bool:
    return str(value).lower() != "false"

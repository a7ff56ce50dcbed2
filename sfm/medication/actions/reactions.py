"""(Kritisk legemiddelreaksjon) What the patient must not be given again; and «Ingen kjente» as a recorded fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import ledger, lists
from sfm.medication.models import CriticalReaction
from sfm.medication.rules.reaction_words import CERTAINTIES, NEED_COMMENT, REACTIONS

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import MedicationList

AGENT_KINDS = ("substance", "atc", "brand", "excipient", "text")

LONGEST_AGENT = 255


@transaction.atomic
def register(
    *,
    agent_kind: str,
    agent_text: str,
    reaction: str,
    certainty: str,
    by: Actor,
    patient: UUID,
    agent_code: str = "",
    severity: str = "",
    source_of_information: str = "",
    discovered_on: date | None = None,
    comment: str = "",
) -> CriticalReaction:
    """Register a reaction. The same agent with the same reaction is the same reaction (clinical.md 3.6)."""
    by.require("reaction.register")
    _check(agent_kind, agent_text, reaction, certainty, comment, discovered_on)
    head = lists.touch(patient)
    if _known(patient, agent_kind, agent_code, agent_text, reaction):
        raise Conflict("Denne legemiddelreaksjonen er allerede registrert.")
    now = clock.now()
    row = CriticalReaction.objects.create(
        patient_key=patient,
        agent_kind=agent_kind,
        agent_code=agent_code,
        agent_text=agent_text.strip(),
        reaction=reaction,
        severity=severity,
        certainty=certainty,
        verification="1",
        source_of_information=source_of_information,
        discovered_on=discovered_on,
        comment=comment.strip(),
        known_to=["lokal"],
        registered_by=by.name,
        updated=now,
        created=now,
    )
    _forget_none_known(head)
    ledger.audit("reaction.registered", by=by, patient=patient, subject=row)
    text = f"Legemiddelreaksjon: {row.agent_text}. {REACTIONS[reaction]}."
    ledger.note("ReactionRegistered", text, by=by, patient=patient)
    return row


@transaction.atomic
def refute(*, reaction_id: UUID, by: Actor, patient: UUID, comment: str) -> CriticalReaction:
    """The reaction proved wrong (7524 2); it stays in history with the reason."""
    by.require("reaction.register")
    if not comment.strip():
        raise Invalid(fields={"comment": "Skriv hvorfor reaksjonen avkreftes."})
    lists.touch(patient)
    row = CriticalReaction.objects.select_for_update().filter(pk=reaction_id, patient_key=patient).first()
    if row is None or not row.active:
        raise NotFound
    row.verification, row.certainty, row.active = "2", "", False
    row.comment, row.updated = comment.strip(), clock.now()
    row.save()
    ledger.audit("reaction.refuted", by=by, patient=patient, subject=row)
    ledger.note("ReactionRefuted", f"Legemiddelreaksjon avkreftet: {row.agent_text}.", by=by, patient=patient)
    return row


@transaction.atomic
def none_known(*, by: Actor, patient: UUID) -> MedicationList:
    """«Ingen kjente», by whom and when; differs from «Ikke kartlagt»."""
    by.require("reaction.register")
    head = lists.touch(patient)
    if CriticalReaction.objects.filter(patient_key=patient, active=True).exists():
        raise Conflict("Pasienten har registrerte legemiddelreaksjoner.")
    head.no_known_reactions_at, head.no_known_reactions_by = clock.now(), by.name
    head.save(update_fields=["no_known_reactions_at", "no_known_reactions_by"])
    ledger.audit("reaction.none_known", by=by, patient=patient)
    return head


def _check(
    kind: str, text: str, reaction: str, certainty: str, comment: str, discovered_on: date | None
) -> None:
    problems = {}
    if kind not in AGENT_KINDS or not text.strip():
        problems["agent"] = "Velg eller skriv hva pasienten reagerte på."
    elif len(text) > LONGEST_AGENT:
        problems["agent"] = f"Skriv høyst {LONGEST_AGENT} tegn."
    if reaction not in REACTIONS:
        problems["reaction"] = "Velg hva som skjedde."
    elif reaction in NEED_COMMENT and not comment.strip():
        problems["comment"] = "Skriv hva slags reaksjon det var."
    if certainty not in CERTAINTIES:
        problems["certainty"] = "Velg hvor sikkert det er."
    if discovered_on is not None and discovered_on > clock.today():
        problems["discovered_on"] = "Datoen kan ikke være i framtiden."
    if problems:
        raise Invalid(fields=problems)


def _known(patient: UUID, kind: str, code: str, text: str, reaction: str) -> bool:
    same = CriticalReaction.objects.filter(
        patient_key=patient, active=True, agent_kind=kind, reaction=reaction
    )
    if code:
        return bool(same.filter(agent_code=code).exists())
    return any(row.agent_text.casefold() == text.strip().casefold() for row in same)


def _forget_none_known(head: MedicationList) -> None:
    if head.no_known_reactions_at is not None:
        head.no_known_reactions_at, head.no_known_reactions_by = None, ""
        head.save(update_fields=["no_known_reactions_at", "no_known_reactions_by"])

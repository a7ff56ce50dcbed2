"""(Kritisk legemiddelreaksjon) What the patient must not be given again; and «Ingen kjente» as a recorded fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import ledger, lists
from sfm.medication.models import CriticalReaction, ReactionEvent
from sfm.medication.reaction_rows import KEPT, snapshot, told
from sfm.medication.rules import reaction_match, reasons
from sfm.medication.rules.reaction_words import CERTAINTIES, NEED_COMMENT, REACTIONS

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import MedicationList

AGENT_KINDS = ("substance", "atc", "brand", "excipient", "text")
LONGEST_AGENT = 255
ATC = re.compile(r"[A-Z]\d{2}([A-Z]([A-Z](\d{2})?)?)?")
REGISTER = "reaction.register"
KNOWN = "Denne legemiddelreaksjonen er allerede registrert."


@dataclass(frozen=True, kw_only=True)
class Content:
    """What the form decides about a reaction."""

    agent_kind: str
    agent_text: str
    reaction: str
    certainty: str
    agent_code: str = ""
    severity: str = ""
    source_of_information: str = ""
    discovered_on: date | None = None
    comment: str = ""


@transaction.atomic
def register(*, by: Actor, patient: UUID, **said: Any) -> CriticalReaction:
    """Register a reaction; `said` are the fields of Content. The same agent with the same reaction is the same reaction
    (clinical.md 3.6)."""
    by.require(REGISTER)
    content = Content(**said)
    _check(content)
    head = lists.touch(patient)
    now = clock.now()
    row = CriticalReaction(
        patient_key=patient,
        verification="1",
        known_to=["lokal"],
        registered_by=by.name,
        updated=now,
        created=now,
    )
    _fill(row, content)
    if _known(row):
        raise Conflict(KNOWN)
    row.save(force_insert=True)
    _forget_none_known(head)
    _remember(row, "registered", {}, by)
    text = f"Legemiddelreaksjon: {row.agent_text}. {REACTIONS[row.reaction]}."
    ledger.note("ReactionRegistered", text, by=by, patient=patient, comment=row.comment)
    return row


@transaction.atomic
def change(*, reaction_id: UUID, content: Content, by: Actor, patient: UUID) -> CriticalReaction:
    """Correct or structure a reaction, wherever it came from; the history keeps what it said."""
    by.require(REGISTER)
    _check(content)
    row = _active(reaction_id, patient)
    before = snapshot(row)
    _fill(row, content)
    if _known(row):
        raise Conflict("Da blir reaksjonen lik en som er registrert. Slå dem sammen i stedet.")
    if snapshot(row) == before:
        return row
    row.updated = clock.now()
    row.save()
    structured = before["agent_kind"] == "text" and row.agent_kind != "text"
    _remember(row, "structured" if structured else "changed", before, by)
    text = f"Legemiddelreaksjon endret: {row.agent_text}."
    ledger.note("ReactionChanged", text, by=by, patient=patient, comment=row.comment)
    return row


@transaction.atomic
def merge(*, reaction_id: UUID, away_id: UUID, by: Actor, patient: UUID) -> CriticalReaction:
    """«Slå sammen»: two that tell of one agent become one. The other stays in the history."""
    by.require(REGISTER)
    row, away = _active(reaction_id, patient), _active(away_id, patient)
    if row.pk == away.pk or not reaction_match.same_agent(told(row), told(away)):
        raise Invalid("Bare reaksjoner på det samme kan slås sammen.")
    before, gone = snapshot(row), snapshot(away)
    row.known_to = sorted({*row.known_to, *away.known_to})
    row.comment = " ".join(
        filter(None, (row.comment, REACTIONS.get(away.reaction, ""), away.comment))
    ).strip()
    away.active, row.updated, away.updated = False, clock.now(), clock.now()
    row.save()
    away.save()
    _remember(away, "merged_away", gone, by)
    _remember(row, "merged", before, by)
    return row


@transaction.atomic
def refute(*, reaction_id: UUID, by: Actor, patient: UUID, comment: str) -> CriticalReaction:
    """The reaction proved wrong (7524 2); it stays in history with the reason."""
    by.require(REGISTER)
    if not comment.strip():
        raise Invalid(fields={"comment": "Skriv hvorfor reaksjonen avkreftes."})
    row = _active(reaction_id, patient)
    before = snapshot(row)
    row.verification, row.certainty, row.active = "2", "", False
    row.comment, row.updated = comment.strip(), clock.now()
    row.save()
    _remember(row, "refuted", before, by, note=comment.strip())
    text = f"Legemiddelreaksjon avkreftet: {row.agent_text}."
    ledger.note("ReactionRefuted", text, by=by, patient=patient, comment=row.comment)
    return row


@transaction.atomic
def keep_both(*, reaction_id: UUID, other_id: UUID, by: Actor, patient: UUID) -> CriticalReaction:
    """«Behold begge»: two that tell of one agent are two reactions, and are not shown as alike any more."""
    by.require(REGISTER)
    row, other = _active(reaction_id, patient), _active(other_id, patient)
    if row.pk == other.pk or not reaction_match.alike(told(row), told(other)):
        raise Invalid("Reaksjonene ligner ikke på hverandre.")
    for one, apart in ((row, other), (other, row)):
        one.kept_apart = sorted({*one.kept_apart, str(apart.pk)})
        one.save(update_fields=["kept_apart"])
        _remember(one, "kept_both", snapshot(one), by, note=REACTIONS.get(apart.reaction, ""))
    return row


@transaction.atomic
def delete(*, reaction_id: UUID, by: Actor, patient: UUID, grounds: str, comment: str) -> CriticalReaction:
    """Taken out because it should never have stood there (9237); the history keeps it. A reaction that proved wrong is
    refuted instead."""
    by.require(REGISTER)
    problems = {}
    if grounds not in reasons.DELETION:
        problems["grounds"] = "Velg hvorfor den slettes."
    if not comment.strip():
        problems["comment"] = "Skriv hva som er feil."
    if problems:
        raise Invalid(fields=problems)
    row = _active(reaction_id, patient)
    before = snapshot(row)
    row.active, row.deletion_reason, row.updated = False, grounds, clock.now()
    row.save()
    note = f"{reasons.DELETION[grounds]}. {comment.strip()}"
    _remember(row, "deleted", before, by, note=note)
    text = f"Legemiddelreaksjon slettet: {row.agent_text}. Årsak: {reasons.DELETION[grounds].lower()}."
    ledger.note("ReactionDeleted", text, by=by, patient=patient, comment=comment)
    return row


def check_new(content: Content, patient: UUID) -> None:
    """What is proposed must be possible to register. Raises Invalid, or Conflict for what is registered already."""
    _check(content)
    row = CriticalReaction(patient_key=patient)
    _fill(row, content)
    if _known(row):
        raise Conflict(KNOWN)


@transaction.atomic
def none_known(*, by: Actor, patient: UUID) -> MedicationList:
    """«Ingen kjente», by whom and when; differs from «Ikke kartlagt»."""
    by.require(REGISTER)
    head = lists.touch(patient)
    if CriticalReaction.objects.filter(patient_key=patient, active=True).exists():
        raise Conflict("Pasienten har registrerte legemiddelreaksjoner.")
    head.no_known_reactions_at, head.no_known_reactions_by = clock.now(), by.name
    head.save(update_fields=["no_known_reactions_at", "no_known_reactions_by"])
    ledger.audit("reaction.none_known", by=by, patient=patient)
    return head


def remember(
    row: CriticalReaction, verb: str, before: dict[str, Any], *, by_name: str, note: str = ""
) -> None:
    """History of what a source brought, without a person of this journal behind it."""
    _event(row, verb, before, note=note, by_id=None, by_name=by_name)


def _remember(row: CriticalReaction, verb: str, before: dict[str, Any], by: Actor, *, note: str = "") -> None:
    _event(row, verb, before, note=note, by_id=by.practitioner_id, by_name=by.name)
    ledger.audit(f"reaction.{verb}", by=by, patient=row.patient_key, subject=row)


def _event(
    row: CriticalReaction, verb: str, before: dict[str, Any], *, note: str, by_id: UUID | None, by_name: str
) -> None:
    after = snapshot(row)
    names = [name for name in KEPT if before.get(name) != after[name]]
    ReactionEvent.objects.create(
        reaction_id=row.pk,
        patient_key=row.patient_key,
        verb=verb,
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names},
        note=note,
        by_id=by_id,
        by_name=by_name,
        at=clock.now(),
    )


def _active(reaction_id: UUID, patient: UUID) -> CriticalReaction:
    lists.touch(patient)
    row = CriticalReaction.objects.select_for_update().filter(pk=reaction_id, patient_key=patient).first()
    if row is None or not row.active:
        raise NotFound
    return row


def _fill(row: CriticalReaction, content: Content) -> None:
    for name in (
        "agent_kind",
        "agent_code",
        "reaction",
        "severity",
        "certainty",
        "source_of_information",
        "discovered_on",
    ):
        setattr(row, name, getattr(content, name))
    row.agent_text, row.comment = content.agent_text.strip(), content.comment.strip()


def _check(content: Content) -> None:
    problems = {}
    if content.agent_kind not in AGENT_KINDS or not content.agent_text.strip():
        problems["agent"] = "Velg eller skriv hva pasienten reagerte på."
    elif len(content.agent_text) > LONGEST_AGENT:
        problems["agent"] = f"Skriv høyst {LONGEST_AGENT} tegn."
    elif content.agent_kind == "atc" and not ATC.fullmatch(content.agent_code):
        problems["agent"] = "Begynn med en ATC-kode, for eksempel J01CA eller J01CE02."
    if content.reaction not in REACTIONS:
        problems["reaction"] = "Velg hva som skjedde."
    elif content.reaction in NEED_COMMENT and not content.comment.strip():
        problems["comment"] = "Skriv hva slags reaksjon det var."
    if content.certainty not in CERTAINTIES:
        problems["certainty"] = "Velg hvor sikkert det er."
    if content.discovered_on is not None and content.discovered_on > clock.today():
        problems["discovered_on"] = "Datoen kan ikke være i framtiden."
    if problems:
        raise Invalid(fields=problems)


def _known(row: CriticalReaction) -> bool:
    others = CriticalReaction.objects.filter(patient_key=row.patient_key, active=True).exclude(pk=row.pk)
    return any(reaction_match.same(told(row), told(other)) for other in others)


def _forget_none_known(head: MedicationList) -> None:
    if head.no_known_reactions_at is not None:
        head.no_known_reactions_at, head.no_known_reactions_by = None, ""
        head.save(update_fields=["no_known_reactions_at", "no_known_reactions_by"])

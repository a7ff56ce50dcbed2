"""(Kritiske legemiddelreaksjoner) Everything the page of reactions shows: what warns, what is alike, history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.medication.models import CriticalReaction, Draft, MedicationList, ReactionEvent
from sfm.medication.queries import reactions, words
from sfm.medication.reaction_rows import told
from sfm.medication.rules import reaction_match
from sfm.medication.rules.reaction_words import CERTAINTIES, REACTIONS, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

VERBS = {
    "registered": "Registrert",
    "changed": "Endret",
    "structured": "Strukturert",
    "merged": "Slått sammen",
    "merged_away": "Slått sammen med en annen",
    "refuted": "Avkreftet",
    "kept_both": "Beholdt ved siden av en som ligner",
    "deleted": "Slettet",
    "found": "Funnet i oppslag",
    "updated": "Oppdatert fra kjernejournal",
}
FIELDS = {
    "agent_text": "Reagerer på",
    "reaction": "Reaksjon",
    "severity": "Alvorlighet",
    "certainty": "Sikkerhet",
    "discovered_on": "Oppdaget",
    "comment": "Kommentar",
}
TERMS = {"reaction": REACTIONS, "severity": SEVERITIES, "certainty": CERTAINTIES}
KJ = {
    "waiting": "Meldes til kjernejournal",
    "told": "Meldt til kjernejournal",
    "refused": "Ikke meldt til kjernejournal",
}


@dataclass(frozen=True, kw_only=True)
class ReactionHistory:
    at: datetime
    by: str
    verb: str
    changes: tuple[tuple[str, str, str], ...]
    note: str


@dataclass(frozen=True, kw_only=True)
class ReactionCard:
    id: UUID
    agent: str
    agent_kind: str
    said: str  # «anafylaktisk reaksjon – bekreftet»
    severity: str
    warns: bool
    sources: str
    registered_by: str
    registered_on: date
    discovered_on: date | None
    comment: str
    kj: str  # what KJ has been told, in words; "" when it needs nothing
    kj_state: str
    kj_error: str
    follows_list: bool  # goes to RF with the next shared list
    alike: tuple[tuple[UUID, str], ...]
    history: tuple[ReactionHistory, ...]
    deletion_reason: str = ""  # 9237


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A reaction somebody without the right to register it has proposed."""

    draft_id: UUID
    agent: str
    said: str
    comment: str  # to the one who decides
    author: str
    author_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReactionPage:
    active: tuple[ReactionCard, ...]
    refuted: tuple[ReactionCard, ...]
    proposed: tuple[Proposal, ...] = ()
    deleted: tuple[ReactionCard, ...] = ()


def load(patient_key: UUID) -> ReactionPage:
    """Four SQL queries."""
    rows = sorted(
        CriticalReaction.objects.filter(patient_key=patient_key), key=lambda row: row.agent_text.casefold()
    )
    events: dict[UUID, list[ReactionEvent]] = {}
    for event in ReactionEvent.objects.filter(patient_key=patient_key).order_by("-at"):
        events.setdefault(event.reaction_id, []).append(event)
    has_list = MedicationList.objects.filter(patient_key=patient_key, has_pll=True).exists()
    active = [row for row in rows if row.active]
    return ReactionPage(
        active=tuple(_card(row, active, events, has_list) for row in active),
        refuted=tuple(_card(row, [], events, False) for row in rows if row.verification == "2"),
        proposed=tuple(_proposal(draft) for draft in _drafts(patient_key)),
        deleted=tuple(_card(row, [], events, False) for row in rows if row.deletion_reason),
    )


def content_of(reaction_id: UUID, patient_key: UUID) -> dict[str, Any]:
    """What the form is filled with when a reaction is corrected or structured; {} for what is not there."""
    row = CriticalReaction.objects.filter(pk=reaction_id, patient_key=patient_key, active=True).first()
    if row is None:
        return {}
    names = (
        "agent_kind",
        "agent_text",
        "reaction",
        "severity",
        "certainty",
        "source_of_information",
        "comment",
    )
    found = {name: getattr(row, name) for name in names}
    found["agent_text"] = _written(row.agent_kind, row.agent_code, row.agent_text)
    return found | {"discovered_on": row.discovered_on.isoformat() if row.discovered_on else ""}


def proposed_content(draft_id: UUID, patient_key: UUID) -> dict[str, Any]:
    """What the form is filled with when a proposal is changed; {} for what is not there."""
    draft = next((one for one in _drafts(patient_key) if one.pk == draft_id), None)
    if draft is None:
        return {}
    day = draft.proposal.get("discovered_on") or ""
    said = draft.proposal
    agent = _written(said["agent_kind"], said.get("agent_code", ""), said["agent_text"])
    return dict(said) | {"discovered_on": day, "to_approver": draft.comment, "agent_text": agent}


def _written(kind: str, code: str, text: str) -> str:
    """The agent as the form takes it: an ATC group by its code and name."""
    return f"{code} {text}" if kind == "atc" and not text.startswith(code) else text


def proposed_fields(proposal: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """(field, before, after), as every draft shows what it proposes."""
    return tuple(
        (label, "", _said(name, proposal.get(name))) for name, label in FIELDS.items() if proposal.get(name)
    )


def _drafts(patient_key: UUID) -> list[Draft]:
    found = Draft.objects.filter(
        patient_key=patient_key, kind="reaction", state__in=("submitted", "deferred")
    )
    return list(found.order_by("created"))


def _proposal(draft: Draft) -> Proposal:
    said = draft.proposal
    sure = CERTAINTIES.get(said["certainty"], "").lower()
    return Proposal(
        draft_id=draft.pk,
        agent=said["agent_text"],
        said=f"{REACTIONS.get(said['reaction'], '').lower()} – {sure}",
        comment=draft.comment,
        author=draft.author_name,
        author_id=draft.author_id,
    )


def _card(
    row: CriticalReaction,
    others: list[CriticalReaction],
    events: dict[UUID, list[ReactionEvent]],
    has_list: bool,
) -> ReactionCard:
    return ReactionCard(
        id=row.pk,
        agent=row.agent_text,
        agent_kind=row.agent_kind,
        said=reactions.words_of(row),
        severity=SEVERITIES.get(row.severity, ""),
        warns=reactions.warns(row),
        sources=" · ".join(row.known_to),
        registered_by=row.registered_by,
        registered_on=words.local_day(row.created),
        discovered_on=row.discovered_on,
        comment=row.comment,
        kj=KJ.get(row.kj_state, ""),
        kj_state=row.kj_state,
        kj_error=row.kj_error,
        follows_list=has_list and "PLL" not in row.known_to and row.agent_kind not in ("text", "excipient"),
        alike=tuple(
            (other.pk, reactions.words_of(other))
            for other in others
            if str(other.pk) not in row.kept_apart and reaction_match.alike(told(row), told(other))
        ),
        history=tuple(_history(event) for event in events.get(row.pk, ())),
        deletion_reason=row.deletion_reason,
    )


def _history(event: ReactionEvent) -> ReactionHistory:
    before, after = event.before or {}, event.after or {}
    return ReactionHistory(
        at=event.at,
        by=event.by_name,
        verb=VERBS.get(event.verb, event.verb),
        changes=tuple(
            (label, _said(name, before.get(name)), _said(name, after.get(name)))
            for name, label in FIELDS.items()
            if name in after and before and before.get(name) != after[name]
        ),
        note=event.note,
    )


def _said(name: str, value: object) -> str:
    return TERMS.get(name, {}).get(str(value or ""), str(value or ""))

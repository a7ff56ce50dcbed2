"""The strip of critical reactions (CAVE). One SQL query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.models import CriticalReaction
from sfm.medication.queries import words
from sfm.medication.queries.rows import ReactionLine, Reactions
from sfm.medication.rules.reaction_words import CERTAINTIES, REACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.medication.models import MedicationList


def load(patient_key: UUID, head: MedicationList) -> Reactions:
    return of_rows(rows(patient_key), head)


def rows(patient_key: UUID) -> list[CriticalReaction]:
    found = CriticalReaction.objects.filter(patient_key=patient_key, active=True)
    return sorted(found, key=lambda row: row.agent_text.casefold())


def of_rows(found: Iterable[CriticalReaction], head: MedicationList) -> Reactions:
    lines = tuple(_line(row) for row in found)
    at = head.no_known_reactions_at
    if lines or at is None:
        return Reactions(lines=lines)
    by = head.no_known_reactions_by
    return Reactions(lines=(), none_known=f"Ingen kjente ({by}, {words.day(words.local_day(at))})")


def words_of(row: CriticalReaction) -> str:
    """«angioødem/alvorlig generalisert urticaria – bekreftet»"""
    what = REACTIONS.get(row.reaction, "Ukjent reaksjon").lower()
    sure = CERTAINTIES.get(row.certainty, "").lower()
    return f"{what} – {sure}" if sure else what


def warns(row: CriticalReaction) -> bool:
    """Free text cannot fire a warning; neither can a name FEST does not know."""
    return row.agent_kind == "excipient" or (row.agent_kind != "text" and bool(row.agent_code))


def _line(row: CriticalReaction) -> ReactionLine:
    return ReactionLine(
        id=row.id,
        agent=row.agent_text,
        reaction=REACTIONS.get(row.reaction, "Ukjent reaksjon").lower(),
        certainty=CERTAINTIES.get(row.certainty, "").lower(),
        warns=warns(row),
        sources=" · ".join(row.known_to),
    )

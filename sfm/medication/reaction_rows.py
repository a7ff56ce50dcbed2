"""Between a reaction's row and the values that hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.medication.rules.reaction_match import Told

if TYPE_CHECKING:
    from sfm.medication.models import CriticalReaction

KEPT = (
    "agent_kind", "agent_code", "agent_text", "reaction", "severity", "certainty", "verification",
    "source_of_information", "discovered_on", "comment", "active",
)  # fmt: skip


def told(row: CriticalReaction) -> Told:
    return Told(kind=row.agent_kind, code=row.agent_code, text=row.agent_text, reaction=row.reaction)


def snapshot(row: CriticalReaction) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in KEPT}
    return values | {"discovered_on": row.discovered_on.isoformat() if row.discovered_on else None}

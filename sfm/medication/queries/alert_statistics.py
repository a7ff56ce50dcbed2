"""(Varselstatistikk) What warnings do in an organisation, per kind and interaction. No patient data exists to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Sum

from sfm.core import clock
from sfm.medication.models import AlertTally
from sfm.medication.queries import knowledge
from sfm.medication.rules import alerts

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sfm.fest.models import Interaction

KINDS = {
    "reaction": "Kritisk legemiddelreaksjon (CAVE)",
    "interaction": "Interaksjon",
    "duplicate": "Dobbeltforskrivning",
    "group": "Samme ATC-gruppe",
}
GONE = "interaksjon som ikke er i FEST lenger"


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    grade: str  # in words
    fired: int
    accepted: int
    changed: int

    @property
    def neither(self) -> int:
        """Shown, and neither accepted nor acted on in so many words."""
        return max(self.fired - self.accepted - self.changed, 0)

    @property
    def accepted_share(self) -> int:
        """Per cent of those shown that were set aside: a high share is a warning nobody heeds."""
        return round(100 * self.accepted / self.fired) if self.fired else 0


def lines(*, days: int, organisations: Collection[UUID]) -> tuple[Line, ...]:
    """Most shown first."""
    since = clock.today() - timedelta(days=days)
    rows = (
        AlertTally.objects.filter(day__gt=since, organisation_id__in=organisations)
        .values("kind", "grade", "interaction_id")
        .annotate(fired=Sum("fired"), accepted=Sum("accepted"), changed=Sum("changed"))
    )
    found = list(rows)
    texts = knowledge.texts(row["interaction_id"] for row in found if row["interaction_id"])
    made = [
        Line(
            name=_name(row["kind"], row["interaction_id"], texts.get(row["interaction_id"])),
            grade=alerts.TITLES.get(row["grade"], ""),
            fired=row["fired"],
            accepted=row["accepted"],
            changed=row["changed"],
        )
        for row in found
    ]
    return tuple(sorted(made, key=lambda line: (-line.fired, line.name)))


def _name(kind: str, interaction: str, text: Interaction | None) -> str:
    if not interaction:
        return KINDS.get(kind, kind)
    if text is None:
        return f"Interaksjon: {GONE}"
    parts = [group["name"] or ", ".join(member[0] for member in group["members"]) for group in text.groups]
    return " – ".join(parts)

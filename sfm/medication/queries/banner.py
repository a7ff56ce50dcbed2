"""What stands above every screen of a patient: reactions, the age of each source, PLL, and what is unsent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum

from sfm.medication.models import MedicationList, SourceStatus, Treatment
from sfm.medication.queries import reactions, sources

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.medication.queries.rows import Reactions, SourceLine


@dataclass(frozen=True, kw_only=True)
class Banner:
    reactions: Reactions
    sources: tuple[SourceLine, ...]
    has_pll: bool
    unsent_count: int
    in_lar: bool = False

    @property
    def asking(self) -> bool:
        return any(line.state == "asking" for line in self.sources)


def load(patient_key: UUID) -> Banner:
    """Four SQL queries."""
    head = MedicationList.objects.filter(patient_key=patient_key).first() or MedicationList(
        patient_key=patient_key
    )
    return Banner(
        reactions=reactions.load(patient_key, head),
        sources=sources.load(patient_key),
        has_pll=head.has_pll,
        in_lar=head.in_lar,
        unsent_count=Treatment.objects.filter(patient_key=patient_key).exclude(unsent_verb="").count(),
    )


def news(patient_key: UUID) -> int:
    """Changes that the last answers of the sources brought."""
    found = SourceStatus.objects.filter(patient_key=patient_key).aggregate(Sum("news"))
    return int(found["news__sum"] or 0)

"""(Historikk) What happened to the patient's treatments, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.medication import content_rows
from sfm.medication.models import Treatment, TreatmentEvent
from sfm.medication.queries import detail
from sfm.medication.queries.rows import HistoryLine

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor

MOST = 300  # events shown


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    treatment_id: UUID
    product: str
    line: HistoryLine


def load(patient_key: UUID, *, actor: Actor, since: date | None = None) -> tuple[TimelineEntry, ...]:
    """What was done since a day, newest first. Two SQL queries."""
    actor.require("lib.view")
    products = dict(Treatment.objects.filter(patient_key=patient_key).values_list("pk", "name_form_strength"))
    found = TreatmentEvent.objects.filter(patient_key=patient_key).order_by("-at")
    events = (found.filter(at__gte=content_rows.midnight(since)) if since else found)[:MOST]
    return tuple(
        TimelineEntry(
            treatment_id=event.treatment_id,
            product=products.get(event.treatment_id) or _name_then(event),
            line=detail.history_line(event),
        )
        for event in events
    )


def _name_then(event: TreatmentEvent) -> str:
    """Of a row that is gone: undone, or joined to another."""
    said = event.before or event.after or {}
    return str(said.get("name_form_strength", ""))

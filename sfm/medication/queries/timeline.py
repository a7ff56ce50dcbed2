"""(Historikk) What happened to the patient's treatments, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.medication import content_rows
from sfm.medication.models import MergeDecision, Treatment, TreatmentEvent
from sfm.medication.queries import detail, merge_log
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
    about: tuple[str, ...] = ()  # «resept i Reseptformidleren, Dr. Y 03.03.2026»


def load(patient_key: UUID, *, actor: Actor, since: date | None = None) -> tuple[TimelineEntry, ...]:
    """What was done since a day, newest first, and about which record of which source. Three SQL queries."""
    actor.require("lib.view")
    products = dict(Treatment.objects.filter(patient_key=patient_key).values_list("pk", "name_form_strength"))
    found = TreatmentEvent.objects.filter(patient_key=patient_key).order_by("-at")
    events = (found.filter(at__gte=content_rows.midnight(since)) if since else found)[:MOST]
    decisions = MergeDecision.objects.filter(patient_key=patient_key).order_by("at")
    recent = decisions.filter(at__gte=content_rows.midnight(since)) if since else decisions
    about: dict[UUID, list[str]] = {}
    silent: list[TimelineEntry] = []
    for one in recent:
        if one.event_id is not None:
            about.setdefault(one.event_id, []).append(merge_log.decided(one).about)
        elif one.kind in merge_log.WITHOUT_EVENT and one.treatment_id in products:
            silent.append(_silent(one, one.treatment_id, products[one.treatment_id]))
    told = [
        TimelineEntry(
            treatment_id=event.treatment_id,
            product=products.get(event.treatment_id) or _name_then(event),
            line=detail.history_line(event),
            about=tuple(about.get(event.pk, ())),
        )
        for event in events
    ]
    return tuple(sorted([*told, *silent], key=lambda entry: entry.line.at, reverse=True)[:MOST])


def _silent(one: MergeDecision, treatment_id: UUID, product: str) -> TimelineEntry:
    """A decision that left no line in the history of the treatment: nothing of it changed."""
    said = merge_log.decided(one)
    line = HistoryLine(at=said.at, by=said.by, verb=said.what, changes=said.changes, note=said.note)
    return TimelineEntry(treatment_id=treatment_id, product=product, line=line, about=(said.about,))


def _name_then(event: TreatmentEvent) -> str:
    """Of a row that is gone: undone, or joined to another."""
    said = event.before or event.after or {}
    return str(said.get("name_form_strength", ""))

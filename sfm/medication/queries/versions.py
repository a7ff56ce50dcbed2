"""What a row said at a version somebody saw, and what has been changed since: the ground of every three-way view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.medication import content_rows
from sfm.medication.models import TreatmentEvent
from sfm.medication.queries import fields

if TYPE_CHECKING:
    from datetime import datetime

    from sfm.medication.models import Treatment


@dataclass(frozen=True, kw_only=True)
class Since:
    """`base` is the row as it was; `changes` what a person would call a change: (field, before, after)."""

    base: dict[str, Any]
    changes: tuple[tuple[str, str, str], ...]
    by: str = ""
    at: datetime | None = None


def since(row: Treatment, version: int) -> Since:
    """Walks the history back. One SQL query."""
    events = list(
        TreatmentEvent.objects.filter(
            treatment_id=row.pk, patient_key=row.patient_key, version__gt=version
        ).order_by("-version", "-at")
    )
    now = content_rows.snapshot(row)
    base = dict(now)
    for event in events:
        base |= event.before or {}
    last = events[0] if events else None
    return Since(
        base=base,
        changes=fields.differences(base, now),
        by=last.by_name if last else "",
        at=last.at if last else None,
    )


def told(row: Treatment, version: int) -> str:
    """For the person who came second (E12): who, when and what. Nothing was stored."""
    found = since(row, version)
    if found.at is None:
        return "Raden er oppdatert siden du så den. Ingenting er lagret. Se over og prøv igjen."
    said = "; ".join(
        f"{name}: «{before or 'tom'}» → «{after or 'tom'}»" for name, before, after in found.changes
    )
    what = f": {said}" if said else ""
    when = f"{clock.local(found.at):%H:%M}"
    return f"{found.by} endret raden kl. {when}{what}. Ingenting er lagret. Se over og prøv igjen."

"""(Utskrift) What is kept about a patient, on paper: change log, Helfo's decisions and applications, the letter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.medication.queries import helfo, in_use, timeline
from sfm.tenancy.models import Organisation

if TYPE_CHECKING:
    from sfm.printing.printouts import Wish

QUARTER, THREE_YEARS = timedelta(days=92), timedelta(days=3 * 365)


def change_log(wish: Wish) -> dict[str, Any]:
    """Three months; three years for who may see that far. `subject`: of one treatment alone, from its beginning."""
    far = THREE_YEARS if wish.long and wish.actor.may("history.extended") else QUARTER
    since = None if wish.subject else clock.today() - far
    found = timeline.load(wish.patient, actor=wish.actor, since=since)
    if wish.subject:
        found = tuple(one for one in found if one.treatment_id == wish.subject)
        if not found:
            raise NotFound
    return {"entries": found, "since": since, "product": found[0].product if wish.subject else ""}


def decisions(wish: Wish) -> dict[str, Any]:
    found = helfo.decision_lines(wish.patient)
    if not found:
        raise NotFound
    return {"decisions": found}


def application(wish: Wish) -> dict[str, Any]:
    view = helfo.application(wish.subject or UUID(int=0), wish.patient)
    return {"view": view, "unsigned": view.line.is_draft, "mark": "IKKE SENDT"}


def letter(wish: Wish) -> dict[str, Any]:
    """(LIB for korrespondanse) What the receiver must know of the list, and whether it may change (portals.md 6)."""
    listed = in_use.load(wish.patient, actor=wish.actor)
    rows = [
        row for group in listed.groups if group.key not in ("inactive", "discontinued") for row in group.rows
    ]
    return {
        "listed": listed,
        "rows": rows,
        "future": {row.id: day for row in rows if (day := begins_later(row))},
        "unit": Organisation.objects.get(pk=wish.actor.organisation_id),
        "undecided": sum(len(group.rows) for group in listed.groups if group.key == "inactive"),
        "unsigned": listed.unsent_count > 0,
    }


def begins_later(row: Any) -> str:
    """The day, as the list says it; "" when the treatment has begun."""
    return next((str(line.value) for line in row.dates if line.label == "START" and line.future), "")

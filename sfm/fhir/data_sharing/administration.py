"""`List?_query=administration&from=&to=`: each treatment's text, then each dose of the period (fhir.md 3.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sfm.core import clock
from sfm.fhir.data_sharing import list_items, naming, outcome
from sfm.fhir.data_sharing.params import wrong
from sfm.fhir.data_sharing.resources import instant
from sfm.medication.models import Lifecycle
from sfm.medication.rules import dosage_data, dose_events, product_kinds, units

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sfm.fhir.data_sharing.offers import Call, Resource
    from sfm.medication.models import Treatment
    from sfm.medication.rules.dose_events import DoseEvent

QUERY: Final = "administration"
LONGEST: Final = timedelta(days=366)
TIMES_OF_DAY: Final = {
    "1": "Morgen",
    "2": "Formiddag",
    "3": "Midt på dagen",
    "4": "Ettermiddag",
    "5": "Kveld",
    "6": "Natt",
}


def period(call: Call) -> tuple[datetime, datetime]:
    first, last = call.params.moment("from"), call.params.moment("to")
    if first is None or last is None:
        raise wrong("from", "and to are required")
    if not first < last <= first + LONGEST:
        raise wrong("to", "must come after from, and within a year")
    return first, last


def statements(call: Call, rows: Iterable[Treatment]) -> tuple[list[Resource], list[Resource]]:
    """Those in use at some time of the period, and what is to be said of them."""
    first, last = period(call)
    shown, said = [row for row in rows if _in_use(row, first, last)], []
    made = list_items.resources(shown, call.ticket)
    for row, resource in zip(shown, made, strict=True):
        if product_kinds.is_ware(row.product_kind):
            continue  # has no dose to be given
        try:
            resource["dosage"] += [
                _dose(row, number, event) for number, event in enumerate(_events(row, first, last), 2)
            ]
        except dose_events.TooMany:
            text = "Doseringen av et legemiddel er ikke regnet ut: perioden har for mange doser."
            issue = {"severity": "information", "code": "too-costly", "details": {"text": text}}
            said.append(outcome.information(issue, call.trace_id))
    return made, said[:1]


def _in_use(row: Treatment, first: datetime, last: datetime) -> bool:
    if row.lifecycle == Lifecycle.ENTERED_IN_ERROR or (
        row.starts_on and row.starts_on > clock.local(last).date()
    ):
        return False
    ends = row.discontinued_at
    return not (row.lifecycle == Lifecycle.DISCONTINUED and ends is None) and (ends is None or ends > first)


def _events(row: Treatment, first: datetime, last: datetime) -> tuple[DoseEvent, ...]:
    """Nothing while it is paused, and nothing that cannot be counted out."""
    found = dose_events.events(
        dosage_data.from_data(row.dosage),
        starts_on=row.starts_on,
        first=first,
        last=last,
        ends_on=row.dosage_ends_on,
        stops=row.discontinued_at,
    )
    return tuple(event for event in found or () if not _paused(row, event.at))


def _paused(row: Treatment, at: datetime) -> bool:
    if row.lifecycle != Lifecycle.SUSPENDED:
        return False
    day = clock.local(at).date()
    from_, to = row.suspended_from, row.suspended_to
    return (from_ is None or day >= from_) and (to is None or day <= to)


def _dose(row: Treatment, number: int, event: DoseEvent) -> dict[str, Any]:
    timing: dict[str, Any] = {"event": [instant(event.at)]}
    if event.time_of_day:
        timing["code"] = naming.coded(
            f"{naming.VOLVEN}8325", event.time_of_day, TIMES_OF_DAY[event.time_of_day]
        )
    quantity: dict[str, Any] = {"value": event.amount}
    if row.dose_unit:
        quantity |= {
            "unit": units.wire_term(row.dose_unit),
            "system": f"{naming.VOLVEN}7480",
            "code": row.dose_unit,
        }
    return {"sequence": number, "timing": timing, "doseAndRate": [{"doseQuantity": quantity}]}

"""`Patient?medications=`: who uses, or has used, a medicine; for reports to DMP (fhir.md 3.1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from sfm.core import clock
from sfm.core.ids import PatientKey
from sfm.fhir.data_sharing import naming, patient_form
from sfm.fhir.data_sharing.offers import Answer, Call
from sfm.fhir.data_sharing.params import wrong
from sfm.medication.content_rows import midnight
from sfm.medication.models import Lifecycle, Treatment
from sfm.patients import vault

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

ATC: Final = (f"{naming.VOLVEN}7180", "http://www.whocc.no/atc")
SHORTEST_ATC: Final = 1
MOST: Final = 1_000  # patients of an answer
MEDICATIONS: Final = "medications"
STILL_SHOWN: Final = timedelta(days=90)  # as row_view.recently_ended


def search(call: Call) -> Answer:
    """Without a period those with the medicine on the list now; with one, those who had it at some time in it."""
    call.actor.require("lib.view")  # administrators may write patients, and see nobody's medicines
    chosen = Q()
    for system, code in call.params.tokens(MEDICATIONS):
        chosen |= _of_code(naming.system(system), code)
    if not chosen:
        raise wrong(MEDICATIONS, "must be ATC, FEST id or varenummer")
    rows = Treatment.objects.filter(chosen).exclude(lifecycle=Lifecycle.ENTERED_IN_ERROR)
    first, last = _period(call)
    keys = sorted(_on_the_list(rows.filter(_during(first, last)), now=first is None and last is None))
    people = vault.open_identities(keys[:MOST])
    shown = tuple(patient_form.resource(key, people[key]) for key in keys[:MOST] if key in people)
    return Answer(resources=shown, detail={"bulk": True, "patients": len(keys)})


def _of_code(system: str, code: str) -> Q:
    if system in ATC:
        return Q(atc__startswith=code.upper()) if len(code) >= SHORTEST_ATC else Q()
    if system in (naming.FEST, ""):
        return Q(fest_id=code) | Q(varenr=code)
    raise wrong(MEDICATIONS, "has an unknown system")


def _period(call: Call) -> tuple[date | None, date | None]:
    """`period=<start>,<end>`, each may be left out; also `start` and `end`."""
    start, _, end = call.params.get("period").partition(",")
    found = [_day(start or call.params.get("start")), _day(end or call.params.get("end"))]
    if found[0] and found[1] and found[1] < found[0]:
        raise wrong("period", "ends before it begins")
    return found[0], found[1]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10]) if text.strip() else None
    except ValueError as error:
        raise wrong("period", "must be dates") from error


def _during(first: date | None, last: date | None) -> Q:
    chosen = Q()
    if last is not None:
        chosen &= Q(starts_on=None) | Q(starts_on__lte=last)
    if first is not None:
        chosen &= Q(discontinued_at=None) | Q(discontinued_at__gt=midnight(first))
    return chosen


def _on_the_list(rows: QuerySet[Treatment], *, now: bool) -> set[PatientKey]:
    """With no period: in use, or ended so lately that the list still shows it."""
    found = rows.only("patient_key", "lifecycle", "discontinued_at")
    if now:
        found = found.filter(
            Q(lifecycle__in=(Lifecycle.ACTIVE, Lifecycle.SUSPENDED)) | Q(discontinued_at__gt=_recent())
        )
    return {PatientKey(row.patient_key) for row in found}


def _recent() -> datetime:
    return clock.now() - STILL_SHOWN

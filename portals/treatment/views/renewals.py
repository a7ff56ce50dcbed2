"""What the list says after «Forny merkede»: how many were renewed, which were not, and why not as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from portals.shared import whole
from portals.treatment.forms.particulars import person_of
from sfm.medication.queries import renewal

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest
    from sfm.medication.queries.renewal import LeftOut

DONE, LEFT_OUT, STALE = "fornyet", "ikke", "endret"  # in the address


@dataclass(frozen=True, kw_only=True)
class Told:
    said: str
    left_out: tuple[LeftOut, ...]


def told(request: PatientRequest) -> Told | None:
    """None unless the address says that something was renewed. A reason that no longer holds is not repeated."""
    done = whole.read(request.GET.get(DONE, ""))
    if done is None:
        return None
    asked = _ids(request, LEFT_OUT), _ids(request, STALE)
    left_out: tuple[LeftOut, ...] = ()
    if any(asked):
        left_out = renewal.of_patient(
            *asked, patient_key=request.patient.key, actor=request.actor, person=person_of(request)
        )
    return Told(said=_said(done, len(left_out)), left_out=left_out)


def _said(done: int, left: int) -> str:
    renewed = f"{done} fornyet. Sendes når du signerer." if done else "Ingen er fornyet."
    return f"{renewed} {left} ble ikke fornyet:" if left else renewed


def _ids(request: PatientRequest, name: str) -> set[UUID]:
    found = set()
    for text in request.GET.getlist(name):
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found

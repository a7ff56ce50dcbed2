"""(Legemiddelgjennomgang, søk) Everybody's reviews with the patients' names: the vault is opened here, and logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.audit.record import record
from sfm.core.ids import PatientKey
from sfm.medication.queries import reviews
from sfm.patients import vault

if TYPE_CHECKING:
    from datetime import date

    from sfm.core.actor import Actor
    from sfm.medication.queries.reviews import ReviewLineOfAll

RIGHT = "review.write"


@dataclass(frozen=True, kw_only=True)
class NamedReview:
    name: str
    born: date | None
    line: ReviewLineOfAll


def search(*, by: Actor, template: str = "", who: str = "", due: bool = False) -> tuple[NamedReview, ...]:
    """One row of the access log per patient shown."""
    by.require(RIGHT)
    found = reviews.search(template=template, by=who, due=due)
    people = vault.open_identities(PatientKey(line.patient_key) for line in found)
    for line in found:
        record(by, "read.review", patient=line.patient_key, subject=("MedicationReview", line.id))
    return tuple(
        NamedReview(name=person.name, born=person.born, line=line)
        for line in found
        if (person := people.get(PatientKey(line.patient_key))) is not None
    )

"""(Legemiddelbruk) «Gjør til fast, kur, ved behov»: a change of one thing, with what follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.medication import content_rows
from sfm.medication.actions import rows, treatments
from sfm.medication.queries import renewal

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import PrescriptionTerms
    from sfm.medication.models import Treatment

OFFERED = {"1": "Fast", "2": "Kur", "3": "Ved behov"}  # 9101
COURSE = "2"


@transaction.atomic
def change_use_type(
    *,
    treatment_id: UUID,
    use_type: str,
    by: Actor,
    patient: UUID,
    version: int,
    ends_on: date | None = None,
) -> Treatment:
    """Change 9101. A course needs its last day; when it becomes something else, that day goes. A valid prescription
    is written anew, because the pharmacy sees the use."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    if use_type not in OFFERED or use_type == row.use_type:
        raise Invalid(fields={"use_type": "Velg en annen bruk."})
    if use_type == COURSE and ends_on is None:
        raise Invalid(fields={"discontinue_on": "En kur må ha seponeringsdato."})
    content = content_rows.content_of(row, None)
    content = replace(
        content,
        use_type=use_type,
        discontinue_on=ends_on if use_type == COURSE else None,
        dosage_ends_on=None if use_type != COURSE else content.dosage_ends_on,
        prescription=_terms(row),
    )
    return treatments.change(treatment_id=row.pk, content=content, by=by, patient=patient, version=version)


def _terms(row: Treatment) -> PrescriptionTerms | None:
    standing = rows.draft_prescription(row) or rows.active_prescription(row)
    if standing is None:
        return None
    if standing.expires_on <= clock.today():
        return renewal.next_terms(standing, row)
    return content_rows.terms_of(standing)

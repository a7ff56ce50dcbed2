"""A draft that the approver changes first: the prescribing form's «Lagre» approves it with that change."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from portals.treatment.forms.copying import DRAFT
from sfm.medication.actions import drafts

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest
    from sfm.medication.content import TreatmentContent


def draft_of(request: PatientRequest) -> UUID | None:
    """The draft the form was opened from."""
    try:
        return UUID(request.GET.get(DRAFT, ""))
    except ValueError:
        return None


def approve(request: PatientRequest, content: TreatmentContent, version: int | None = None) -> UUID | None:
    """`version`: of the row as the form showed it. Returns the treatment."""
    draft = draft_of(request)
    if draft is None:
        return None
    done = drafts.approve(
        draft_id=draft,
        by=request.actor,
        patient=request.patient.key,
        content=content,
        seen_version=version,
    )
    return done.pk if done is not None else None

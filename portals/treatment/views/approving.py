"""A draft in the prescribing form: the approver's «Lagre» approves it with that change, its author's words it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portals.treatment.forms import copying
from sfm.medication.actions import drafts, proposals
from sfm.medication.queries import drafts as views

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PatientRequest
    from sfm.medication.content import TreatmentContent


SEEN = "lest"  # in the address: the wording of the draft that was shown
draft_of = copying.draft_of


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
        seen=request.GET.get(SEEN, ""),
    )
    return done.pk if done is not None else None


def reword(
    request: PatientRequest, content: TreatmentContent, comment: str, version: int | None = None
) -> UUID | None:
    """Of the author's own draft. Returns it; None when the form was not opened from one."""
    draft = draft_of(request)
    found = views.proposed(draft, patient_key=request.patient.key) if draft else None
    if draft is None or found is None or found.author_id != request.actor.practitioner_id:
        return None
    return proposals.change(
        draft_id=draft,
        by=request.actor,
        patient=request.patient.key,
        content=content,
        comment=comment,
        version=version,
        seen=request.GET.get(SEEN, ""),
    ).pk

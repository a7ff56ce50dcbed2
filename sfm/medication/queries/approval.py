"""(Godkjenning) What an approver must look at: a draft's alerts as they are now; and what can go in a bunch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication import content_data
from sfm.medication.models import Treatment
from sfm.medication.queries import alert_facts, warnings

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import Draft
    from sfm.medication.queries.warnings import Card

WRITES = ("new_treatment", "change")
WORDED = (*WRITES, "renew")  # can be written anew in the form: a renewal then becomes a change
GIVES = (*WRITES, "renew", "confirm")  # the rest end something: they meet no warning
ADDICTIVE = ("A", "B")


def card(draft: Draft, *, patient_key: UUID, actor: Actor) -> Card | None:
    """Recalculated for whoever approves; None for a draft that gives nothing."""
    if draft.kind in WRITES:
        content, about = content_data.from_data(draft.proposal), draft.treatment_id or draft.pk
        return warnings.of_content(content, patient_key=patient_key, actor=actor, treatment_id=about)
    if draft.kind in GIVES and draft.treatment_id:
        return warnings.of_treatment(draft.treatment_id, patient_key=patient_key, actor=actor)
    return None


def one_by_one(draft: Draft, patient: UUID) -> bool:
    """Never in «Godkjenn alle»: A and B, reactions, a changed base, a red warning or CAVE nobody has handled."""
    if draft.kind == "reaction":  # becomes a fact that KJ and all others will read
        return True
    about = draft.treatment_id
    row = Treatment.objects.filter(pk=about, patient_key=patient).first() if about else None
    group = row.dispensing_group if row else ""
    if draft.kind in WRITES:
        group = draft.proposal["product"].get("dispensing_group", "") or group
    if group in ADDICTIVE or (row is not None and row.version != draft.base_version):
        return True
    return draft.state != "submitted" or _warns(draft, patient)


def _warns(draft: Draft, patient: UUID) -> bool:
    picture = alert_facts.load(patient) if draft.kind in GIVES else None
    if picture is None:
        return False
    about = draft.treatment_id or draft.pk
    if draft.kind in WRITES:
        picture = warnings.written(picture, content_data.from_data(draft.proposal), about)
    return any(judged.blocks for judged in picture.judged({about}))

"""(Utkast) What waits for a decision, with before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.medication import content_data, content_rows
from sfm.medication.models import Draft, Treatment
from sfm.medication.queries import fields, row_actions

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent

KINDS = {
    "new_treatment": "Ny behandling",
    "change": "Endring",
    "renew": "Fornying",
    "discontinue": "Seponering",
    "recall": "Tilbakekalling",
    "confirm": "Bekreft i bruk",
}


@dataclass(frozen=True, kw_only=True)
class DraftView:
    """One draft as the approver sees it. `stale`: the treatment has changed since it was written."""

    id: UUID
    treatment_id: UUID | None
    kind: str
    title: str  # «Endring: Metoprolol depottablett 50 mg»
    changes: tuple[tuple[str, str, str], ...]  # (field, before, after)
    comment: str
    author: str
    created: datetime
    stale: bool
    dispensing_group: str  # A and B are never approved in a batch
    actions: tuple[str, ...]


def load(patient_key: UUID, actor: Actor) -> tuple[DraftView, ...]:
    """Drafts to decide, oldest first. Two SQL queries."""
    drafts = Draft.objects.filter(patient_key=patient_key, state="submitted").order_by("created")
    found = list(drafts)
    ids = [draft.treatment_id for draft in found if draft.treatment_id]
    treatments = {row.pk: row for row in Treatment.objects.filter(patient_key=patient_key, pk__in=ids)}
    return tuple(
        _view(draft, treatments.get(draft.treatment_id) if draft.treatment_id else None, actor)
        for draft in found
    )


def content_of(draft_id: UUID, *, patient_key: UUID) -> TreatmentContent | None:
    """The content a draft proposes, to prefill the approver's form; None when it proposes no content."""
    draft = Draft.objects.filter(pk=draft_id, patient_key=patient_key).first()
    if draft is None or draft.kind not in ("new_treatment", "change"):
        return None
    return content_data.from_data(draft.proposal)


def _view(draft: Draft, row: Treatment | None, actor: Actor) -> DraftView:
    product = row.name_form_strength if row else draft.proposal["product"]["name_form_strength"]
    group = row.dispensing_group if row else draft.proposal["product"]["dispensing_group"]
    return DraftView(
        id=draft.pk,
        treatment_id=draft.treatment_id,
        kind=draft.kind,
        title=f"{KINDS[draft.kind]}: {product}",
        changes=_changes(draft, row),
        comment=draft.comment,
        author=draft.author_name,
        created=draft.created,
        stale=row is not None and row.version != draft.base_version,
        dispensing_group=group,
        actions=tuple(row_actions.of_draft(draft, actor=actor)),
    )


def _changes(draft: Draft, row: Treatment | None) -> tuple[tuple[str, str, str], ...]:
    if draft.kind not in ("new_treatment", "change"):
        return fields.arguments(draft.proposal)
    proposed = Treatment()
    content_rows.fill(proposed, content_data.from_data(draft.proposal))
    before: dict[str, Any] = content_rows.snapshot(row, fields.SHOWN) if row else {}
    return fields.differences(*content_rows.changes(before, content_rows.snapshot(proposed, fields.SHOWN)))

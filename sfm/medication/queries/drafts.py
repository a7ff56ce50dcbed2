"""(Utkast) What waits for a decision, with before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.medication import content_data, content_rows
from sfm.medication.models import Delivery, Draft, Prescription, Treatment
from sfm.medication.queries import approval, fields, reaction_cards, renewal, row_actions, three_ways

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.queries.three_ways import ThreeWay
    from sfm.medication.queries.warnings import Card

KINDS = {
    "new_treatment": "Ny behandling",
    "change": "Endring",
    "renew": "Fornying",
    "discontinue": "Seponering",
    "recall": "Tilbakekalling",
    "confirm": "Bekreft i bruk",
    "reaction": "Legemiddelreaksjon",
}
DONE = {  # what the verbs without arguments come to: field, before, after
    "confirm": ("Status", "Ikke bekreftet", "I bruk"),
    "recall": ("Resept", "Gjelder", "Tilbakekalles. Behandlingen beholdes, uten resept"),
}
REMEMBERED = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class DraftView:
    """One draft as the approver sees it. `stale`: the treatment has changed since it was written."""

    id: UUID
    treatment_id: UUID | None
    kind: str
    title: str  # «Endring: Metoprolol depottablett 50 mg»
    standing: str  # «1 tablett morgen – Høyt blodtrykk», as it is now; "" for what is not on the list
    changes: tuple[tuple[str, str, str], ...]  # (field, before, after)
    comment: str
    author: str
    created: datetime
    stale: bool
    dispensing_group: str  # A and B are never approved in a batch
    addressee_hpr: str
    deferred: str  # why it is put off, and by whom; "" when it is not
    together: bool  # may go in «Godkjenn alle»
    card: Card | None  # the alerts, as they are now, for whoever approves
    three_way: ThreeWay | None  # of a stale draft
    form: str  # where its author writes it anew, or the approver changes it first; "" when there is nothing to change
    actions: tuple[str, ...]
    mine: bool  # the actor wrote it, and may change it until somebody decides
    stamp: str  # which wording of it this is


def load(patient_key: UUID, actor: Actor) -> tuple[DraftView, ...]:
    """Drafts to decide, oldest first. Two SQL queries."""
    drafts = Draft.objects.filter(patient_key=patient_key, state__in=Draft.OPEN).order_by("created")
    found = list(drafts)
    ids = [draft.treatment_id for draft in found if draft.treatment_id]
    treatments = {row.pk: row for row in Treatment.objects.filter(patient_key=patient_key, pk__in=ids)}
    return tuple(
        _view(draft, treatments.get(draft.treatment_id) if draft.treatment_id else None, actor)
        for draft in found
    )


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """What the author is told of a draft somebody said no to."""

    title: str
    why: str
    by: str
    at: datetime


def rejected(patient_key: UUID, actor: Actor) -> tuple[Rejected, ...]:
    """The actor's own, of the last month. One or two SQL queries."""
    found = Draft.objects.filter(
        patient_key=patient_key,
        author_id=actor.practitioner_id,
        state="rejected",
        decided_at__gte=clock.now() - REMEMBERED,
    )
    drafts = list(found.order_by("-decided_at"))
    ids = [draft.treatment_id for draft in drafts if draft.treatment_id]
    names: dict[UUID | None, str] = dict(
        Treatment.objects.filter(patient_key=patient_key, pk__in=ids).values_list("pk", "name_form_strength")
    )
    return tuple(
        Rejected(
            title=f"{KINDS[draft.kind]}: {names.get(draft.treatment_id) or _proposed_name(draft)}",
            why=draft.decision_note,
            by=draft.decided_by,
            at=draft.decided_at or draft.updated,
        )
        for draft in drafts
    )


def _proposed_name(draft: Draft) -> str:
    proposed = draft.proposal.get("product") or {}
    return str(proposed.get("name_form_strength") or draft.proposal.get("agent_text", ""))


def treatment_of(draft_id: UUID, *, patient_key: UUID) -> UUID | None:
    """The treatment a draft is about; None for a new one."""
    draft = Draft.objects.filter(pk=draft_id, patient_key=patient_key).first()
    return draft.treatment_id if draft is not None else None


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """The content of a draft, to prefill a form. `base_version`: of the treatment it was written on."""

    content: TreatmentContent
    comment: str
    base_version: int
    author_id: UUID


def proposed(draft_id: UUID, *, patient_key: UUID) -> Proposed | None:
    """None when it cannot be written in the form."""
    draft = Draft.objects.filter(pk=draft_id, patient_key=patient_key).first()
    if draft is None or draft.kind not in approval.WORDED:
        return None
    return Proposed(
        content=_renewed(draft) if draft.kind == "renew" else content_data.from_data(draft.proposal),
        comment=draft.comment,
        base_version=draft.base_version,
        author_id=draft.author_id,
    )


def _renewed(draft: Draft) -> TreatmentContent:
    """What a renewal comes to, when nobody says otherwise."""
    about = draft.treatment_id
    row = Treatment.objects.filter(pk=about, patient_key=draft.patient_key).first() if about else None
    if row is None:
        raise NotFound
    written = Prescription.objects.filter(patient_key=row.patient_key, treatment_id=row.pk)
    last = written.exclude(delivery=Delivery.DRAFT).order_by("-prescribed_on", "-created").first()
    content = content_rows.content_of(row, last)
    return replace(content, prescription=renewal.next_terms(last, row) if last else None)


@dataclass(frozen=True, kw_only=True)
class Argued:
    """What a proposed discontinuation says, to prefill its form. `base_version`: of the treatment it was written on."""

    arguments: Mapping[str, Any]
    comment: str
    base_version: int
    author_id: UUID


def argued(draft_id: UUID, *, patient_key: UUID, treatment_id: UUID) -> Argued:
    """Raises NotFound when it is no discontinuation of that treatment."""
    draft = Draft.objects.filter(
        pk=draft_id, patient_key=patient_key, treatment_id=treatment_id, kind="discontinue"
    ).first()
    if draft is None:
        raise NotFound
    return Argued(
        arguments=draft.proposal,
        comment=draft.comment,
        base_version=draft.base_version,
        author_id=draft.author_id,
    )


def content_of(draft_id: UUID, *, patient_key: UUID) -> TreatmentContent | None:
    found = proposed(draft_id, patient_key=patient_key)
    return found.content if found is not None else None


def _view(draft: Draft, row: Treatment | None, actor: Actor) -> DraftView:
    proposed = draft.proposal.get("product") or {}
    product = row.name_form_strength if row else _proposed_name(draft)
    group = row.dispensing_group if row else proposed.get("dispensing_group", "")
    return DraftView(
        id=draft.pk,
        treatment_id=draft.treatment_id,
        kind=draft.kind,
        title=f"{KINDS[draft.kind]}: {product}",
        standing=" – ".join(filter(None, (row.dosage_text, row.indication_text))) if row else "",
        changes=_changes(draft, row),
        comment=draft.comment,
        author=draft.author_name,
        created=draft.created,
        stale=row is not None and row.version != draft.base_version,
        dispensing_group=group,
        addressee_hpr=draft.addressee_hpr,
        deferred=f"{draft.decision_note} ({draft.decided_by})" if draft.state == "deferred" else "",
        together=not approval.one_by_one(draft, draft.patient_key),
        card=approval.card(draft, patient_key=draft.patient_key, actor=actor),
        three_way=three_ways.of_draft(draft.pk, patient_key=draft.patient_key),
        form=_form(draft),
        actions=tuple(row_actions.of_draft(draft, actor=actor)),
        mine=draft.author_id == actor.practitioner_id,
        stamp=draft.updated.isoformat(),
    )


def _form(draft: Draft) -> str:
    if draft.kind in ("change", "renew") and draft.treatment_id:
        return f"behandling/{draft.treatment_id}/endre?{_opened(draft)}"
    if draft.kind == "discontinue":
        return f"behandling/{draft.treatment_id}/seponer?{_opened(draft)}"
    if draft.kind == "reaction":
        return f"reaksjoner?{_opened(draft)}#register"
    if draft.kind != "new_treatment":
        return ""
    product = draft.proposal["product"]
    asked = urlencode({"kind": product["kind"], "id": product.get("fest_id", "")})
    return f"forskriv?{asked}&{_opened(draft)}" if product.get("fest_id") else ""


def _opened(draft: Draft) -> str:
    """The draft, and the wording of it that was shown."""
    return urlencode({"utkast": str(draft.pk), "lest": draft.updated.isoformat()})


def _changes(draft: Draft, row: Treatment | None) -> tuple[tuple[str, str, str], ...]:
    if draft.kind == "reaction":
        return reaction_cards.proposed_fields(draft.proposal)
    if draft.kind not in approval.WRITES:
        done = [DONE[draft.kind]] if draft.kind in DONE else []
        return (*done, *fields.arguments(draft.proposal))
    proposed = Treatment()
    content_rows.fill(proposed, content_data.from_data(draft.proposal))
    before: dict[str, Any] = content_rows.snapshot(row, fields.SHOWN) if row else {}
    return fields.differences(*content_rows.changes(before, content_rows.snapshot(proposed, fields.SHOWN)))

"""(Utkast) Proposals: submitted by those who may not decide, decided by those who may (clinical.md 5)."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid, NotFound
from sfm.medication import content_data, content_rows
from sfm.medication.actions import discontinuation, ledger, lists, reactions, rows, treatments
from sfm.medication.content import TreatmentContent
from sfm.medication.models import Draft, Treatment
from sfm.medication.queries import approval
from sfm.medication.rules import validation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.models import CriticalReaction

APPROVE_TASK, REJECTED_TASK = 3, 109
ALONE = ("new_treatment", "reaction")  # about no treatment in the list
RIGHTS = {"reaction": "reaction.draft", "confirm": "lib.draft_confirm", "recall": "lib.draft"}
STALE = "Behandlingen er endret etter at utkastet ble skrevet. Se over forskjellene før du bestemmer."
GONE = "Behandlingen finnes ikke lenger i listen. Avvis eller trekk utkastet."
CHANGED = "Utkastet er endret siden du åpnet det. Se over det på nytt."
NOTES = {
    "approved": "DraftApproved",
    "approved_changed": "DraftApproved",
    "rejected": "DraftRejected",
    "withdrawn": "DraftWithdrawn",
}
WORDS = {
    "approved": "godkjent",
    "approved_changed": "godkjent med endring",
    "rejected": "avvist",
    "withdrawn": "trukket",
}
KINDS = {
    "new_treatment": "ny behandling",
    "change": "endring",
    "renew": "fornying",
    "discontinue": "seponering",
    "recall": "tilbakekalling",
    "confirm": "bekreftelse",
    "reaction": "legemiddelreaksjon",
}


@transaction.atomic
def submit(
    *,
    kind: str,
    by: Actor,
    patient: UUID,
    content: TreatmentContent | None = None,
    arguments: Mapping[str, Any] | None = None,
    treatment_id: UUID | None = None,
    comment: str = "",
    draft_id: UUID | None = None,
) -> Draft:
    """Propose a new treatment, a change of one, or a reaction. `arguments` are those of the verb: {"reason": "A", "at":
    iso}, or the fields of the reaction. With `draft_id` the same proposal cannot be made twice: the second
    raises IntegrityError."""
    by.require(right_to(kind))
    if kind not in KINDS:
        raise Invalid(fields={"kind": "Ukjent type utkast."})
    row = _treatment(treatment_id, patient) if kind not in ALONE else None
    lists.touch(patient)
    now = clock.now()
    draft = Draft.objects.create(
        id=draft_id or uuid4(),
        patient_key=patient,
        treatment_id=row.pk if row else None,
        kind=kind,
        proposal=checked(kind, content, arguments, by, row, patient),
        base_version=row.version if row else 0,
        comment=comment.strip(),
        author_id=by.practitioner_id,
        author_name=by.name,
        addressee_hpr=by.on_behalf_of,
        created=now,
        updated=now,
    )
    ledger.work_item(APPROVE_TASK, patient=patient, owner_hpr=by.on_behalf_of)
    ledger.audit("draft.submitted", by=by, patient=patient, subject=draft, detail={"kind": kind})
    text = f"Utkast til {about(draft, between=': ')}."
    ledger.note("DraftCreated", text, by=by, patient=patient, comment=draft.comment)
    return draft


@transaction.atomic
def approve(
    *,
    draft_id: UUID,
    by: Actor,
    patient: UUID,
    content: TreatmentContent | None = None,
    arguments: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    seen: str = "",
) -> Treatment | None:
    """Do what the draft proposes, as the approver. `content` or `arguments` are the approver's own version of it; the
    author's stays in the draft. A draft on a changed base does nothing (Conflict), unless the approver has seen the row
    as it is now: `seen_version`. Nor one its author has changed since the approver saw it: `seen`."""
    by.require("draft.approve")
    draft = open_draft(draft_id, patient)
    must_be_seen(draft, seen)
    if draft.kind == "reaction":
        approve_reaction(draft_id=draft.pk, by=by, patient=patient)
        return None
    if content is not None and draft.kind not in approval.WORDED:
        raise Invalid("Utkastet foreslår ikke noe innhold. Godkjenn det som det er, eller avvis det.")
    row = treatment_of(draft)
    if row is not None and row.version != (draft.base_version if seen_version is None else seen_version):
        raise Conflict(STALE)
    changed = content is not None or arguments not in (None, draft.proposal)
    state = "approved_changed" if changed else "approved"
    _decide(draft, state, by, note="endret av godkjenner" if changed else "")
    return _apply(draft, row, content, draft.proposal if arguments is None else arguments, by)


@transaction.atomic
def approve_many(
    *, ids: Iterable[UUID], by: Actor, patient: UUID, seen: Mapping[UUID, str] | None = None
) -> int:
    """«Godkjenn alle»: only what nobody needs to think about. A and B are never among them, nor drafts on a changed
    base, nor what warns of something nobody has handled, the others among them (clinical.md 5.3). All of them, or
    none."""
    by.require("draft.approve")
    drafts = [open_draft(draft_id, patient) for draft_id in ids]
    for draft in drafts:
        must_be_seen(draft, (seen or {}).get(draft.pk, ""))
    for draft in drafts:
        if approval.one_by_one(draft, patient):
            raise Invalid("Reseptgruppe A og B, varsler og endret grunnlag må vurderes hvert for seg.")
        approve(draft_id=draft.pk, by=by, patient=patient)
    return len(drafts)


@transaction.atomic
def defer(*, draft_id: UUID, by: Actor, patient: UUID, note: str) -> Draft:
    """Put off: it no longer blocks what else is to be sent, and it can be decided any day (clinical.md 5.3 rule 1)."""
    by.require("draft.approve")
    if not settings.DRAFTS_ALLOW_DEFER:
        raise Forbidden("Utkast kan ikke utsettes her. Godkjenn eller avvis det.")
    if not note.strip():
        raise Invalid(fields={"note": "Skriv hvorfor utkastet utsettes."})
    draft = open_draft(draft_id, patient)
    draft.state, draft.decision_note, draft.updated = "deferred", note.strip(), clock.now()
    draft.decided_by = by.name
    draft.save()
    ledger.audit("draft.deferred", by=by, patient=patient, subject=draft)
    return draft


@transaction.atomic
def reject(*, draft_id: UUID, by: Actor, patient: UUID, note: str) -> Draft:
    """Say no, with a reason; the author is told."""
    by.require("draft.approve")
    if not note.strip():
        raise Invalid(fields={"note": "Skriv hvorfor utkastet avvises."})
    draft = _decide(open_draft(draft_id, patient), "rejected", by, note=note.strip())
    ledger.work_item(REJECTED_TASK, patient=patient, owner_id=draft.author_id, subject_id=draft.pk)
    return draft


@transaction.atomic
def read_rejections(*, by: Actor, patient: UUID) -> int:
    """The author has seen why; nobody is asked to look at it any more (task 109)."""
    return ledger.close_work_items(REJECTED_TASK, patient=patient, owner_id=by.practitioner_id)


@transaction.atomic
def withdraw(*, draft_id: UUID, by: Actor, patient: UUID) -> Draft:
    """Take back one's own draft."""
    draft = open_draft(draft_id, patient)
    if draft.author_id != by.practitioner_id:
        raise Forbidden("Bare den som skrev utkastet kan trekke det.")
    return _decide(draft, "withdrawn", by)


def right_to(kind: str) -> str:
    """Propose it, and change what one proposed."""
    return RIGHTS.get(kind, "lib.draft")


def stamp(draft: Draft) -> str:
    """Which wording of the draft a page showed."""
    return draft.updated.isoformat()


def must_be_seen(draft: Draft, seen: str) -> None:
    """Raises Conflict when the draft has another wording than the one that was shown."""
    if seen and seen != stamp(draft):
        raise Conflict(CHANGED)


def checked(
    kind: str,
    content: TreatmentContent | None,
    arguments: Mapping[str, Any] | None,
    by: Actor,
    row: Treatment | None,
    patient: UUID,
) -> dict[str, Any]:
    if kind in ("new_treatment", "change"):
        if content is None:
            raise Invalid("Utkastet mangler innhold.")
        standing = rows.active_prescription(row) if row else None
        terms = content_rows.terms_of(standing) if standing else None
        problems = validation.check(content, today=clock.today(), actor=by, standing=terms)
        problems.pop("product", None) if content.product.name_form_strength else None
        if problems:  # the right to prescribe is the approver's; all else must already be right
            raise Invalid(fields=problems)
        return content_data.to_data(content)
    if kind == "reaction":
        reactions.check_new(_reaction(arguments or {}), patient)
    if kind == "discontinue":
        discontinuation.check(**{"reason": "", **_arguments(arguments or {})})
    return dict(arguments or {})


def _reaction(proposal: Mapping[str, Any]) -> reactions.Content:
    found = proposal.get("discovered_on")
    day = date.fromisoformat(found) if isinstance(found, str) and found else None
    return reactions.Content(**{**proposal, "discovered_on": day})


def approve_reaction(
    *, draft_id: UUID, by: Actor, patient: UUID, content: reactions.Content | None = None, seen: str = ""
) -> CriticalReaction:
    """Register what is proposed, or the approver's own version of it; `seen` as in `approve`. KJ is told of it by
    whoever calls, and at the latest when the patient is opened next."""
    by.require("draft.approve")
    draft = open_draft(draft_id, patient)
    must_be_seen(draft, seen)
    proposed = _reaction(draft.proposal)
    changed = content is not None and content != proposed
    _decide(draft, "approved_changed" if changed else "approved", by)
    row = reactions.register(by=by, patient=patient, **asdict(content or proposed))
    row.kj_state = "waiting"
    row.save(update_fields=["kj_state"])
    return row


def _apply(
    draft: Draft,
    row: Treatment | None,
    content: TreatmentContent | None,
    arguments: Mapping[str, Any],
    by: Actor,
) -> Treatment | None:
    if draft.kind == "new_treatment":
        return treatments.create(content=content or _content(draft), by=by, patient=draft.patient_key)
    if row is None:
        raise NotFound
    target: dict[str, Any] = {
        "treatment_id": row.pk,
        "by": by,
        "patient": draft.patient_key,
        "version": row.version,
    }
    if draft.kind == "change" or content is not None:
        return treatments.change(content=content or _content(draft), **target)
    verbs: dict[str, Callable[..., Treatment]] = {
        "renew": treatments.renew,
        "discontinue": treatments.discontinue,
        "recall": treatments.recall,
        "confirm": treatments.confirm_in_use,
    }
    return verbs[draft.kind](**_arguments(arguments), **target)


def _content(draft: Draft) -> TreatmentContent:
    """A draft may have waited: a prescription cannot begin before today."""
    content = content_data.from_data(draft.proposal)
    terms = content.prescription
    if terms is None or terms.valid_from is None or terms.valid_from >= clock.today():
        return content
    return replace(content, prescription=replace(terms, valid_from=None))


def _arguments(proposal: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(proposal)
    if isinstance(given.get("at"), str):
        given["at"] = date.fromisoformat(given["at"])
    if isinstance(given.get("terms"), dict):
        given["terms"] = content_data.terms(given["terms"])
    return given


def open_draft(draft_id: UUID, patient: UUID) -> Draft:
    """By the draft's own id, or by the treatment it concerns. Locked."""
    lists.touch(patient)
    found = Draft.objects.select_for_update().filter(patient_key=patient, state__in=Draft.OPEN)
    draft = (
        found.filter(pk=draft_id).first() or found.filter(treatment_id=draft_id).order_by("created").first()
    )
    if draft is not None:
        return draft
    decided = Draft.objects.filter(patient_key=patient, pk=draft_id).first()
    if decided is None:
        raise NotFound
    raise Conflict(f"Utkastet er allerede behandlet av {decided.decided_by}.")


def _decide(draft: Draft, state: str, by: Actor, *, note: str = "") -> Draft:
    draft.state, draft.decided_by, draft.decided_at = state, by.name, clock.now()
    draft.decision_note, draft.updated = note, draft.decided_at
    draft.save()
    ledger.audit(f"draft.{state}", by=by, patient=draft.patient_key, subject=draft)
    text = f"Utkast {WORDS[state]}: {about(draft)}."
    ledger.note(NOTES[state], text, by=by, patient=draft.patient_key, comment=note)
    ledger.close_work_items(rows.STALE_DRAFT_TASK, patient=draft.patient_key, subject_id=draft.pk)
    waiting = Draft.objects.filter(
        patient_key=draft.patient_key, state__in=Draft.OPEN, addressee_hpr=draft.addressee_hpr
    )
    if not waiting.exists():
        ledger.close_work_items(APPROVE_TASK, patient=draft.patient_key, owner_hpr=draft.addressee_hpr)
    return draft


def about(draft: Draft, *, between: str = ", ") -> str:
    row = _row_of(draft)
    product = draft.proposal.get("product") or {}
    name = row.name_form_strength if row else product.get("name_form_strength", "")
    name = name or draft.proposal.get("agent_text", "")
    return (
        f"{KINDS.get(draft.kind, draft.kind)}{between}{name}" if name else KINDS.get(draft.kind, draft.kind)
    )


def treatment_of(draft: Draft) -> Treatment | None:
    """None for a draft about no treatment. Raises Conflict when the treatment has been undone or erased since."""
    if draft.treatment_id is None:
        return None
    row = _row_of(draft)
    if row is None or row.is_erased:
        raise Conflict(GONE)
    return row


def _row_of(draft: Draft) -> Treatment | None:
    if draft.treatment_id is None:
        return None
    return Treatment.objects.filter(pk=draft.treatment_id, patient_key=draft.patient_key).first()


def _treatment(treatment_id: UUID | None, patient: UUID) -> Treatment:
    row = Treatment.objects.filter(pk=treatment_id, patient_key=patient).first() if treatment_id else None
    if row is None:
        raise NotFound
    return row

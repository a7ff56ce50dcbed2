"""(Utkast) The author's side: propose from a row, and change what nobody has decided yet (clinical.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.medication.actions import confirmation, drafts, ledger, rows
from sfm.medication.models import Draft, Lifecycle, Treatment
from sfm.medication.queries import approval, row_actions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent

LONGEST_COMMENT = 500
ARGUED = ("discontinue", "reaction")
WAITS = "Det venter allerede et utkast på denne behandlingen."


@transaction.atomic
def confirm(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Propose that the row is in use."""
    by.require(drafts.RIGHTS["confirm"])
    row = _free(treatment_id, patient, version)
    if not row_actions.can_be_confirmed(row):
        raise Invalid("Raden kan ikke foreslås bekreftet: den er avgjort, eller har en konflikt.")
    drafts.submit(kind="confirm", by=by, patient=patient, treatment_id=row.pk)
    return row


@transaction.atomic
def confirm_many(*, ids: Iterable[tuple[UUID, int]], by: Actor, patient: UUID) -> int:
    """Propose it of the marked rows, (id, version) of each, but for those that must be looked at one by one. Returns
    how many were proposed."""
    by.require(drafts.RIGHTS["confirm"])
    fit = [row for row in confirmation.fit_together(ids, patient) if row_actions.can_be_confirmed(row)]
    for row in fit:
        drafts.submit(kind="confirm", by=by, patient=patient, treatment_id=row.pk)
    return len(fit)


@transaction.atomic
def renew(*, treatment_id: UUID, by: Actor, patient: UUID, version: int, comment: str = "") -> Treatment:
    """«Klargjør fornying»: as last time."""
    by.require(drafts.right_to("renew"))
    row = _free(treatment_id, patient, version)
    if not _can_be_renewed(row):
        raise Invalid("Behandlingen har ingen resept å fornye, eller er ikke i bruk.")
    drafts.submit(kind="renew", by=by, patient=patient, treatment_id=row.pk, comment=_said(comment))
    return row


@transaction.atomic
def renew_many(*, ids: Iterable[tuple[UUID, int]], by: Actor, patient: UUID) -> int:
    """Of the marked rows, (id, version) of each. A and B are proposed one by one (clinical.md 5.3); what has a draft,
    has been changed meanwhile or cannot be renewed is left as it is. Returns how many were proposed."""
    by.require(drafts.right_to("renew"))
    wanted = dict(ids)
    taken = Draft.objects.filter(patient_key=patient, treatment_id__in=wanted, state__in=Draft.OPEN)
    marked = Treatment.objects.filter(pk__in=wanted, patient_key=patient).exclude(
        pk__in=taken.values("treatment_id")
    )
    fit = [
        row
        for row in marked.order_by("pk")
        if row.version == wanted[row.pk]
        and row.dispensing_group not in approval.ADDICTIVE
        and _can_be_renewed(row)
    ]
    for row in fit:
        drafts.submit(kind="renew", by=by, patient=patient, treatment_id=row.pk)
    return len(fit)


def _can_be_renewed(row: Treatment) -> bool:
    return row.lifecycle == Lifecycle.ACTIVE and not row.has_ended and bool(rows.sent_prescriptions(row))


@transaction.atomic
def recall(*, treatment_id: UUID, by: Actor, patient: UUID, version: int) -> Treatment:
    """Propose to recall the prescription and keep the treatment."""
    by.require(drafts.RIGHTS["recall"])
    row = _free(treatment_id, patient, version)
    if not row_actions.can_be_recalled(rows.active_prescription(row)):
        raise Invalid("Det finnes ingen gyldig resept å tilbakekalle.")
    drafts.submit(kind="recall", by=by, patient=patient, treatment_id=row.pk)
    return row


@transaction.atomic
def change(
    *,
    draft_id: UUID,
    by: Actor,
    patient: UUID,
    content: TreatmentContent,
    comment: str,
    version: int | None = None,
    seen: str = "",
) -> Draft:
    """Another content of one's own draft; a renewal written anew is a change. `version`: of the treatment, as the
    author saw it; on a treatment that has moved since then nothing is written (Conflict)."""
    draft = _own(draft_id, by, patient, seen)
    row = drafts.treatment_of(draft)
    _on_ground(draft, row, draft.base_version if version is None else version)
    _reword(draft, content, row, by)
    draft.comment = _said(comment)
    return _resubmit(draft, by)


@transaction.atomic
def change_arguments(
    *,
    draft_id: UUID,
    by: Actor,
    patient: UUID,
    arguments: Mapping[str, Any],
    comment: str,
    version: int | None = None,
    seen: str = "",
) -> Draft:
    """Another reason or day of one's own discontinuation, other particulars of one's own reaction. `version` as in
    `change`."""
    draft = _own(draft_id, by, patient, seen)
    if draft.kind not in ARGUED:
        raise Invalid("Utkastet har ingenting å endre. Trekk det, og lag et nytt.")
    row = drafts.treatment_of(draft)
    _on_ground(draft, row, draft.base_version if version is None else version)
    draft.proposal = drafts.checked(draft.kind, None, arguments, by, row, patient)
    draft.comment = _said(comment)
    return _resubmit(draft, by)


@transaction.atomic
def comment(*, draft_id: UUID, by: Actor, patient: UUID, text: str, seen: str = "") -> Draft:
    """Another word to the one who decides."""
    draft = _own(draft_id, by, patient, seen)
    draft.comment = _said(text)
    return _store(draft, by)


@transaction.atomic
def rebase(
    *,
    draft_id: UUID,
    by: Actor,
    patient: UUID,
    version: int,
    content: TreatmentContent | None = None,
    seen: str = "",
) -> Draft:
    """«Konflikt» settled by the author: the draft stands on the treatment as it is now. `content`: of the two, as the
    author put it together; None keeps what was proposed."""
    draft = _own(draft_id, by, patient, seen)
    row = drafts.treatment_of(draft)
    _on_ground(draft, row, version)
    if content is not None:
        _reword(draft, content, row, by)
    return _resubmit(draft, by)


def _free(treatment_id: UUID, patient: UUID, version: int) -> Treatment:
    """One draft at a time on a treatment, of those that are made in one stroke."""
    row = rows.fetch(treatment_id, patient=patient, version=version)
    if Draft.objects.filter(patient_key=patient, treatment_id=row.pk, state__in=Draft.OPEN).exists():
        raise Conflict(WAITS)
    return row


def _own(draft_id: UUID, by: Actor, patient: UUID, seen: str) -> Draft:
    draft = drafts.open_draft(draft_id, patient)
    by.require(drafts.right_to(draft.kind))
    if draft.author_id != by.practitioner_id:
        raise Forbidden("Bare den som skrev utkastet kan endre det.")
    drafts.must_be_seen(draft, seen)
    return draft


def _on_ground(draft: Draft, row: Treatment | None, version: int) -> None:
    if row is None:
        return
    if row.version != version:
        raise Conflict(drafts.STALE)
    draft.base_version = version


def _reword(draft: Draft, content: TreatmentContent, row: Treatment | None, by: Actor) -> None:
    if draft.kind not in approval.WORDED:
        raise Invalid("Utkastet foreslår ikke noe innhold. Trekk det, og lag et nytt.")
    draft.kind = "change" if draft.kind == "renew" else draft.kind
    draft.proposal = drafts.checked(draft.kind, content, None, by, row, draft.patient_key)


def _said(text: str) -> str:
    if len(text) > LONGEST_COMMENT:
        raise Invalid(fields={"comment": f"Meldingen til legen kan være på høyst {LONGEST_COMMENT} tegn."})
    return text.strip()


def _resubmit(draft: Draft, by: Actor) -> Draft:
    """What was put off is asked anew: it is another proposal now."""
    draft.state, draft.decision_note, draft.decided_by = "submitted", "", ""
    ledger.close_work_items(rows.STALE_DRAFT_TASK, patient=draft.patient_key, subject_id=draft.pk)
    text = f"Utkast endret: {drafts.about(draft)}."
    ledger.note("DraftChanged", text, by=by, patient=draft.patient_key)
    return _store(draft, by)


def _store(draft: Draft, by: Actor) -> Draft:
    draft.updated = clock.now()
    draft.save()
    ledger.work_item(drafts.APPROVE_TASK, patient=draft.patient_key, owner_hpr=draft.addressee_hpr)
    ledger.audit("draft.changed", by=by, patient=draft.patient_key, subject=draft)
    return draft

"""Which verbs an actor may use on a row now. A verb that is not here does not exist on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.models import Lifecycle, Review
from sfm.medication.rules import rights

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.medication.models import Draft, Prescription, Treatment

DRAFT_VERBS = ("draft_renew", "draft_change", "draft_discontinue")


def of_treatment(
    row: Treatment,
    *,
    active: Prescription | None,
    unsent: Prescription | None,
    last: Prescription | None,
    draft: Draft | None,
    actor: Actor,
) -> tuple[str, ...]:
    """In the order of the quick menu."""
    verbs: list[str] = []
    if draft is not None:
        verbs += of_draft(draft, actor=actor)
    if row.review != Review.CONFIRMED and actor.may("lib.confirm_in_use"):
        verbs.append("confirm")
    if actor.may("lib.edit_local") or actor.may("lib.edit_own"):
        verbs += _edit(row, active, unsent, last, actor)
    elif actor.may("lib.draft") and row.lifecycle == Lifecycle.ACTIVE and draft is None:
        verbs += DRAFT_VERBS if last is not None else DRAFT_VERBS[1:]
    if row.unsent_verb and (actor.may("lib.edit_local") or row.unsent_by == actor.practitioner_id):
        verbs.append("undo")
    return (*verbs, "detail")


def of_draft(draft: Draft, *, actor: Actor) -> list[str]:
    verbs = ["approve_draft", "reject_draft"] if actor.may("draft.approve") else []
    return [*verbs, "withdraw_draft"] if draft.author_id == actor.practitioner_id else verbs


def _edit(
    row: Treatment,
    active: Prescription | None,
    unsent: Prescription | None,
    last: Prescription | None,
    actor: Actor,
) -> list[str]:
    if row.lifecycle == Lifecycle.DISCONTINUED:
        return ["undo_discontinue"]
    prescribes = not rights.refusal(actor, atc=row.atc, dispensing_group=row.dispensing_group)
    verbs = []
    if prescribes and unsent is None and last is not None:
        verbs += ["renew", "renew_with_change"]
    if prescribes and unsent is None and last is None and row.dispensing_group != "K":
        verbs.append("add_prescription")
    verbs.append("change")
    if row.unsent_verb != "created" and (prescribes or active is None):
        verbs.append("discontinue")
    if row.discontinued_at is not None and row.unsent_verb != "created":
        verbs.append("undo_discontinue")
    if active is not None and not active.recall_delivery and _may_recall(active, actor):
        verbs.append("recall")
    return verbs


def _may_recall(active: Prescription, actor: Actor) -> bool:
    own = active.prescriber_id == actor.practitioner_id
    return actor.may(rights.PRESCRIBE) and (own or actor.may("rx.recall_others"))

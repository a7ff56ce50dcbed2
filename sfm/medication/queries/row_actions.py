"""Which verbs an actor may use on a row now. A verb that is not here does not exist on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

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
    several_active: bool = False,
    multidose: bool = False,
    editable: bool = True,
) -> tuple[str, ...]:
    """In the order of the quick menu. `multidose`: the patient has a multidose pharmacy or doctor. `editable`: the row
    is the actor's to edit, where they may edit at all."""
    verbs: list[str] = []
    if draft is not None:
        verbs += of_draft(draft, actor=actor)
    erased = row.lifecycle == Lifecycle.ENTERED_IN_ERROR
    if not erased:
        verbs += _undecided(row, draft, actor)
        edits = actor.may("lib.edit_local") or actor.may("lib.edit_own")
        if edits and editable:
            verbs += _edit(row, active, unsent, last, actor)
            verbs += _housekeeping(row, actor, several_active=several_active, multidose=multidose)
        else:
            verbs += _others(row, active, last, draft, actor)
            verbs += ["copy_as_new"] if edits else []
        if draft is None and _may_propose_recall(active, actor):
            verbs.append("draft_recall")
        if actor.may("reaction.register") or actor.may("reaction.draft"):
            verbs.append("register_reaction")
    if row.unsent_verb and _may_undo(row, actor, editable=editable):
        verbs.append("undo")
    return (*verbs, "detail")


def _others(
    row: Treatment, active: Prescription | None, last: Prescription | None, draft: Draft | None, actor: Actor
) -> list[str]:
    """On a row that is not the actor's to edit: a proposal, and the recall of a prescription of their own."""
    verbs: list[str] = []
    if actor.may("lib.draft") and row.lifecycle == Lifecycle.ACTIVE and draft is None:
        verbs += DRAFT_VERBS if last is not None else DRAFT_VERBS[1:]
    if can_be_recalled(active) and _may_recall(active, actor):
        verbs.append("recall")
    return verbs


def _may_propose_recall(active: Prescription | None, actor: Actor) -> bool:
    return actor.may("lib.draft") and can_be_recalled(active) and not _may_recall(active, actor)


def can_be_confirmed(row: Treatment) -> bool:
    """A conflict is for whoever can choose between the two; what was put away is brought back first."""
    settled = row.review in (Review.CONFIRMED, Review.DISMISSED)
    return not settled and not (row.difference or {}).get("conflict")


def can_be_recalled(active: Prescription | None) -> TypeGuard[Prescription]:
    return active is not None and not active.recall_delivery


def _may_undo(row: Treatment, actor: Actor, *, editable: bool) -> bool:
    edits = actor.may("lib.edit_local") or (actor.may("lib.edit_own") and editable)
    confirmed = row.unsent_verb in ("confirmed", "linked") and row.unsent_by == actor.practitioner_id
    return edits or confirmed


def of_draft(draft: Draft, *, actor: Actor) -> list[str]:
    verbs = ["approve_draft", "reject_draft"] if actor.may("draft.approve") else []
    return [*verbs, "withdraw_draft"] if draft.author_id == actor.practitioner_id else verbs


def _undecided(row: Treatment, draft: Draft | None, actor: Actor) -> list[str]:
    if row.review == Review.CONFIRMED:
        return []
    if not actor.may("lib.confirm_in_use"):
        proposes = draft is None and can_be_confirmed(row) and actor.may("lib.draft_confirm")
        return ["draft_confirm"] if proposes else []
    if row.review == Review.DISMISSED:
        return ["bring_back"]
    if (row.difference or {}).get("conflict"):
        return ["resolve"]  # one of the two is chosen; «Bekreft» would choose without saying which
    return ["confirm", "dismiss"] if row.review == Review.HISTORY_ONLY else ["confirm"]


def _edit(
    row: Treatment,
    active: Prescription | None,
    unsent: Prescription | None,
    last: Prescription | None,
    actor: Actor,
) -> list[str]:
    prescribes = not rights.refusal(actor, atc=row.atc, dispensing_group=row.dispensing_group)
    if row.has_ended:
        return ["undo_discontinue" if row.unsent_verb == "discontinued" else "reinstate"]
    if row.lifecycle == Lifecycle.SUSPENDED:
        return ["resume", "discontinue"] if prescribes or active is None else ["resume"]
    verbs = []
    if prescribes and unsent is None and last is not None:
        verbs += ["renew", "renew_with_change"]
    if prescribes and unsent is None and last is None and row.dispensing_group != "K":
        verbs.append("add_prescription")
    verbs.append("change")
    if row.unsent_verb != "created" and (prescribes or active is None):
        verbs.append("discontinue")
        verbs.append("suspend")
    if row.discontinued_at is not None and row.unsent_verb != "created":
        verbs.append("undo_discontinue")
    if can_be_recalled(active) and _may_recall(active, actor):
        verbs.append("recall")
    return verbs


def _housekeeping(row: Treatment, actor: Actor, *, several_active: bool, multidose: bool) -> list[str]:
    """What is done seldom, at the end of the menu."""
    verbs = []
    if several_active and actor.may(rights.PRESCRIBE) and actor.may("rx.recall_others"):
        verbs.append("recall_older")
    in_use = not row.has_ended and row.lifecycle == Lifecycle.ACTIVE
    if in_use:
        verbs += ["change_product", "change_use_type", "set_review_date"]
        if row.in_multidose:
            verbs.append("from_multidose")
        elif multidose and row.dosage_kind != "text":
            verbs.append("to_multidose")
    verbs.append("copy_as_new")
    if row.unsent_verb not in ("created", "entered_in_error") and actor.may(rights.PRESCRIBE):
        verbs.append("mark_entered_in_error")
    return verbs


def _may_recall(active: Prescription, actor: Actor) -> bool:
    own = active.prescriber_id == actor.practitioner_id
    return actor.may(rights.PRESCRIBE) and (own or actor.may("rx.recall_others"))

"""(Kommentarmal) Notes to the pharmacy kept for use again, one of which may stand ready in every new request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from sfm.audit.record import record
from sfm.core import clock
from sfm.core.errors import Invalid, NotFound
from sfm.medication.models import DispatchComment
from sfm.medication.queries import dispatch_comments
from sfm.medication.rules import particular_checks, rights

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.core.actor import Actor

MOST = 30


@transaction.atomic
def save(*, text: str, by: Actor) -> DispatchComment:
    """The same text again is the same comment."""
    by.require(rights.PRESCRIBE)
    said = " ".join(text.split())
    if not said or len(said) > particular_checks.LONGEST_TEXT:
        raise Invalid(fields={"comment": "Skriv en merknad på høyst 500 tegn."})
    known = dispatch_comments.listed()
    same = next((row for row in known if row.text.casefold() == said.casefold()), None)
    if same is not None:
        return same
    if len(known) >= MOST:
        raise Invalid(fields={"comment": f"Det er plass til {MOST} merknader. Slett en først."})
    made: DispatchComment = DispatchComment.objects.create(
        text=said, saved_by=by.practitioner_id, saved_at=clock.now()
    )
    record(by, "dispatch_comment.saved", subject=made)
    return made


@transaction.atomic
def make_default(*, comment_id: UUID, by: Actor) -> None:
    """In place of the one that was; the default itself: no longer."""
    by.require(rights.PRESCRIBE)
    row = _row(comment_id)
    wanted = not row.is_default
    DispatchComment.objects.filter(is_default=True).update(is_default=False)
    DispatchComment.objects.filter(pk=row.pk).update(is_default=wanted)
    record(by, "dispatch_comment.default", subject=row)


@transaction.atomic
def retire(*, comment_id: UUID, by: Actor) -> None:
    by.require(rights.PRESCRIBE)
    row = _row(comment_id)
    record(by, "dispatch_comment.retired", subject=row)
    row.delete()


def _row(comment_id: UUID) -> DispatchComment:
    row = DispatchComment.objects.select_for_update().filter(pk=comment_id).first()
    if row is None:
        raise NotFound
    return row

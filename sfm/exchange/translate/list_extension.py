"""What travels beside the shared list (M25.1 extension): a pause, which the list itself cannot carry (clinical.md 3.5),
and the last review of everything the patient uses. Sent by a setting alone, always read (rulings.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.medication.models import Lifecycle
from sfm.medication.queries import words
from sfm.wire import m251_extension as wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.identity.models import Practitioner
    from sfm.medication.models import MedicationReview, Treatment
    from sfm.wire.m251 import SharedListEntry
    from sfm.wire.messages import Opened

LONGEST = 500  # characters of a review's conclusion


def of(
    entries: Iterable[SharedListEntry],
    rows: Iterable[Treatment],
    *,
    paused_at: Mapping[UUID, datetime],
    review: MedicationReview | None,
    author: wire.Author,
) -> wire.ListExtension | None:
    """None when there is nothing to tell. `paused_at`: when each row was paused."""
    sent = {entry.id for entry in entries}
    comments = tuple(
        wire.TreatmentComment(
            entry_id=str(row.lib_id),
            at=paused_at.get(row.pk, row.last_changed).replace(microsecond=0),
            note=pause(row),
            author=author,
        )
        for row in sorted(rows, key=lambda row: row.lib_id)
        if row.lifecycle == Lifecycle.SUSPENDED and str(row.lib_id) in sent
    )
    if not comments and review is None:
        return None
    return wire.ListExtension(
        version="1", comments=comments, review=_review(review, author) if review else None
    )


def pause(row: Treatment) -> str:
    """«Pauset fra 22.11.2026 til 01.12.2026. Årsak: operasjon.»"""
    since = f" fra {words.day(row.suspended_from)}" if row.suspended_from else ""
    until = f" til {words.day(row.suspended_to)}" if row.suspended_to else " til videre"
    return f"Pauset{since}{until}. Årsak: {(row.suspension_note or '').rstrip('.')}."


def author(by: Actor, practitioner: Practitioner) -> wire.Author:
    return wire.Author(
        person=wire.AuthorPerson(
            hpr_number=by.hpr, given_name=practitioner.given_name, family_name=practitioner.family_name
        ),
        organisation=wire.AuthorOrganisation(name=by.organisation_name),
    )


def comments(message: Opened) -> dict[str, list[dict[str, Any]]]:
    """What others have written of each entry of the list: entry id → what, when, by whom."""
    found: dict[str, list[dict[str, Any]]] = {}
    for part in message.extensions:
        for one in part.comments if isinstance(part, wire.ListExtension) else ():
            who = one.author.person
            said = {"text": one.note, "at": one.at.isoformat(), "by": f"{who.given_name} {who.family_name}"}
            found.setdefault(one.entry_id.lower(), []).append(said)
    return found


def _review(review: MedicationReview, author: wire.Author) -> wire.MedicationReview | None:
    if review.closed_at is None:
        return None
    return wire.MedicationReview(
        at=review.closed_at.replace(microsecond=0), note=review.conclusion[:LONGEST] or None, author=author
    )

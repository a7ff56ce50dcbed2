"""What the EPJ reads beside the list: open work items, and the notes of an encounter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from sfm.medication.models import JournalNote, WorkItem

if TYPE_CHECKING:
    from sfm.core.actor import Actor

MOST = 200  # rows of one answer


def work_items(*, actor: Actor) -> tuple[WorkItem, ...]:
    """Open work items for the actor or for anyone, newest first."""
    actor.require("lib.view")
    mine = Q(owner_id=actor.practitioner_id) | Q(owner_id=None, owner_hpr="")
    if actor.hpr:
        mine |= Q(owner_hpr=actor.hpr)
    return tuple(WorkItem.objects.filter(mine, open=True).order_by("-updated")[:MOST])


def notes_of_encounter(encounter: str, *, actor: Actor) -> tuple[JournalNote, ...]:
    """The notes written under one encounter of the EPJ, oldest first."""
    actor.require("lib.view")
    return tuple(JournalNote.objects.filter(encounter=encounter).order_by("at")[:MOST])

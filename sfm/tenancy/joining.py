"""Rows about one patient become rows about another: the one change history allows, and only while it is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import Model

DECLARED = "SET LOCAL sfm.joining_patients = '{}'"  # read by the triggers of what is only ever added to


def move(old: UUID, new: UUID, models: Iterable[type[Model]]) -> int:
    """How many rows of these journal models changed patient. In the caller's transaction, in the journal's scope."""
    _declare("on")
    moved = sum(model._default_manager.filter(patient_key=old).update(patient_key=new) for model in models)
    _declare("off")
    return moved


def _declare(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DECLARED.format(state))

"""The other side of a conflict, as the merge kept it on the row: a whole treatment, not only what is shown of it."""

from __future__ import annotations

from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sfm.core import clock
from sfm.medication import content_data, content_rows
from sfm.medication.models import Lifecycle

if TYPE_CHECKING:
    from sfm.medication.models import Treatment

KEPT_HERE = ("starts_on", "review_date", "in_multidose", "substance_ids")  # no source says these


def of(row: Treatment) -> dict[str, Any]:
    """Empty when there is no conflict, or the merge that found it did not keep their side."""
    found: dict[str, Any] = (row.difference or {}).get("their_row") or {}
    return found


def fill(row: Treatment, theirs: dict[str, Any]) -> None:
    """Write their side into the row (not saved)."""
    kept = {name: getattr(row, name) for name in KEPT_HERE}
    content_rows.fill(row, content_data.from_data(theirs["content"]))
    for name, value in kept.items():
        setattr(row, name, value)
    stop = theirs.get("discontinued_at")
    row.discontinued_at = datetime.fromisoformat(stop) if stop else None
    row.discontinuation_reason = theirs.get("discontinuation_reason", "")
    row.discontinuation_note = theirs.get("discontinuation_note", "")
    ended = row.discontinued_at is not None and row.discontinued_at <= clock.now()
    row.lifecycle = Lifecycle.DISCONTINUED if ended else Lifecycle.ACTIVE


def snapshot(row: Treatment) -> dict[str, Any]:
    """The row as it would stand with their side; the row itself is left alone."""
    other = copy(row)
    fill(other, of(row))
    other.difference, other.review_note = None, ""
    return content_rows.snapshot(other)

"""(Kommentarmal) What may be chosen as the note of a dispensing request."""

from __future__ import annotations

from sfm.medication.models import DispatchComment


def listed() -> tuple[DispatchComment, ...]:
    """The default first, then by the alphabet."""
    rows = DispatchComment.objects.all()
    return tuple(sorted(rows, key=lambda row: (not row.is_default, row.text.casefold())))

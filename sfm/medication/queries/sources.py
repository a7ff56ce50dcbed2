"""(Oppslag) How old the answers of RF, PLL, KJ and KI are. One SQL query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.models import SourceStatus
from sfm.medication.queries import words
from sfm.medication.queries.rows import SourceLine

if TYPE_CHECKING:
    from uuid import UUID

ORDER = ("RF", "PLL", "KJ", "KI")


def load(patient_key: UUID) -> tuple[SourceLine, ...]:
    """One line per source that has ever been asked, in a fixed order."""
    known = {status.source: status for status in SourceStatus.objects.filter(patient_key=patient_key)}
    return tuple(_line(known[source]) for source in ORDER if source in known)


def _line(status: SourceStatus) -> SourceLine:
    return SourceLine(
        source=status.source,
        state=status.state,
        succeeded_at=status.succeeded_at,
        text=_text(status),
        error_code=status.error_code,
        said=status.error_text,
        last=words.clock_time(status.succeeded_at) if status.succeeded_at else "",
    )


def _text(status: SourceStatus) -> str:
    last = words.clock_time(status.succeeded_at) if status.succeeded_at else ""
    if status.state == "asking":
        return "spør …"
    if status.state == "refused":
        return status.error_text or "ingen tilgang"
    if status.state == "failed":
        return f"{status.error_text or 'svarer ikke'}{f' (sist {last})' if last else ''}"
    return ", ".join(filter(None, (last, status.error_text))) or "ikke spurt"

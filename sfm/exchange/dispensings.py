"""(Utleveringer) What the sources last said was dispensed: three months as a rule, three years when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.exchange import explaining
from sfm.exchange.translate import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sfm.medication.rules.merge import Record

SHORT, LONG = timedelta(days=92), timedelta(days=3 * 365 + 1)


@dataclass(frozen=True, kw_only=True, order=True)
class Dispensed:
    at: datetime
    name: str
    amount: str
    pharmacy: str
    source: str


def since(*, long: bool) -> date:
    return clock.today() - (LONG if long else SHORT)


def load(patient_key: UUID, first: date) -> tuple[Dispensed, ...]:
    """Newest first, each once however many sources tell of it. One SQL query."""
    found: dict[tuple[str, str, str], Dispensed] = {}
    for snapshot in explaining.newest(patient_key):
        for data in snapshot.records:
            for one in _of(records.from_data(data)):
                found.setdefault((clock.local(one.at).date().isoformat(), one.name, one.amount), one)
    chosen = (one for one in found.values() if clock.local(one.at).date() >= first)
    return tuple(sorted(chosen, reverse=True))


def _of(record: Record) -> Iterator[Dispensed]:
    for entry in record.data.get("dispensed") or []:
        at = datetime.fromisoformat(entry["at"])
        yield Dispensed(
            at=at if at.tzinfo else at.replace(tzinfo=clock.OSLO),
            name=entry.get("name") or record.fields.get("name_form_strength", ""),
            amount=entry.get("amount", ""),
            pharmacy=entry.get("pharmacy", ""),
            source=record.source,
        )

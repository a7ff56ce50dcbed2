"""Reading the access log: the patient's innsynslogg, and what happened in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from sfm.audit.models import AuditEvent, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

PAGE = 100
MANY = 200  # patients of one person in an hour: worth asking about (security.md 7)


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """(Innsynslogg, rad) Who, role, unit, when, what, why. `before` of the next page is this row's `seq`."""

    seq: int
    at: datetime
    action: str
    result: str
    source: str
    actor_id: UUID | None
    actor_name: str
    actor_hpr: str
    actor_category: str
    organisation_id: UUID | None
    on_behalf_of: str
    encounter: str
    patient_key: UUID | None
    subject_type: str
    subject_id: str
    detail: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class BulkReading:
    actor_id: UUID
    actor_name: str
    patients: int


def of_patient(patient_key: UUID, *, before: int | None = None, limit: int = PAGE) -> tuple[LogRow, ...]:
    """Everything done with one patient's data, newest first."""
    return _rows(AuditEvent.objects.filter(patient_key=patient_key), before, limit)


def of_journal(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    actions: Iterable[str] = (),
    without_encounter: bool = False,
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[LogRow, ...]:
    """All rows, newest first. `actions` are prefixes: "admin." takes every administrative change.
    `without_encounter`: what was done outside any consultation of the record system."""
    rows = AuditEvent.objects.all()
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lt=until)
    wanted = tuple(actions)
    if wanted:
        pattern = "|".join(prefix.replace(".", r"\.") for prefix in wanted)
        rows = rows.filter(action__regex=f"^({pattern})")
    if without_encounter:
        rows = rows.filter(encounter="")
    return _rows(rows, before, limit)


def bulk_readers(*, since: datetime, patients: int = 0) -> tuple[BulkReading, ...]:
    """People who have opened at least `patients` (MANY) different patients since then: an alert, not a verdict."""
    found = (
        AuditEvent.objects.filter(at__gte=since, result=Result.OK, actor_id__isnull=False)
        .values("actor_id", "actor_name")
        .annotate(patients=Count("patient_key", distinct=True))
        .filter(patients__gte=patients or MANY)
        .order_by("-patients")
    )
    return tuple(
        BulkReading(actor_id=row["actor_id"], actor_name=row["actor_name"], patients=row["patients"])
        for row in found
        if row["actor_id"]
    )


def _rows(rows: QuerySet[AuditEvent], before: int | None, limit: int) -> tuple[LogRow, ...]:
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return tuple(LogRow(**row) for row in rows.order_by("-seq").values(*LogRow.__dataclass_fields__)[:limit])

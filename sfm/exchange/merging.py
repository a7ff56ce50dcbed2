"""(Sammenstilling) Puts what the sources last said into the patient's rows, under the lock of the list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.exchange import explaining, merge_rows
from sfm.exchange.translate import records
from sfm.medication.actions import lists
from sfm.medication.models import Delivery, Lifecycle, Prescription, Treatment
from sfm.medication.rules.merge import Local, merge

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.medication.rules.merge import Record

COMPARED = ("name_form_strength", "dosage_text", "use_type", "indication_text")


@transaction.atomic
def run(patient_key: UUID) -> Counter[str]:
    """Merge the latest snapshot of every source. Returns the number of news per source."""
    head = lists.touch(patient_key)
    rows = list(Treatment.objects.select_for_update().filter(patient_key=patient_key))
    prescriptions = list(
        Prescription.objects.select_for_update()
        .filter(patient_key=patient_key)
        .exclude(delivery=Delivery.DRAFT)
    )
    decisions = merge(_locals(rows, prescriptions), latest_records(patient_key))
    writer = merge_rows.Writer(head=head, rows=rows, prescriptions=prescriptions)
    news: Counter[str] = Counter()
    for decision in decisions:
        news[decision.record.source] += writer.write(decision)
    if news.total():
        head.news_version = head.version
        head.save(update_fields=["news_version"])
    return news


def latest_records(patient_key: UUID) -> list[Record]:
    """What every source said last, in no particular order."""
    return [
        records.from_data(data)
        for snapshot in explaining.newest(patient_key)
        for data in snapshot.records
        if data["source"] in explaining.SOURCES
    ]


def _locals(rows: list[Treatment], prescriptions: list[Prescription]) -> list[Local]:
    own: dict[UUID | None, list[Prescription]] = {}
    for prescription in prescriptions:
        own.setdefault(prescription.treatment_id, []).append(prescription)
    return [_local(row, own.get(row.pk, [])) for row in rows]


def _local(row: Treatment, own: list[Prescription]) -> Local:
    return Local(
        id=row.pk,
        lib_id=str(row.lib_id),
        resept_ids=frozenset(str(p.pk) for p in own),
        recalled_ids=frozenset(str(p.pk) for p in own if _is_recalled(p)),
        fields={name: getattr(row, name) for name in COMPARED},
        base=_base(row),
        active=not row.has_ended,
        erased=row.lifecycle == Lifecycle.ENTERED_IN_ERROR,
        changed_at=row.last_changed,
    )


def _base(row: Treatment) -> dict[str, str] | None:
    if row.unsent_base is None and not row.unsent_verb:
        return None
    kept = row.unsent_base or {}
    return {name: kept[name] for name in COMPARED if name in kept}


def _is_recalled(prescription: Prescription) -> bool:
    planned = (Delivery.DRAFT, Delivery.REJECTED, Delivery.RESIGN, "")
    return prescription.rf_status == "T" or bool(
        prescription.recalled_at or prescription.recall_delivery not in planned
    )

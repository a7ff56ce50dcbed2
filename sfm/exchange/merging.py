"""(Sammenstilling) Puts what the sources last said into the patient's rows, under the lock of the list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction

from sfm.exchange import explaining, merge_rows
from sfm.exchange.translate import records
from sfm.medication.actions import ledger, lists, merge_log
from sfm.medication.models import Delivery, Lifecycle, Prescription, Treatment
from sfm.medication.rules.merge import Local, merge

if TYPE_CHECKING:
    from uuid import UUID

    from sfm.exchange.models import LookupSnapshot
    from sfm.medication.rules.merge import Decision, Record

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
    heard = explaining.newest(patient_key)
    decisions = merge(_locals(rows, prescriptions), _records(heard))
    writer = merge_rows.Writer(head=head, rows=rows, prescriptions=prescriptions)
    news: Counter[str] = Counter()
    log = _Log(heard)
    for decision in decisions:
        news[decision.record.source] += writer.write(decision)
        log.add(decision, writer)
    merge_log.by_machine(patient_key, log.found)
    ledger.news_settled(patient_key)  # looked up, and there may be nothing to look at
    if news.total():
        head.news_version = head.version
        head.save(update_fields=["news_version"])
    return news


class _Log:
    """What became of each record, for whoever asks «Hvorfor ser jeg dette?»."""

    def __init__(self, heard: list[LookupSnapshot]) -> None:
        self.answers = {data["source"]: answer.pk for answer in heard for data in answer.records[:1]}
        self.found: list[merge_log.Found] = []

    def add(self, decision: Decision, writer: merge_rows.Writer) -> None:
        record = decision.record
        on = record.changed_at.isoformat() if record.changed_at else ""
        changes = [list(change) for change in decision.changes]
        self.found.append(
            merge_log.Found(
                source=record.source,
                record=record.lib_id or record.resept_id,
                kind=decision.kind.value,
                treatment_id=writer.row_of(decision),
                snapshot_id=self.answers.get(record.source),
                event_id=writer.event_id,
                told={"by": record.by_short or record.by, "on": on}
                | ({"changes": changes} if changes else {}),
            )
        )


def _records(heard: list[LookupSnapshot]) -> list[Record]:
    """What every source said last, in no particular order."""
    return [
        records.from_data(data)
        for snapshot in heard
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

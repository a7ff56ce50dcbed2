"""Writes merge decisions into rows. A row with unsent work only ever gets a conflict marked on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sfm.core import clock
from sfm.medication import content_data, content_rows
from sfm.medication.models import (
    Delivery,
    Lifecycle,
    Prescription,
    Review,
    Treatment,
    TreatmentEvent,
)
from sfm.medication.queries import fields, words
from sfm.medication.rules.merge import Kind

if TYPE_CHECKING:
    from sfm.medication.models import MedicationList
    from sfm.medication.rules.merge import Decision, Record

THEIR_ROW = ("content", "discontinued_at", "discontinuation_reason", "discontinuation_note")
LOOK_BACK = timedelta(days=92)
MUTABLE = (
    "rf_status", "rf_status_at", "rf_missing_since", "dispensed", "last_dispensed_at", "recalled_at", "recall_reason",
    "recall_delivery", "delivery", "treatment_id", "signature",
)  # fmt: skip


class Writer:
    """One merge of one patient. `write` tells whether the decision was news."""

    def __init__(
        self, *, head: MedicationList, rows: list[Treatment], prescriptions: list[Prescription]
    ) -> None:
        self.head = head
        self.patient = head.patient_key
        self.rows = {row.pk: row for row in rows}
        self.by_lib = {str(row.lib_id): row for row in rows}
        self.prescriptions = {str(p.pk): p for p in prescriptions}
        self.event_id: UUID | None = None  # the line of history the last decision left
        self.had_list = any("PLL" in row.sources for row in rows)

    def write(self, decision: Decision) -> bool:
        self.event_id = None
        row = self.rows.get(decision.row) if decision.row else self.by_lib.get(decision.lib_id)
        known = self.prescriptions.get(decision.record.resept_id)
        if row is None and decision.kind == Kind.STATUS and known and known.treatment_id:  # placed just now
            row = self.rows.get(known.treatment_id)
        if row is None and decision.follows in self.prescriptions:  # the row its chain has just made
            made = self.prescriptions[decision.follows].treatment_id
            row = self.rows.get(made) if made else None
        if decision.adopt and row is not None:
            self._adopt(row, decision.lib_id)
        match decision.kind:
            case Kind.NEW:
                return self._new_entry(decision.record)
            case Kind.LOOSE:
                return self._loose(decision.record)
            case Kind.HISTORY:
                return self._history(decision.record)
            case _ if row is None:
                return False
            case Kind.CONFLICT:
                return self._conflict(row, decision)
            case Kind.REVIVED:
                return self._revived(row, decision.record)
            case Kind.CHANGED | Kind.DISCONTINUED:
                return self._changed(row, decision)
            case Kind.RECALLED | Kind.STATUS | Kind.ATTACHED:
                return self._prescription(row, decision)
        self._seen_in(row, decision.record.source)
        return False

    def row_of(self, decision: Decision) -> UUID | None:
        """Where the record stands now that it is written; None when it was left out."""
        if decision.row is not None:
            return decision.row
        row = self.by_lib.get(decision.lib_id or decision.record.lib_id)
        if row is not None:
            return row.pk
        known = self.prescriptions.get(decision.record.resept_id)
        return known.treatment_id if known else None

    def _new_entry(self, record: Record) -> bool:
        row = self._row(record, UUID(record.lib_id))
        row.review = Review.PENDING_DECISION if self.had_list else Review.UNSEEN_NEW
        row.review_note = f"fra legemiddellisten, {_by(record)}"[:255]
        stop = _instant(record.data.get("discontinued_at", ""))
        row.discontinued_at = stop
        row.discontinuation_reason = record.data.get("discontinuation_reason", "")
        row.discontinuation_note = record.data.get("discontinuation_note", "")
        if record.discontinued:
            row.lifecycle, row.review, row.review_note = Lifecycle.DISCONTINUED, Review.CONFIRMED, ""
        self._insert(row, record)
        if record.resept_id and record.resept_id not in self.prescriptions:
            self._placeholder(row, record)
        return not record.discontinued

    def _loose(self, record: Record) -> bool:
        row = self._row(record)
        row.review = Review.PENDING_DECISION
        organisation = record.data.get("organisation", "")
        written = words.short_day(date.fromisoformat(record.data["prescribed_on"]))
        row.review_note = f"løs resept, {organisation} {written}"[:255]
        self._insert(row, record)
        self._foreign(row, record)
        return True

    def _history(self, record: Record) -> bool:
        """Worked off or paper: shown as inactive for the look-back period; recalled ones are of no use."""
        when = _instant(_last_dispensed(record)) or record.changed_at
        if record.recalled or record.status == "T" or record.data.get("content") is None:
            return False
        if when is None or clock.now() - when > LOOK_BACK:
            return False
        row = self._row(record)
        row.review = Review.HISTORY_ONLY
        row.review_note = (
            f"utlevert {words.short_day(words.local_day(when))}" if _last_dispensed(record) else ""
        )
        self._insert(row, record)
        self._foreign(row, record)
        return False

    def _row(self, record: Record, pk: UUID | None = None) -> Treatment:
        row = Treatment(patient_key=self.patient, sources=[record.source], created=clock.now())
        if pk is not None:
            row.id = pk
        content_rows.fill(row, content_data.from_data(record.data["content"]))
        row.registered_by = row.last_changed_by = record.by[:255]
        row.last_changed = record.changed_at or clock.now()
        return row

    def _insert(self, row: Treatment, record: Record) -> None:
        row.save(force_insert=True)
        self.rows[row.pk] = row
        self.by_lib[str(row.lib_id)] = row
        self._event(row, "imported", record, after=content_rows.snapshot(row))

    def _conflict(self, row: Treatment, decision: Decision) -> bool:
        record = decision.record
        found = _difference(decision) | {
            "conflict": True,
            "theirs": dict(record.fields),
            "their_row": {name: record.data[name] for name in THEIR_ROW if name in record.data},
            "their_name": record.by,
            "their_time": record.changed_at.isoformat() if record.changed_at else "",
        }
        if row.difference == found:
            return False
        row.difference, row.review = found, Review.UNSEEN_CHANGED
        row.review_note = f"også endret av {_by(decision.record)}"[:255]
        self._save(row)
        return True

    def _revived(self, row: Treatment, record: Record) -> bool:
        """Erased here, and in the list again: it must be decided, never silently listed or silently dropped."""
        before = content_rows.snapshot(row)
        stop = row.discontinued_at is not None or record.discontinued
        row.lifecycle = Lifecycle.DISCONTINUED if stop else Lifecycle.ACTIVE
        row.review = Review.PENDING_DECISION
        row.review_note = f"slettet her, men står i listen fra {_by(record)}"[:255]
        row.last_changed = record.changed_at or clock.now()
        self._save(row)
        self._event(row, "merged", record, before=before, after=content_rows.snapshot(row))
        return True

    def _changed(self, row: Treatment, decision: Decision) -> bool:
        record, before = decision.record, content_rows.snapshot(row)
        kept = {
            name: getattr(row, name) for name in ("starts_on", "review_date", "in_multidose", "substance_ids")
        }
        content = content_data.from_data(record.data["content"])
        content_rows.fill(row, content)
        for name, value in kept.items():
            setattr(row, name, value)
        row.dosage_ends_on, row.discontinued_at = None, _instant(record.data.get("discontinued_at", ""))
        row.discontinuation_reason = record.data.get("discontinuation_reason", "")
        if decision.kind == Kind.DISCONTINUED:
            row.lifecycle = Lifecycle.DISCONTINUED
        row.difference = _difference(decision)
        row.review, row.review_note = Review.UNSEEN_CHANGED, f"av {_by(record)}"[:255]
        row.last_changed, row.last_changed_by = record.changed_at or clock.now(), record.by[:255]
        self._save(row)
        if record.source == "RF" and record.resept_id not in self.prescriptions:
            self._foreign(row, record)
        old, new = content_rows.changes(before, content_rows.snapshot(row))
        self._event(row, "merged", record, before=old, after=new)
        return True

    def _prescription(self, row: Treatment, decision: Decision) -> bool:
        record = decision.record
        known = self.prescriptions.get(record.resept_id)
        if known is None:
            self._foreign(row, record)
            return False
        by_us = bool(known.recall_delivery) and known.recall_delivery != Delivery.DRAFT
        last = known.last_dispensed_at
        _update(known, record, recalls=decision.kind == Kind.RECALLED or record.source == "RF")
        if row.review == Review.DISMISSED and known.last_dispensed_at != last:
            row.review, row.review_note = Review.HISTORY_ONLY, "utlevert igjen"
            self._save(row)
        self._seen_in(row, record.source)
        if decision.kind != Kind.RECALLED or by_us:
            return False
        row.review = Review.UNSEEN_CHANGED
        row.review_note = "resepten er tilbakekalt av andre"
        row.difference = row.difference or {"before": "Ekspederbar", "after": "Tilbakekalt"}
        self._save(row)
        self._event(row, "merged", record, after={})
        return True

    def _foreign(self, row: Treatment, record: Record) -> None:
        """A prescription written elsewhere."""
        data = record.data
        content = content_data.from_data(data["content"]) if data.get("content") else None
        made = Prescription(
            id=UUID(record.resept_id),
            treatment_id=row.pk,
            patient_key=self.patient,
            type=data.get("type", "E"),
            delivery=Delivery.FOREIGN,
            prescribed_on=date.fromisoformat(data["prescribed_on"]),
            expires_on=date.fromisoformat(data["expires_on"]),
            previous_id=UUID(record.previous_id) if record.previous_id else None,
            prescriber_hpr=data.get("prescriber_hpr", ""),
            prescriber_name=data.get("prescriber_name", "")[:255],
            prescriber_organisation=data.get("organisation", "")[:255],
            created=clock.now(),
        )
        if content is not None and content.prescription is not None:
            content_rows.fill_terms(made, content.prescription)
        _update(made, record, insert=True)
        self.prescriptions[record.resept_id] = made

    def _placeholder(self, row: Treatment, record: Record) -> None:
        """The list names a prescription RF has not shown us (yet)."""
        try:
            pk = UUID(record.resept_id)
        except ValueError:
            return  # local ids of paper prescriptions have other forms
        written = words.local_day(record.changed_at or clock.now())
        expires = record.data.get("expires_on", "")
        self.prescriptions[record.resept_id] = Prescription.objects.create(
            id=pk,
            treatment_id=row.pk,
            patient_key=self.patient,
            type=record.data.get("type", "E"),
            delivery=Delivery.FOREIGN,
            prescribed_on=written,
            expires_on=date.fromisoformat(expires) if expires else written,
            prescriber_name=record.by[:255],
            created=clock.now(),
        )

    def _adopt(self, row: Treatment, lib_id: str) -> None:
        row.shared_id = UUID(lib_id)
        self.by_lib[lib_id] = row
        row.save(update_fields=["shared_id"])

    def _seen_in(self, row: Treatment, source: str) -> None:
        if source not in row.sources:
            row.sources = [*row.sources, source]
            row.save(update_fields=["sources"])

    def _save(self, row: Treatment) -> None:
        row.version += 1
        row.save()

    def _event(
        self,
        row: Treatment,
        verb: str,
        record: Record,
        *,
        after: dict[str, Any],
        before: dict[str, Any] | None = None,
    ) -> None:
        line = TreatmentEvent.objects.create(
            treatment_id=row.pk,
            patient_key=self.patient,
            version=row.version,
            verb=verb,
            before=before,
            after=after,
            by_name=f"{record.by} ({record.source})"[:255],
            at=clock.now(),
        )
        self.event_id = line.pk


def _update(
    prescription: Prescription, record: Record, *, insert: bool = False, recalls: bool = True
) -> None:
    """What RF or KJ knows of a prescription. RF wins for status; KJ adds dispensings (7.2 step 2)."""
    if record.status and (record.source == "RF" or not prescription.rf_status):
        prescription.rf_status, prescription.rf_status_at = record.status, clock.now()
    if record.source == "RF":
        prescription.rf_missing_since = None
    dispensed = record.data.get("dispensed") or []
    if dispensed and (record.source == "RF" or not prescription.dispensed):
        prescription.dispensed = dispensed
        prescription.last_dispensed_at = _instant(_last_dispensed(record))
    prescription.signature = record.data.get("signature") or prescription.signature
    if recalls and (record.recalled or record.status == "T"):
        prescription.recalled_at = (
            prescription.recalled_at or _instant(record.data.get("recalled_at", "")) or clock.now()
        )
        prescription.recall_reason = prescription.recall_reason or record.data.get("recall_reason", "")[:1]
        if prescription.recall_delivery in (Delivery.QUEUED, Delivery.AWAITING_CONFIRMATION):
            prescription.recall_delivery = Delivery.ACCEPTED
    if prescription.delivery in (Delivery.AWAITING_CONFIRMATION, Delivery.QUEUED) and record.source == "RF":
        prescription.delivery = Delivery.ACCEPTED  # the evidence an unknown outcome waits for
    prescription.save(force_insert=True) if insert else prescription.save(update_fields=list(MUTABLE))


def _last_dispensed(record: Record) -> str:
    return max((entry["at"] for entry in record.data.get("dispensed") or []), default="")


def _difference(decision: Decision) -> dict[str, Any]:
    """The change a person should see first: the dose, else whatever there is."""
    by = _by(decision.record)
    if decision.record.changed_at is not None:
        by = f"{by}, {words.short_day(words.local_day(decision.record.changed_at))}"
    if decision.kind == Kind.DISCONTINUED or not decision.changes:
        return {"before": "I bruk", "after": "Seponert", "by": by}
    chosen = next((c for c in decision.changes if c[0] == "dosage_text"), decision.changes[0])
    before, after = (fields.said(chosen[0], value) for value in chosen[1:])
    return {"field": fields.NAMES[chosen[0]], "before": before, "after": after, "by": by}


def _by(record: Record) -> str:
    """The whole name stands in the history and on the detail page."""
    return record.by_short or record.by


def _instant(value: str) -> datetime | None:
    return datetime.fromisoformat(value) if value else None

"""«Hvorfor ser jeg dette?»: what each source said last about a row, side by side, from its answer as it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.core.errors import NotFound
from sfm.exchange.models import LookupSnapshot
from sfm.exchange.translate import list_extension, records
from sfm.medication.models import Lifecycle, Prescription, Treatment
from sfm.medication.queries import fields, merge_log, words
from sfm.medication.rules.merge import ACTIVE, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from sfm.medication.rules.merge import Record

SOURCES = ("PLL", "RF", "KJ")
COMPARED = {
    "name_form_strength": "Legemiddel",
    "dosage_text": "Dosering",
    "use_type": "Legemiddelbruk",
    "indication_text": "Bruksområde",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a source says of one row, and when we heard it."""

    source: str
    received_at: datetime
    record: Record


@dataclass(frozen=True, kw_only=True)
class Cell:
    text: str
    differs: bool = False  # from what stands here


@dataclass(frozen=True, kw_only=True)
class Line:
    label: str
    here: str
    cells: tuple[Cell, ...]  # one per source asked, in order


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """`sources`: (name, when it answered, whether it says anything about this row)."""

    sources: tuple[tuple[str, datetime, bool], ...]
    lines: tuple[Line, ...]
    origin: str  # in one sentence
    decided: tuple[merge_log.Decided, ...] = ()  # what was made of what they said, newest first


def newest(patient_key: UUID) -> list[LookupSnapshot]:
    """The last answer of each source. One SQL query."""
    kept = LookupSnapshot.objects.filter(patient_key=patient_key, source__in=SOURCES).defer("raw")
    return list(kept.order_by("source", "-received_at").distinct("source"))


def by_row(
    patient_key: UUID, rows: Iterable[Treatment], prescriptions: Iterable[Prescription]
) -> dict[UUID, dict[str, Said]]:
    """Row → source → what it says. Two SQL queries less than asking for each."""
    by_lib = {str(row.lib_id): row.pk for row in rows}
    by_resept = {str(p.pk): p.treatment_id for p in prescriptions if p.treatment_id}
    found: dict[UUID, dict[str, Said]] = {}
    for snapshot in newest(patient_key):
        for data in snapshot.records:
            record = records.from_data(data)
            about = by_lib.get(record.lib_id) or by_resept.get(record.resept_id)
            if about is None:
                continue
            said = Said(source=snapshot.source, received_at=snapshot.received_at, record=record)
            known = found.setdefault(about, {})
            if snapshot.source not in known or _counts_more(record, known[snapshot.source].record):
                known[snapshot.source] = said
    return found


def explain(treatment_id: UUID, *, patient_key: UUID) -> Explanation:
    """Raises NotFound for a foreign row. Four SQL queries."""
    row = Treatment.objects.filter(pk=treatment_id, patient_key=patient_key).first()
    if row is None or row.is_erased:
        raise NotFound
    own = list(Prescription.objects.filter(patient_key=patient_key, treatment_id=treatment_id))
    asked = newest(patient_key)
    said = by_row(patient_key, [row], own).get(row.pk, {})
    order = [snapshot for source in SOURCES for snapshot in asked if snapshot.source == source]
    return Explanation(
        sources=tuple((s.source, s.received_at, s.source in said) for s in order),
        lines=tuple(_lines(row, [said.get(snapshot.source) for snapshot in order])),
        origin=_origin(row, said),
        decided=merge_log.of_row(
            row.pk, patient_key=patient_key, records=[str(row.lib_id), *(str(p.pk) for p in own)]
        ),
    )


def _lines(row: Treatment, told: list[Said | None]) -> list[Line]:
    lines = [
        Line(
            label=label,
            here=fields.said(name, getattr(row, name)),
            cells=tuple(_cell(name, getattr(row, name), one) for one in told),
        )
        for name, label in COMPARED.items()
    ]
    stop = fields.said("discontinued_at", row.discontinued_at.isoformat() if row.discontinued_at else "")
    lines += [
        Line(label="Seponeres", here=stop, cells=tuple(Cell(text=_stop(one)) for one in told)),
        Line(
            label="Kommentar",
            here=list_extension.pause(row) if row.lifecycle == Lifecycle.SUSPENDED else "",
            cells=tuple(Cell(text=_comments(one)) for one in told),
        ),
        Line(label="Resept", here="", cells=tuple(Cell(text=_status(one)) for one in told)),
        Line(
            label="Sist endret",
            here=f"{_when(row.last_changed)} {row.last_changed_by}".strip(),
            cells=tuple(Cell(text=_changed(one)) for one in told),
        ),
    ]
    return [line for line in lines if line.here or any(cell.text for cell in line.cells)]


def _cell(name: str, here: str, said: Said | None) -> Cell:
    if said is None or name not in said.record.fields:
        return Cell(text="")
    value = said.record.fields[name]
    return Cell(text=fields.said(name, value), differs=normalised(value) != normalised(here))


def _stop(said: Said | None) -> str:
    at = said.record.data.get("discontinued_at", "") if said else ""
    return fields.day(at) if at else ""


def _comments(said: Said | None) -> str:
    """What others have written of the entry, a pause among it."""
    told = said.record.data.get("comments", ()) if said else ()
    return " ".join(f"{one['text']} ({one['by']}, {fields.day(one['at'])})" for one in told)


def _status(said: Said | None) -> str:
    if said is None or not said.record.status:
        return ""
    dispensed = said.record.data.get("dispensed") or []
    last = max((str(one["at"]) for one in dispensed), default="")
    text = words.RF_STATUS.get(said.record.status, said.record.status)
    return f"{text}, utlevert {fields.day(last)}" if last else text


def _changed(said: Said | None) -> str:
    if said is None:
        return ""
    return f"{_when(said.record.changed_at)} {said.record.by}".strip()


def _when(at: datetime | None) -> str:
    return words.day(words.local_day(at)) if at else ""


def _counts_more(record: Record, known: Record) -> bool:
    """Of several prescriptions the one that can be dispensed on, then the newest."""
    return _weight(record) > _weight(known)


def _weight(record: Record) -> tuple[bool, bool, str]:
    changed = record.changed_at.isoformat() if record.changed_at else ""
    return (bool(record.lib_id), record.status in ACTIVE, changed)


def _origin(row: Treatment, said: dict[str, Said]) -> str:
    if not said:
        return f"Står bare i denne journalen{f', registrert av {row.registered_by}' if row.registered_by else ''}."
    names = {"PLL": "den felles legemiddellisten", "RF": "Reseptformidleren", "KJ": "kjernejournal"}
    told = [f"i {names[source]}" for source in SOURCES if source in said]
    if "lokal" not in row.sources:
        return f"Er ikke bekreftet i denne journalen, men står {_joined(told)}."
    return f"Står {_joined(['i denne journalen', *told])}."


def _joined(places: list[str]) -> str:
    *first, last = places
    return f"{', '.join(first)} og {last}" if first else last

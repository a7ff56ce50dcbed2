"""Rows of the access log as they are shown and exported. Who a patient is, only a clinician with the log may see."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from portals.organisation import words
from sfm.core import clock
from sfm.core.ids import PatientKey
from sfm.patients import vault
from sfm.tenancy import organisations
from sfm.tenancy.scope import current_journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sfm.audit.queries import LogRow
    from sfm.core.actor import Actor

COLUMNS = (
    "Tid", "Hvem", "HPR-nummer", "Kategori", "Enhet", "Handling", "Resultat", "Pasient", "På vegne av (HPR)",
    "Konsultasjon", "Kilde",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    seq: int
    at: datetime
    who: str
    hpr: str
    category: str
    unit: str
    action: str
    result: str  # code
    result_text: str
    patient: str  # name and number, or a mark that is the same for the same patient; "" when the row is about nobody
    on_behalf_of: str
    encounter: str  # the record system's own reference to the consultation
    source: str


def sees_patients(actor: Actor) -> bool:
    """`admin.logs` and a clinical role (portals.md 4.3)."""
    return actor.may("admin.logs") and bool(actor.personnel_category) and actor.may("lib.view")


def lines(rows: Sequence[LogRow], actor: Actor) -> list[Line]:
    """Two queries however many rows: the units' names, and the patients' if they may be seen."""
    units = {unit.pk: unit.name for unit in organisations.of_journal(current_journal())}
    keys = {row.patient_key for row in rows if row.patient_key}
    patients = _names(keys) if sees_patients(actor) else {}
    return [_line(row, units, patients) for row in rows]


def as_csv(found: Iterable[Line]) -> str:
    """Semicolons and a byte order mark, as a Norwegian spreadsheet wants it."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in found:
        at = clock.local(line.at).strftime("%Y-%m-%d %H:%M:%S")
        cells = (
            at,
            line.who,
            line.hpr,
            line.category,
            line.unit,
            line.action,
            line.result_text,
            line.patient,
        )
        writer.writerow(
            [_harmless(cell) for cell in (*cells, line.on_behalf_of, line.encounter, line.source)]
        )
    return out.getvalue()


def mark(patient_key: UUID) -> str:
    """Tells patients apart without telling who they are."""
    return f"Pasient {blake2b(patient_key.bytes, digest_size=3).hexdigest()}"


def _names(keys: set[UUID]) -> dict[UUID, str]:
    found = vault.open_identities(PatientKey(key) for key in keys)
    return {
        key: f"{person.name} ({person.pid})" if person.has_national_id else person.name
        for key, person in found.items()
    }


def _line(row: LogRow, units: dict[UUID, str], patients: dict[UUID, str]) -> Line:
    key = row.patient_key
    return Line(
        seq=row.seq,
        at=row.at,
        who=row.actor_name or "Systemet",
        hpr=row.actor_hpr,
        category=row.actor_category,
        unit=units.get(row.organisation_id, "") if row.organisation_id else "",
        action=words.action(row.action),
        result=row.result,
        result_text=words.RESULTS.get(row.result, row.result),
        patient=(patients.get(key) or mark(key)) if key else "",
        on_behalf_of=row.on_behalf_of,
        encounter=row.encounter,
        source=words.SOURCES.get(row.source, row.source),
    )


def _harmless(cell: str) -> str:
    """A spreadsheet runs a cell that begins like a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell

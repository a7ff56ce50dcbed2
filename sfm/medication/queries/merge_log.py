"""«Hvorfor ser jeg dette?»: what was made of what the sources said about a row, by the machine and by people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.medication.models import MergeDecision
from sfm.medication.queries import fields

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

MACHINE = "Sammenstillingen"
KINDS = {
    "same": "Lik det som står her",
    "new_elsewhere": "Ny oppføring, tatt inn til vurdering",
    "changed_elsewhere": "Raden er endret etter kilden",
    "discontinued_elsewhere": "Raden er seponert etter kilden",
    "recalled_elsewhere": "Resepten er tilbakekalt av andre",
    "status": "Kjent resept, status oppdatert",
    "attached": "Resepten hører til denne behandlingen",
    "dispensed_info_only": "Vist som inaktiv historikk",
    "local_unsent_conflict": "Konflikt med usendt arbeid her: ikke endret",
    "loose": "Løs resept, venter på avgjørelse",
    "revived": "Slettet her, men står i listen igjen: venter på avgjørelse",
    "confirmed": "Bekreftet i bruk",
    "kept_both": "Beholdt ved siden av behandlingen den ligner",
    "linked": "Knyttet til denne behandlingen",
    "dismissed": "Lagt bort som ikke aktuelt",
    "brought_back": "Hentet fram igjen",
    "kept_ours": "Konflikt avgjort: vår versjon gjelder",
    "took_theirs": "Konflikt avgjort: deres versjon gjelder",
    "entered_in_error": "Slettet som feilregistrert",
    "signed": "Sett og signert",
    "undone": "Avgjørelsen er angret",
    "discontinued": "Seponert",
    "renewed": "Fornyet",
    "changed": "Endret",
    "prescribed": "Resept opprettet",
    "recalled": "Resepten tilbakekalt",
    "recalled_older": "Eldre resepter tilbakekalt",
    "suspended": "Pauset",
    "resumed": "Gjenopptatt",
    "reactivated": "Tatt i bruk igjen",
}
RECORDS = {"PLL": "oppføring i den felles listen", "RF": "resept i Reseptformidleren", "KJ": "kjernejournal"}
WITHOUT_EVENT = ("local_unsent_conflict", "attached", "signed")


@dataclass(frozen=True, kw_only=True)
class Decided:
    at: datetime
    by: str
    what: str
    about: str  # «resept i Reseptformidleren, Dr. Y 03.03.2026»
    changes: tuple[tuple[str, str, str], ...] = ()
    note: str = ""
    by_person: bool = False


def of_row(treatment_id: UUID, *, patient_key: UUID, records: Iterable[str] = ()) -> tuple[Decided, ...]:
    """Newest first: about the row, and about its records while they stood on another. One SQL query."""
    found = MergeDecision.objects.filter(patient_key=patient_key).order_by("-at", "-id")
    own = set(records)
    return tuple(decided(one) for one in found if one.treatment_id == treatment_id or one.record in own)


def decided(one: MergeDecision) -> Decided:
    told = one.told or {}
    when = fields.day(told["on"]) if told.get("on") else ""
    who = " ".join(part for part in (told.get("by", ""), when) if part)
    return Decided(
        at=one.at,
        by=one.by_name or MACHINE,
        what=KINDS.get(one.kind, one.kind),
        about=", ".join(part for part in (RECORDS.get(one.source, one.source), who) if part),
        changes=tuple(
            (fields.NAMES.get(name, name), fields.said(name, before), fields.said(name, after))
            for name, before, after in told.get("changes", ())
        ),
        note=told.get("note", ""),
        by_person=one.by_id is not None,
    )

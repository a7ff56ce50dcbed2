"""(Legemiddelliste til pasient) What the patient uses, in plain words, and what is new since the last printout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.medication.models import Lifecycle, Review, Treatment, TreatmentEvent
from sfm.medication.queries import words
from sfm.medication.rules import dosage_data, dosage_text
from sfm.medication.rules.day_table import SLOTS, Day, day_of, structured
from sfm.medication.rules.dosage import FreeTextDosage, ShortDose

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from sfm.medication.rules.dosage import Dosage

RECENT = timedelta(days=30)  # when the patient has had no list before
SEEN = {"dosage_text", "substance", "strength", "form", "brand", "indication_text", "dosage_ends_on"}


@dataclass(frozen=True, kw_only=True)
class PatientLine:
    substance: str
    brand: str
    form: str
    strength: str
    dose: str
    dose_is_norwegian: bool  # somebody wrote it: it is not translated
    day: Day
    indication: str
    change: str  # "", new, changed
    before: str  # the dose before, when that is what changed
    starts_on: date | None  # when it has not begun
    stops_on: date | None
    as_needed: bool


@dataclass(frozen=True, kw_only=True)
class PatientList:
    lines: tuple[PatientLine, ...]
    stopped: tuple[tuple[str, date], ...]
    since: date
    slots: tuple[str, ...]  # the times of day any dose falls on

    @property
    def tabled(self) -> tuple[PatientLine, ...]:
        return tuple(line for line in self.lines if line.day.fits)

    @property
    def others(self) -> tuple[PatientLine, ...]:
        """What the table cannot say: when needed, cycles, tapers, free text."""
        return tuple(line for line in self.lines if not line.day.fits)


def load(patient_key: UUID, *, since: datetime | None, locale: str) -> PatientList:
    """What is in use or about to be; `since` is when the patient was last given a list. Two SQL queries."""
    begin = since or clock.now() - RECENT
    rows = list(Treatment.objects.filter(patient_key=patient_key))
    events = TreatmentEvent.objects.filter(patient_key=patient_key, at__gt=begin).order_by("at")
    changed: dict[UUID, TreatmentEvent] = {}
    for event in events:
        if SEEN & set(event.after or ()) and event.before:
            changed.setdefault(event.treatment_id, event)
    now = clock.now()
    used = sorted((row for row in rows if _is_used(row, now)), key=lambda row: row.substance.casefold())
    lines = tuple(_line(row, changed.get(row.pk), begin, locale) for row in used)
    taken = {slot for line in lines for slot in line.day.cells}
    return PatientList(
        lines=lines,
        stopped=tuple(
            (row.name_form_strength, words.local_day(row.discontinued_at))
            for row in rows
            if row.discontinued_at and begin < row.discontinued_at <= now and _stood(row)
        ),
        since=words.local_day(begin),
        slots=tuple(slot for slot in SLOTS if slot in taken),
    )


def _is_used(row: Treatment, now: datetime) -> bool:
    ended = row.discontinued_at is not None and row.discontinued_at <= now
    decided = row.review not in (Review.PENDING_DECISION, Review.HISTORY_ONLY)
    return row.lifecycle == Lifecycle.ACTIVE and not ended and decided


def _stood(row: Treatment) -> bool:
    return row.lifecycle == Lifecycle.DISCONTINUED and row.review != Review.HISTORY_ONLY


def _line(row: Treatment, event: TreatmentEvent | None, since: datetime, locale: str) -> PatientLine:
    dosage = dosage_data.from_data(row.dosage)
    day = day_of(dosage, locale=locale)
    change = "new" if row.created > since else "changed" if event else ""
    before = str((event.before or {}).get("dosage_text") or "") if event and change == "changed" else ""
    future = row.starts_on is not None and row.starts_on > clock.today()
    return PatientLine(
        substance=words.generic(row.substance),
        brand=row.brand,
        form=row.form.lower(),
        strength=row.strength,
        dose=dosage_text.text(structured(dosage) if locale != "nb" else dosage, locale=locale),
        dose_is_norwegian=_is_norwegian(dosage),
        day=day,
        indication=row.indication_text,
        change=change,
        before=before if before != row.dosage_text else "",
        starts_on=row.starts_on if future else None,
        stops_on=words.local_day(row.discontinued_at) if row.discontinued_at else row.dosage_ends_on,
        as_needed=row.use_type == "3" or day.as_needed,
    )


def _is_norwegian(dosage: Dosage) -> bool:
    kept = structured(dosage).instruction
    return bool(dosage.text_override) or isinstance(kept, FreeTextDosage | ShortDose)

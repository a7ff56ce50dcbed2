"""What blocks «Signer og send» (clinical.md 4.8). Facts in, blockers out. The list is kept this short on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

CLOCK_IS_OFF = (
    "SFMs klokke går mer enn to minutter feil. Reseptformidleren tar ikke imot noe før den er rettet. "
    "Meld fra til driften."
)
LOOKUP_MAX_AGE = timedelta(hours=4)  # fixed by the e-prescription requirements


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """`subject` names the thing in a few words; `treatment_id` is where the person is taken."""

    code: str
    text: str
    treatment_id: UUID | None = None
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """An unsent row, or a row that waits for a decision."""

    id: UUID
    name: str
    pending: bool = False
    conflict: bool = False
    problems: Mapping[str, str] | None = None
    refusal: str = ""
    warnings: tuple[tuple[str, str], ...] = ()  # (code, text): B2 and B3 that nobody has handled


@dataclass(frozen=True, kw_only=True)
class Facts:
    now: datetime
    can_be_asked: bool  # a patient without a number cannot be looked up (rulings.md 3)
    rf_answered_at: datetime | None
    has_pll: bool
    may_confirm: bool
    open_drafts: int
    level_4: bool
    unit_problem: str
    clock_is_off: bool = False
    name_too_long: str = ""  # which of the patient's names
    rows: tuple[Row, ...]
    pending: tuple[Row, ...]


def check(facts: Facts) -> tuple[Blocker, ...]:
    found = [*_lookup(facts), *_drafts(facts), *_person(facts)]
    if facts.has_pll and facts.may_confirm:  # rulings.md 2: only those who may resolve it
        found += [
            Blocker(code="B5", text="Bekreft i bruk eller seponer.", treatment_id=row.id, subject=row.name)
            for row in facts.pending
        ]
    for row in facts.rows:
        found += _row(row)
    return tuple(found)


def _lookup(facts: Facts) -> list[Blocker]:
    """B1, judged on the newest successful RF look-up (rulings.md 3 and 4)."""
    if not facts.can_be_asked:
        return []
    at = facts.rf_answered_at
    if at is not None and facts.now - at <= LOOKUP_MAX_AGE:
        return []
    text = (
        "Oppslaget i Reseptformidleren er eldre enn 4 timer."
        if at
        else "Reseptformidleren har ikke svart ennå."
    )
    return [Blocker(code="B1", text=f"{text} Oppdater før sending.", subject="Oppslag")]


def _drafts(facts: Facts) -> list[Blocker]:
    if not facts.open_drafts:
        return []
    count = "1 utkast" if facts.open_drafts == 1 else f"{facts.open_drafts} utkast"
    return [Blocker(code="B4", text=f"{count} venter på godkjenning.", subject="Utkast")]


def _person(facts: Facts) -> list[Blocker]:
    found = []
    if not facts.level_4:
        found.append(
            Blocker(
                code="B10", text="Innloggingsnivået er ikke høyt nok til å signere.", subject="Innlogging"
            )
        )
    if facts.unit_problem:
        found.append(Blocker(code="B10", text=facts.unit_problem, subject="Virksomhet"))
    if facts.name_too_long:
        text = (
            f"Pasientens {facts.name_too_long} er lengre enn det Reseptformidleren har plass til (50 tegn). "
            "Forkort i journalsystemet."
        )
        found.append(Blocker(code="B10", text=text, subject="Pasientens navn"))
    if facts.clock_is_off:
        found.append(Blocker(code="B10", text=CLOCK_IS_OFF, subject="Klokken"))
    return found


def _row(row: Row) -> list[Blocker]:
    found = []
    if row.conflict:
        text = "Raden er endret både her og et annet sted. Velg hva som skal gjelde."
        found.append(Blocker(code="B9", text=text, treatment_id=row.id, subject=row.name))
    if row.refusal:
        found.append(Blocker(code="B10", text=row.refusal, treatment_id=row.id, subject=row.name))
    for code, text in row.warnings:
        found.append(Blocker(code=code, text=text, treatment_id=row.id, subject=row.name))
    for name, problem in (row.problems or {}).items():
        found.append(Blocker(code=_code(name), text=problem, treatment_id=row.id, subject=row.name))
    return found


def _code(field: str) -> str:
    if field in ("legal_basis", "reimbursement_code", "terms"):
        return "B7"
    return "B6" if field == "discontinue_on" else "B8"

"""Alerts as marks beside a name: shape, letter and words. What nobody needs to act on makes none (rulings.md 28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.queries import words
from sfm.medication.queries.rows import Mark
from sfm.medication.rules import alerts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sfm.medication.queries.alert_facts import Judged, Picture

LETTERS = {alerts.CAVE: "CAVE", alerts.RED: "R", alerts.YELLOW: "G", alerts.DUPLICATE: "DBL"}
UNKNOWN = "?"
NAMES = {
    alerts.CAVE: "Legemiddelreaksjon",
    alerts.RED: "Interaksjon, bør unngås",
    alerts.YELLOW: "Interaksjon, forholdsregler bør tas",
    alerts.DUPLICATE: "Dobbeltforskrivning",
}


def of_list(picture: Picture) -> dict[UUID, tuple[Mark, ...]]:
    """For every row that has any. A draft is marked by the list; the list is not marked by a draft."""
    proposed = {entry.subject.id for entry in picture.entries if entry.subject.proposed}
    by_row: dict[UUID, list[Judged]] = {}
    for judged in picture.judged():
        touched = judged.alert.treatments
        drafts = [row for row in touched if row in proposed]
        for row in drafts or touched:
            by_row.setdefault(row, []).append(judged)
    return {row: of(found, row) for row, found in by_row.items()}


def of(found: Iterable[Judged], row: UUID) -> tuple[Mark, ...]:
    """At most one mark of each grade, worst first."""
    by_grade: dict[str, list[Judged]] = {}
    for judged in found:
        if judged.alert.kind != "group":  # another of the same group is told on the card only
            by_grade.setdefault(judged.alert.grade, []).append(judged)
    return tuple(
        _mark(grade, by_grade[grade], row)
        for grade in alerts.GRADES
        if grade in by_grade and grade != alerts.GREEN
    )


def _mark(grade: str, found: list[Judged], row: UUID) -> Mark:
    if grade == alerts.NOT_ASSESSED:
        return Mark(kind="unknown", letter=UNKNOWN, name=found[0].alert.title)
    about = dict.fromkeys(name for judged in found for name in _about(judged, row))
    name = f"{NAMES[grade]}: {', '.join(about)}"
    if not all(judged.handled for judged in found):
        return Mark(kind=grade, letter=LETTERS[grade], name=name)
    return Mark(kind=f"{grade} handled", letter=LETTERS[grade], name=f"{name}. {decided(found[0])}")


def _about(judged: Judged, row: UUID) -> tuple[str, ...]:
    alert = judged.alert
    return (alert.title,) if alert.grade == alerts.CAVE else alert.others(row)


def decided(judged: Judged) -> str:
    """«Håndtert 22.11.2026 av Demoberg, Vilde: Følges med prøver/kontroll»"""
    decision = judged.decision
    if decision is None:
        return ""
    return f"Håndtert {words.day(words.local_day(decision.at))} av {decision.by}: {decision.words}"

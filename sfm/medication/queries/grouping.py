"""(Gruppering) What is in use, in another order than by what must be handled (clinical.md 4.4, NHS CUI MEDv-190)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.medication.queries.rows import RowGroup

if TYPE_CHECKING:
    from sfm.medication.queries.rows import InUseRow

ATTENTION, NONE, BY_ATC, BY_NAME = "attention", "none", "atc", "substance"
APART = ("inactive", "discontinued")  # what is not in use stands apart, whatever the order
ALL = "I bruk"
ATC = {
    "A": "Fordøyelsesorganer og stoffskifte",
    "B": "Blod og bloddannende organer",
    "C": "Hjerte og kretsløp",
    "D": "Hud",
    "G": "Urogenitalsystem og kjønnshormoner",
    "H": "Hormoner til systemisk bruk",
    "J": "Infeksjoner",
    "L": "Kreft og immunforsvar",
    "M": "Muskler og skjelett",
    "N": "Nervesystemet",
    "P": "Parasitter",
    "Q": "Veterinærmedisin",
    "R": "Respirasjonsorganer",
    "S": "Øye og øre",
    "V": "Annet",
}
WITHOUT = "Uten ATC-kode"


def by(groups: tuple[RowGroup, ...], choice: str) -> tuple[RowGroup, ...]:
    """`choice` of «Gruppering og sortering»: none keeps the order of what must be handled first, without headings."""
    if choice == ATTENTION:
        return groups
    current = [row for group in groups if group.key not in APART for row in group.rows]
    if choice in (BY_ATC, BY_NAME):
        current.sort(key=lambda row: row.sort_key)
    made = (
        _by_atc(current) if choice == BY_ATC else (RowGroup(key="current", title=ALL, rows=tuple(current)),)
    )
    return (*(group for group in made if group.rows), *(group for group in groups if group.key in APART))


def _by_atc(rows: list[InUseRow]) -> tuple[RowGroup, ...]:
    placed: dict[str, list[InUseRow]] = {}
    for row in rows:
        placed.setdefault(row.atc[:1] if row.atc[:1] in ATC else "", []).append(row)
    return tuple(
        RowGroup(key=f"atc-{letter or 'none'}", title=_title(letter), rows=tuple(placed[letter]))
        for letter in (*ATC, "")
        if letter in placed
    )


def _title(letter: str) -> str:
    return f"{letter} – {ATC[letter]}" if letter else WITHOUT

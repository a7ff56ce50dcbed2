"""Two people changed the same: field by field, what each did, and what nobody has to choose (rulings.md 18). Pure.

The table is that of whole lists (`pll.three_way`), with a field in the place of an entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.medication.rules import pll
from sfm.medication.rules.pll import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class FieldChoice:
    """`chosen`: the side that is preselected, "ours" or "theirs"; "" when both changed it and a person must choose."""

    name: str
    base: Any
    theirs: Any
    ours: Any
    chosen: str


def three_way(
    base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> tuple[FieldChoice, ...]:
    """Only fields that somebody has changed, in the order of `ours`."""
    merged = {one.id: one for one in pll.three_way(_packed(base), _packed(theirs), _packed(ours))}
    changed = [name for name in ours if not base.get(name) == theirs.get(name) == ours.get(name)]
    return tuple(
        FieldChoice(
            name=name,
            base=base.get(name),
            theirs=theirs.get(name),
            ours=ours.get(name),
            chosen=CHOSEN.get(merged[name].outcome, ""),
        )
        for name in changed
    )


CHOSEN = {Outcome.OURS: "ours", Outcome.THEIRS: "theirs"}


def _packed(side: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: {"value": value} for name, value in side.items()}

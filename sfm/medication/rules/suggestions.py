"""(Forslag) Which treatment a loose prescription probably belongs to (clinical.md 7.2 step 4). Pure.

A score proposes, a person decides: nothing is ever joined by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfm.medication.rules.merge import normalised

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

LEVEL_5 = 7  # characters of an ATC code that names a substance


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Out of a hundred. `sure`: from here one single candidate is offered as chosen already."""

    same: int = 90
    other_strength: int = 60
    same_atc: int = 30
    sure: int = 90


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What is compared of a product, as each side knows it: a message names no substance ids."""

    substances: frozenset[str] = field(default_factory=frozenset)
    atc: str = ""
    form: str = ""
    strength: str = ""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    about: Hashable
    score: int
    preselected: bool


def score(one: Compared, other: Compared, weights: Weights | None = None) -> int:
    """0 when nothing speaks for it."""
    weights = weights or Weights()
    if not _same_substance(one, other):
        return 0
    same_form = bool(one.form) and normalised(one.form) == normalised(other.form)
    if not same_form:
        return weights.same_atc
    same_strength = normalised(one.strength) == normalised(other.strength)
    return weights.same if same_strength else weights.other_strength


def suggest(
    loose: Compared, candidates: Mapping[Hashable, Compared], weights: Weights | None = None
) -> tuple[Suggestion, ...]:
    """Best first; preselected only when exactly one is sure."""
    weights = weights or Weights()
    scored = [(score(loose, product, weights), about) for about, product in candidates.items()]
    found = sorted((pair for pair in scored if pair[0]), key=lambda pair: (-pair[0], str(pair[1])))
    sure = [about for points, about in found if points >= weights.sure]
    return tuple(
        Suggestion(about=about, score=points, preselected=len(sure) == 1 and about == sure[0])
        for points, about in found
    )


def _same_substance(one: Compared, other: Compared) -> bool:
    if one.substances and other.substances:
        return one.substances == other.substances
    return len(one.atc) >= LEVEL_5 and one.atc == other.atc

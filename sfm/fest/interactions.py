"""Interactions between drugs (fest.md 5.9): by ATC prefix or substance, salts included. Pure once built."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ATC_LEVELS = (1, 3, 4, 5, 7)
FIRST, SECOND = 1, 2  # the two groups of an interaction, as bits


@dataclass(frozen=True, kw_only=True, slots=True)
class DrugKeys:
    """What a drug is matched on: its ATC code, its substances, and their parents and salts."""

    atc: str = ""
    substances: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *, atc: str, substances: Iterable[str], kin: Mapping[str, set[str]]) -> DrugKeys:
        found = set(substances)
        for substance in tuple(found):
            for relative in kin.get(substance, ()):
                # up to the parent and down to its other salts
                found |= {relative} | kin.get(relative, set())
        return cls(atc=atc, substances=frozenset(found))

    @property
    def all(self) -> tuple[str, ...]:
        levels = {*ATC_LEVELS, len(self.atc)}
        return (
            *(self.atc[:level] for level in sorted(levels) if 0 < level <= len(self.atc)),
            *self.substances,
        )

    def same_substance(self, other: DrugKeys) -> bool:
        """Dobbeltforskrivning: a substance, or its parent or salt, in common."""
        return bool(self.substances & other.substances)

    def same_atc_group(self, other: DrugKeys) -> bool:
        """The same ATC group at level 4, e.g. both are ACE inhibitors."""
        return len(self.atc) >= 5 and self.atc[:5] == other.atc[:5]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """An interaction without its texts."""

    fest_id: str
    relevance: str  # 7483
    criterion: str
    names: tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Two drugs that interact: positions in the list that was asked about."""

    first: int
    second: int
    interaction: Edge


class InteractionGraph:
    def __init__(
        self, edges: Sequence[Edge], members: Mapping[str, Mapping[int, int]], unassessed: frozenset[str]
    ) -> None:
        self._edges, self._members, self._unassessed = edges, members, unassessed

    def find(self, drugs: Sequence[DrugKeys]) -> tuple[Finding, ...]:
        """Every pair of different drugs that interact, worst first. Each interaction once per pair."""
        touched: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for position, drug in enumerate(drugs):
            for edge, sides in self._sides(drug).items():
                touched[edge].append((position, sides))
        found = [
            Finding(first=one, second=other, interaction=self._edges[edge])
            for edge, hits in touched.items()
            for (one, sides), (other, other_sides) in combinations(hits, 2)
            if _complement(sides, other_sides)
        ]
        return tuple(
            sorted(found, key=lambda finding: (finding.interaction.relevance, finding.first, finding.second))
        )

    def between(self, drug: DrugKeys, others: Sequence[DrugKeys]) -> tuple[Finding, ...]:
        """Interactions of one drug with each of the others; the drug has position 0, the others 1 and up."""
        return tuple(finding for finding in self.find((drug, *others)) if finding.first == 0)

    def not_assessed(self, drug: DrugKeys) -> bool:
        """Nobody has judged this drug: silence about it is not safety."""
        return drug.atc in self._unassessed

    def _sides(self, drug: DrugKeys) -> dict[int, int]:
        sides: dict[int, int] = {}
        for key in drug.all:
            for edge, side in self._members.get(key, {}).items():
                sides[edge] = sides.get(edge, 0) | side
        return sides


def graph(
    rows: Iterable[tuple[str, str, str, list[dict[str, Any]]]], not_assessed: Iterable[str]
) -> InteractionGraph:
    """Build from rows of (id, relevance, criterion, groups)."""
    edges: list[Edge] = []
    members: dict[str, dict[int, int]] = defaultdict(dict)
    for fest_id, relevance, criterion, groups in rows:
        for first, second in combinations(groups, 2):
            edge = len(edges)
            edges.append(
                Edge(
                    fest_id=fest_id,
                    relevance=relevance,
                    criterion=criterion,
                    names=(_name(first), _name(second)),
                )
            )
            for group, side in ((first, FIRST), (second, SECOND)):
                for key in _keys(group):
                    members[key][edge] = members[key].get(edge, 0) | side
    return InteractionGraph(edges, dict(members), frozenset(not_assessed))


def _complement(sides: int, other: int) -> bool:
    return bool(sides & FIRST and other & SECOND) or bool(sides & SECOND and other & FIRST)


def _name(group: dict[str, Any]) -> str:
    return group["name"] or ", ".join(member[0] for member in group["members"])


def _keys(group: dict[str, Any]) -> Iterable[str]:
    for _, atc, substances in group["members"]:
        if atc:
            yield atc
        yield from substances

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
    parts: tuple[str, ...] = ()  # AtcKombipreparat: the codes of what a combination product is made of

    @classmethod
    def of(
        cls, *, atc: str, substances: Iterable[str], kin: Mapping[str, set[str]], parts: Iterable[str] = ()
    ) -> DrugKeys:
        found = set(substances)
        for substance in tuple(found):
            for relative in kin.get(substance, ()):
                # up to the parent and down to its other salts
                found |= {relative} | kin.get(relative, set())
        return cls(atc=atc, substances=frozenset(found), parts=tuple(parts))

    @property
    def all(self) -> tuple[str, ...]:
        return (
            *_levels(self.atc),
            *(level for part in self.parts for level in _levels(part)),
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
    """Every interaction is a bit. What a key stands in, on each side, is one number per side, and whether two drugs
    meet is an intersection of numbers, however many interactions there are."""

    def __init__(
        self, edges: Sequence[Edge], members: Mapping[str, Mapping[int, int]], unassessed: frozenset[str]
    ) -> None:
        self._edges, self._unassessed = edges, unassessed
        self._sides = {key: (_bits(sides, FIRST), _bits(sides, SECOND)) for key, sides in members.items()}

    def find(self, drugs: Sequence[DrugKeys]) -> tuple[Finding, ...]:
        """Every pair of different drugs that interact, worst first. Each interaction once per pair."""
        sides = [self._sides_of(drug) for drug in drugs]
        places = [place for place, (first, second) in enumerate(sides) if first or second]
        found = [
            Finding(first=one, second=other, interaction=self._edges[edge])
            for one, other in combinations(places, 2)
            for edge in _places_of((sides[one][0] & sides[other][1]) | (sides[one][1] & sides[other][0]))
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

    def _sides_of(self, drug: DrugKeys) -> tuple[int, int]:
        first = second = 0
        for key in drug.all:
            here = self._sides.get(key)
            if here is not None:
                first |= here[0]
                second |= here[1]
        return first, second


def _levels(atc: str) -> tuple[str, ...]:
    """The code and every group it belongs to."""
    levels = {*ATC_LEVELS, len(atc)}
    return tuple(atc[:level] for level in sorted(levels) if 0 < level <= len(atc))


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


def _bits(sides: Mapping[int, int], side: int) -> int:
    """The edges that have the side, as the bits of a number."""
    bits = bytearray(max(sides) // 8 + 1)
    for edge, on in sides.items():
        if on & side:
            bits[edge // 8] |= 1 << edge % 8
    return int.from_bytes(bits, "little")


def _places_of(bits: int) -> Iterable[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _name(group: dict[str, Any]) -> str:
    return group["name"] or ", ".join(member[0] for member in group["members"])


def _keys(group: dict[str, Any]) -> Iterable[str]:
    for _, atc, substances in group["members"]:
        if atc:
            yield atc
        yield from substances

"""What a treatment must be seen against: reactions, interactions and duplicates (clinical.md 9, fest.md 5.9 and 5.12).

Facts in, alerts out. An alert has a key of substances, never of products or rows: a renewal, another brand and another
package are the same alert.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sfm.fest.interactions import DrugKeys as Keys
    from sfm.fest.interactions import Finding, InteractionGraph

CAVE, RED, YELLOW, DUPLICATE, GREEN, NOT_ASSESSED = (
    "cave",
    "red",
    "yellow",
    "duplicate",
    "green",
    "not_assessed",
)
GRADES = (CAVE, RED, YELLOW, DUPLICATE, GREEN, NOT_ASSESSED)  # worst first
RANK = {grade: place for place, grade in enumerate(GRADES)}
MANDATORY = (CAVE, RED)  # must be handled before signing (clinical.md 4.8: B3 and B2)
BY_RELEVANCE = {"1": RED, "2": YELLOW, "3": GREEN}  # 7483
TITLES = {
    RED: "Bør unngås",
    YELLOW: "Forholdsregler bør tas",
    GREEN: "Ingen tiltak nødvendig",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A treatment, or what is about to become one, as alerts see it.

    `brands` is what is fixed by choice, `may_be` what the pharmacy can hand out instead. `excipients` are in every
    brand that may be handed out, `may_contain` in some of them. All in lower case.
    """

    id: UUID
    name: str
    keys: Keys
    brands: frozenset[str] = frozenset()
    may_be: frozenset[str] = frozenset()
    excipients: frozenset[str] = frozenset()
    may_contain: frozenset[str] = frozenset()
    proposed: bool = False  # a draft: it is measured against the list, the list is not measured against it

    @property
    def known(self) -> bool:
        """FEST has something to match on. Without it nothing has been checked."""
        return bool(self.keys.atc or self.keys.substances)

    @property
    def identity(self) -> str:
        """The same for every brand, package and salt of the same substances."""
        if self.keys.substances:
            return "+".join(sorted(self.keys.substances))
        return self.keys.atc or self.name.casefold()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaction:
    """What a patient must not be given again. `kind`: substance | atc | brand | excipient | text."""

    id: UUID
    kind: str
    code: str
    text: str
    words: str = ""  # «anafylaktisk reaksjon – bekreftet»
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One thing to know about one or two treatments. `certain` False: it depends on what the pharmacy hands out."""

    kind: str  # reaction | interaction | duplicate | group | not_assessed | not_checked
    grade: str
    key: str
    treatments: tuple[UUID, ...]
    names: tuple[str, ...]
    subjects: tuple[str, ...]  # identity per treatment
    title: str
    interaction: str = ""
    reaction: UUID | None = None
    criterion: str = ""
    detail: str = ""
    certain: bool = True
    since: datetime | None = field(default=None)  # newest reaction that touches it

    @property
    def mandatory(self) -> bool:
        return self.grade in MANDATORY

    def others(self, treatment: UUID) -> tuple[str, ...]:
        """What it is about, seen from one of the treatments."""
        return tuple(
            name for ident, name in zip(self.treatments, self.names, strict=True) if ident != treatment
        )


def check(
    subjects: Sequence[Subject],
    reactions: Sequence[Reaction],
    graph: InteractionGraph,
    *,
    about: Collection[UUID] | None = None,
) -> tuple[Alert, ...]:
    """Every alert among the subjects, worst first; with `about` only those that touch one of these."""
    wanted = [about is None or subject.id in about for subject in subjects]
    hits = [
        [
            (reaction, certain)
            for reaction in reactions
            if (certain := _touches(reaction, subject)) is not None
        ]
        for subject in subjects
    ]
    found: list[Alert] = []
    for subject, touched, asked in zip(subjects, hits, wanted, strict=True):
        if asked:
            found += [_reaction(subject, reaction, certain) for reaction, certain in touched]
            found += _unjudged(subject, graph)
    newest = [_newest(touched) for touched in hits]
    named = [subject.identity for subject in subjects]
    told: set[tuple[str, int, int]] = set()  # an interaction of more than two groups is one all the same
    for finding in graph.find([subject.keys for subject in subjects]):
        one, other = finding.first, finding.second
        # two packages of the same substance are one, and meet nothing in each other
        pair = (finding.interaction.fest_id, one, other)
        if (wanted[one] or wanted[other]) and named[one] != named[other] and pair not in told:
            told.add(pair)
            since = max(filter(None, (newest[one], newest[other])), default=None)
            found.append(_interaction(finding, subjects, named, since))
    for first, second in _alike(subjects):
        if wanted[first] or wanted[second]:
            found.append(_duplicate(subjects[first], subjects[second]))
    return tuple(sorted(found, key=lambda alert: (RANK[alert.grade], alert.names)))


def _reaction(subject: Subject, reaction: Reaction, certain: bool) -> Alert:
    return Alert(
        kind="reaction",
        grade=CAVE,
        key=_key("reaction", str(reaction.id), subject.identity),
        treatments=(subject.id,),
        names=(subject.name,),
        subjects=(subject.identity,),
        title=f"Reaksjon på {reaction.text}" if certain else f"Kan inneholde {reaction.text}",
        reaction=reaction.id,
        detail=reaction.words,
        certain=certain,
        since=reaction.since,
    )


def _touches(reaction: Reaction, subject: Subject) -> bool | None:
    """True: it is this. False: it may be, depending on the brand. None: it is not."""
    if reaction.kind == "excipient":
        name = reaction.text.casefold().strip()
        return _of_two(name, subject.excipients, subject.may_contain)
    if not reaction.code or reaction.kind == "text":
        return None
    if reaction.kind == "brand":
        return _of_two(reaction.code, subject.brands, subject.may_be)
    hit = reaction.code in subject.keys.substances or (
        # a source may name a substance by its ATC code
        len(reaction.code) <= len("A00AA00")
        and any(atc.startswith(reaction.code) for atc in (subject.keys.atc, *subject.keys.parts))
    )
    return True if hit else None


def _of_two(wanted: str, surely: frozenset[str], possibly: frozenset[str]) -> bool | None:
    if wanted in surely:
        return True
    return False if wanted in possibly else None


def _interaction(
    finding: Finding, subjects: Sequence[Subject], named: Sequence[str], since: datetime | None
) -> Alert:
    edge, one, other = finding.interaction, subjects[finding.first], subjects[finding.second]
    identities = (named[finding.first], named[finding.second])
    grade = BY_RELEVANCE.get(edge.relevance, YELLOW)
    return Alert(
        kind="interaction",
        grade=grade,
        key=_key("interaction", edge.fest_id, *sorted(identities)),
        treatments=(one.id, other.id),
        names=(one.name, other.name),
        subjects=identities,
        title=TITLES[grade],
        interaction=edge.fest_id,
        criterion=edge.criterion,
        since=since,
    )


def _newest(hits: Sequence[tuple[Reaction, bool]]) -> datetime | None:
    return max((reaction.since for reaction, _ in hits if reaction.since), default=None)


def _alike(subjects: Sequence[Subject]) -> list[tuple[int, int]]:
    """Pairs with a substance or an ATC group at level 4 in common."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, subject in enumerate(subjects):
        keys = subject.keys
        for key in (*keys.substances, *([keys.atc[:5]] if len(keys.atc) >= len("A00AA") else ())):
            places[key].append(place)
    return sorted({pair for found in places.values() if len(found) > 1 for pair in combinations(found, 2)})


def _duplicate(one: Subject, other: Subject) -> Alert:
    same = one.keys.same_substance(other.keys) or one.keys.atc == other.keys.atc
    return Alert(
        kind="duplicate" if same else "group",
        grade=DUPLICATE,
        key=_key("duplicate", *sorted((one.identity, other.identity))),
        treatments=(one.id, other.id),
        names=(one.name, other.name),
        subjects=(one.identity, other.identity),
        title="Samme virkestoff" if same else f"Samme gruppe ({one.keys.atc[:5]})",
    )


def _unjudged(subject: Subject, graph: InteractionGraph) -> list[Alert]:
    if subject.known and not graph.not_assessed(subject.keys):
        return []
    alert = Alert(
        kind="not_assessed" if subject.known else "not_checked",
        grade=NOT_ASSESSED,
        key=_key("not_assessed", subject.identity),
        treatments=(subject.id,),
        names=(subject.name,),
        subjects=(subject.identity,),
        title="Interaksjoner er ikke vurdert" if subject.known else "Ikke kontrollert for interaksjoner",
    )
    return [alert]


def _key(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:40]

"""What a treatment must be seen against: reactions, interactions and duplicates (clinical.md 9, fest.md 5.9 and 5.12).

Facts in, alerts out. An alert has a key of substances, never of products or rows: a renewal, another brand and another
package are the same alert.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
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
    found = [
        *_reactions(subjects, reactions),
        *_interactions(subjects, reactions, graph),
        *_duplicates(subjects),
        *_unjudged(subjects, graph),
    ]
    if about is not None:
        found = [alert for alert in found if any(ident in about for ident in alert.treatments)]
    return tuple(sorted(found, key=lambda alert: (GRADES.index(alert.grade), alert.names)))


def _reactions(subjects: Sequence[Subject], reactions: Sequence[Reaction]) -> Iterator[Alert]:
    for reaction in reactions:
        for subject in subjects:
            certain = _touches(reaction, subject)
            if certain is None:
                continue
            title = f"Reaksjon på {reaction.text}"
            yield Alert(
                kind="reaction",
                grade=CAVE,
                key=_key("reaction", str(reaction.id), subject.identity),
                treatments=(subject.id,),
                names=(subject.name,),
                subjects=(subject.identity,),
                title=title if certain else f"Kan inneholde {reaction.text}",
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
        len(reaction.code) <= len("A00AA00") and subject.keys.atc.startswith(reaction.code)
    )
    return True if hit else None


def _of_two(wanted: str, surely: frozenset[str], possibly: frozenset[str]) -> bool | None:
    if wanted in surely:
        return True
    return False if wanted in possibly else None


def _interactions(
    subjects: Sequence[Subject], reactions: Sequence[Reaction], graph: InteractionGraph
) -> Iterator[Alert]:
    seen: set[tuple[str, int, int]] = set()
    for finding in graph.find([subject.keys for subject in subjects]):
        pair = (finding.interaction.fest_id, finding.first, finding.second)
        one, other = subjects[finding.first], subjects[finding.second]
        # two packages of the same substance are one drug: a duplicate, not an interaction
        if pair not in seen and one.identity != other.identity:
            seen.add(pair)
            yield _interaction(finding, one, other, reactions)


def _interaction(finding: Finding, one: Subject, other: Subject, reactions: Sequence[Reaction]) -> Alert:
    edge = finding.interaction
    grade = BY_RELEVANCE.get(edge.relevance, YELLOW)
    return Alert(
        kind="interaction",
        grade=grade,
        key=_key("interaction", edge.fest_id, *sorted((one.identity, other.identity))),
        treatments=(one.id, other.id),
        names=(one.name, other.name),
        subjects=(one.identity, other.identity),
        title=TITLES[grade],
        interaction=edge.fest_id,
        criterion=edge.criterion,
        since=_newest(reactions, one, other),
    )


def _newest(reactions: Sequence[Reaction], *subjects: Subject) -> datetime | None:
    return max(
        (
            reaction.since
            for reaction in reactions
            for subject in subjects
            if reaction.since and _touches(reaction, subject) is not None
        ),
        default=None,
    )


def _duplicates(subjects: Sequence[Subject]) -> Iterator[Alert]:
    for place, one in enumerate(subjects):
        for other in subjects[place + 1 :]:
            same = one.keys.same_substance(other.keys) or (one.keys.atc == other.keys.atc != "")
            if same or one.keys.same_atc_group(other.keys):
                yield Alert(
                    kind="duplicate" if same else "group",
                    grade=DUPLICATE,
                    key=_key("duplicate", *sorted((one.identity, other.identity))),
                    treatments=(one.id, other.id),
                    names=(one.name, other.name),
                    subjects=(one.identity, other.identity),
                    title="Samme virkestoff" if same else f"Samme gruppe ({one.keys.atc[:5]})",
                )


def _unjudged(subjects: Sequence[Subject], graph: InteractionGraph) -> Iterator[Alert]:
    for subject in subjects:
        if subject.known and not graph.not_assessed(subject.keys):
            continue
        yield Alert(
            kind="not_assessed" if subject.known else "not_checked",
            grade=NOT_ASSESSED,
            key=_key("not_assessed", subject.identity),
            treatments=(subject.id,),
            names=(subject.name,),
            subjects=(subject.identity,),
            title="Interaksjoner er ikke vurdert" if subject.known else "Ikke kontrollert for interaksjoner",
        )


def _key(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:40]

"""(Medisinske varsler) One card per treatment: what was found, against what, and what nobody has judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sfm.medication.queries import alert_facts, alert_marks, alternatives, knowledge, words
from sfm.medication.queries.alert_facts import Judged
from sfm.medication.rules import alert_decisions, alerts, rights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.fest.catalogue import Catalogue
    from sfm.fest.hits import Hit
    from sfm.fest.models import Interaction
    from sfm.medication.content import TreatmentContent
    from sfm.medication.queries.alert_facts import Picture
    from sfm.medication.queries.rows import Mark

BASIS = {  # 7485
    "1": "Interaksjonsstudier",
    "2": "Kasuistikker",
    "3": "Legemiddelkjemi og kjent virkning",
    "4": "Indirekte data",
}
NO_FEST = "Ingen FEST-katalog er lastet inn. Ingenting er kontrollert."
UNWRITTEN = alert_facts.UNWRITTEN


@dataclass(frozen=True, kw_only=True)
class Line:
    """One alert as it is read. `decided` says who settled it; `returned` why it asks again all the same."""

    key: str
    grade: str
    letter: str
    title: str  # «Bør unngås: warfarin»
    criterion: str
    consequence: str
    handling: str
    mechanism: str
    basis: str
    detail: str
    decided: str
    returned: str
    mandatory: bool
    open: bool  # must be decided before signing
    quiet: bool  # only for whoever asks
    reasons: Mapping[str, str]  # empty: nothing to decide, or not by this person


@dataclass(frozen=True, kw_only=True)
class Card:
    """`checked` says against what, `not_assessed` names what nobody has judged: silence about these is not safety."""

    treatment_id: UUID
    grade: str  # of the worst line that is not handled: red | yellow | … | "" when nothing is left
    lines: tuple[Line, ...]
    quiet: tuple[Line, ...]  # relevance 3
    checked: str
    not_assessed: tuple[str, ...]
    assessed: bool  # this treatment itself
    clear: str  # «Ingen CAVE, ingen interaksjoner …»; "" when something was found or nothing could be
    may_decide: bool
    alternatives: tuple[str, ...] = ()  # substances of the same group that nothing is said about

    @property
    def open(self) -> int:
        return sum(line.open for line in self.lines)


def of_treatment(treatment_id: UUID, *, patient_key: UUID, actor: Actor) -> Card:
    """For a row of the list."""
    return _card(alert_facts.load(patient_key), treatment_id, actor)


def of_content(
    content: TreatmentContent, *, patient_key: UUID, actor: Actor, treatment_id: UUID | None = None
) -> Card:
    """For what is being written, instead of the row it changes."""
    picture = alert_facts.load(patient_key)
    return _card(picture and written(picture, content, treatment_id), treatment_id or UNWRITTEN, actor)


def of_contents(
    contents: Mapping[UUID, TreatmentContent], *, patient_key: UUID, actor: Actor
) -> dict[UUID, Card]:
    """For several that are begun together: each also meets the others."""
    picture = alert_facts.load(patient_key)
    for ident, content in contents.items():
        picture = picture and written(picture, content, ident)
    return {ident: _card(picture, ident, actor) for ident in contents}


def written(picture: Picture, content: TreatmentContent, treatment_id: UUID | None) -> Picture:
    return picture.with_entry(alert_facts.entry(treatment_id or UNWRITTEN, content, picture))


def unhandled(patient_key: UUID, about: Collection[UUID]) -> dict[UUID, tuple[Judged, ...]]:
    """What must be decided before the rows in `about` are signed, by row (B2 and B3)."""
    picture = alert_facts.load(patient_key) if about else None
    if picture is None:
        return {}
    open_ones = [judged for judged in picture.judged(about) if judged.blocks]
    return {
        row: tuple(judged for judged in open_ones if row in judged.alert.treatments)
        for row in about
        if any(row in judged.alert.treatments for judged in open_ones)
    }


@dataclass(frozen=True, kw_only=True)
class Looking:
    """A patient's list beside a search. `catalogue` None: no FEST."""

    catalogue: Catalogue | None
    picture: Picture | None

    def marks(self, hits: Iterable[Hit], *, instead_of: UUID | None = None) -> dict[str, tuple[Mark, ...]]:
        """For what was found, by FEST id, as this patient would meet it: beside the rest, or instead of a row."""
        picture = self.picture
        if picture is None:
            return {}
        entry = next((one for one in picture.entries if one.subject.id == instead_of), None)
        beside = picture if entry is None else picture.without(entry)
        found = {hit.product.fest_id: alternatives.judged(hit.product.fest_id, beside) for hit in hits}
        return {fest_id: marks for fest_id, met in found.items() if (marks := alert_marks.of(met, UNWRITTEN))}


def looking(patient_key: UUID) -> Looking:
    """One SQL query while nothing about the patient has changed. A list without a stamp has never held anything."""
    version, stamp = alert_facts.standing(patient_key)
    catalogue = knowledge.of_version(version)
    if catalogue is None or stamp is None:
        return Looking(catalogue=catalogue, picture=None)
    return Looking(catalogue=catalogue, picture=alert_facts.of_standing(patient_key, catalogue, stamp))


def _card(picture: Picture | None, row: UUID, actor: Actor) -> Card:
    may = actor.may(rights.PRESCRIBE)
    if picture is None:
        return _empty(row, checked=NO_FEST, assessed=False)
    entry = next((entry for entry in picture.entries if entry.subject.id == row), None)
    if entry is None:  # ended: it meets nothing
        return _empty(row, checked="", assessed=True)
    found = [judged for judged in picture.judged({row}) if judged.alert.grade != alerts.NOT_ASSESSED]
    texts = knowledge.texts(judged.alert.interaction for judged in found if judged.alert.interaction)
    lines = tuple(_line(judged, row, texts, may=may) for judged in found)
    unjudged = _not_assessed(picture)
    return Card(
        treatment_id=row,
        grade=next((judged.alert.grade for judged in found if not judged.handled and not _quiet(judged)), ""),
        lines=tuple(line for line in lines if not line.quiet),
        quiet=tuple(line for line in lines if line.quiet),
        checked=_checked(picture),
        not_assessed=tuple(name for ident, name in unjudged if ident != row),
        assessed=all(ident != row for ident, _ in unjudged),
        clear=""
        if any(not line.quiet for line in lines)
        else "Ingen CAVE, interaksjon eller dobbeltforskrivning",
        may_decide=may,
        alternatives=alternatives.of(picture, entry) if any(judged.blocks for judged in found) else (),
    )


def _empty(row: UUID, *, checked: str, assessed: bool) -> Card:
    return Card(
        treatment_id=row,
        grade="",
        lines=(),
        quiet=(),
        checked=checked,
        not_assessed=(),
        assessed=assessed,
        clear="",
        may_decide=False,
    )


def _quiet(judged: Judged) -> bool:
    return judged.alert.grade == alerts.GREEN


def _line(judged: Judged, row: UUID, texts: Mapping[str, Interaction], *, may: bool) -> Line:
    alert = judged.alert
    text = texts.get(alert.interaction)
    others = ", ".join(alert.others(row))
    return Line(
        key=alert.key,
        grade=alert.grade,
        letter=alert_marks.LETTERS.get(alert.grade, ""),
        title=f"{alert.title}: {others}" if others else alert.title,
        criterion=alert.criterion,
        consequence=text.consequence if text else "",
        handling=text.handling if text else "",
        mechanism=text.mechanism if text else "",
        basis=BASIS.get(text.basis, "") if text else "",
        detail=alert.detail,
        decided=alert_marks.decided(judged),
        returned=judged.returned,
        mandatory=alert.mandatory,
        open=judged.blocks,
        quiet=_quiet(judged),
        reasons=_reasons(judged) if may and not judged.handled and not _quiet(judged) else {},
    )


def _reasons(judged: Judged) -> dict[str, str]:
    wrong = alert_decisions.WRONG_REACTION
    return {
        code: text
        for code, text in alert_decisions.REASONS.items()
        if code != wrong or judged.alert.grade == alerts.CAVE
    }


def _checked(picture: Picture) -> str:
    count = len(picture.entries) - 1
    against = "1 annet legemiddel" if count == 1 else f"{count} andre legemidler"
    reactions = f" og {len(picture.reactions)} reaksjon" if picture.reactions else ""
    plural = "er" if len(picture.reactions) > 1 else ""
    return f"Kontrollert mot {against}{reactions}{plural}, FEST {_extracted(picture.catalogue.extracted_at)}."


def _extracted(text: str) -> str:
    try:
        return words.day(datetime.fromisoformat(text).date())
    except ValueError:
        return text


def _not_assessed(picture: Picture) -> list[tuple[UUID, str]]:
    graph = picture.catalogue.interactions
    return [
        (entry.subject.id, entry.subject.name)
        for entry in picture.entries
        if not entry.subject.known or graph.not_assessed(entry.subject.keys)
    ]

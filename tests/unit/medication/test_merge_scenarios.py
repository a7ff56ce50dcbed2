"""Forty things that happen to a patient's list, as a clinician would tell them, and what the merge makes of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from sfm.medication.rules import suggestions
from sfm.medication.rules.merge import Kind, Local, Record, merge
from sfm.medication.rules.suggestions import Compared

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
TUESDAY, WEDNESDAY = MONDAY + DAY, MONDAY + 2 * DAY
METOPROLOL = {
    "name_form_strength": "Metoprolol depottablett 50 mg",
    "dosage_text": "1 tablett morgen",
    "use_type": "1",
    "indication_text": "Mot høyt blodtrykk",
}
DOUBLED = METOPROLOL | {"dosage_text": "2 tabletter morgen"}
HALVED = METOPROLOL | {"dosage_text": "½ tablett morgen"}
PARACET = METOPROLOL | {"name_form_strength": "Paracetamol tablett 500 mg", "use_type": "3"}
OURS, OTHERS = UUID(int=1), UUID(int=2)


def row(**given: Any) -> Local:
    """In use here since Monday, nothing unsent."""
    values = {"id": OURS, "lib_id": str(OURS), "fields": METOPROLOL, "changed_at": MONDAY}
    return Local(**(values | given))


def in_list(**given: Any) -> Record:
    """In the shared list, written on Tuesday."""
    values = {"source": "PLL", "lib_id": str(OURS), "fields": METOPROLOL, "changed_at": TUESDAY}
    return Record(**(values | given))


def in_rf(**given: Any) -> Record:
    """A prescription in RF, dispensable, written on Tuesday."""
    values = {"source": "RF", "resept_id": "r1", "status": "E", "fields": METOPROLOL, "changed_at": TUESDAY}
    return Record(**(values | given))


def in_kj(**given: Any) -> Record:
    return in_rf(**({"source": "KJ"} | given))


@dataclass(frozen=True, kw_only=True)
class Story:
    told: str
    ours: tuple[Local, ...] = ()
    heard: tuple[Record, ...] = ()
    becomes: tuple[Kind, ...] = ()
    of: UUID | str | None = "any"  # the row each decision is about, when it matters


KNOWN = row(resept_ids=frozenset({"r1"}))
UNSENT = row(fields=DOUBLED, base=METOPROLOL)
ENDED = row(active=False, changed_at=TUESDAY)
STORIES = (
    Story(told="Ingen kilde har noe, og vi har ingenting"),
    Story(told="Ingen kilde har noe: behandlingen her fortsetter", ours=(row(),)),
    Story(
        told="Listen sier det samme som vi", ours=(row(),), heard=(in_list(),), becomes=(Kind.SAME,), of=OURS
    ),
    Story(
        told="Listen skriver dosen med store bokstaver og punktum: ingen endring",
        ours=(row(),),
        heard=(in_list(fields=METOPROLOL | {"dosage_text": "1 TABLETT  MORGEN."}),),
        becomes=(Kind.SAME,),
    ),
    Story(
        told="Sykehuset har doblet dosen",
        ours=(row(),),
        heard=(in_list(fields=DOUBLED),),
        becomes=(Kind.CHANGED,),
        of=OURS,
    ),
    Story(
        told="Vi doblet dosen etter at listen ble skrevet: vår gjelder",
        ours=(row(fields=DOUBLED, changed_at=WEDNESDAY),),
        heard=(in_list(),),
        becomes=(Kind.SAME,),
    ),
    Story(
        told="Sykehuset har seponert",
        ours=(row(),),
        heard=(in_list(discontinued=True),),
        becomes=(Kind.DISCONTINUED,),
        of=OURS,
    ),
    Story(
        told="Sykehuset har seponert det vi alt har seponert",
        ours=(ENDED,),
        heard=(in_list(discontinued=True),),
        becomes=(Kind.SAME,),
    ),
    Story(
        told="Vi har seponert, den eldre listen har det fortsatt i bruk: det kommer ikke tilbake",
        ours=(ENDED,),
        heard=(in_list(changed_at=MONDAY),),
        becomes=(Kind.SAME,),
    ),
    Story(
        told="Listen kjenner et legemiddel vi ikke har",
        heard=(in_list(lib_id=str(OTHERS)),),
        becomes=(Kind.NEW,),
        of=None,
    ),
    Story(
        told="Listen mangler et legemiddel vi har: det avsluttes ikke",
        ours=(row(), row(id=OTHERS, lib_id=str(OTHERS), fields=PARACET)),
        heard=(in_list(),),
        becomes=(Kind.SAME,),
        of=OURS,
    ),
    Story(
        told="Vi har en usendt endring, listen er som før: ingenting skjer",
        ours=(UNSENT,),
        heard=(in_list(),),
        becomes=(Kind.SAME,),
    ),
    Story(
        told="Vi har en usendt endring, sykehuset har endret dosen også: konflikt",
        ours=(UNSENT,),
        heard=(in_list(fields=HALVED),),
        becomes=(Kind.CONFLICT,),
        of=OURS,
    ),
    Story(
        told="Vi og sykehuset har gjort samme endring: ingen konflikt",
        ours=(UNSENT,),
        heard=(in_list(fields=DOUBLED),),
        becomes=(Kind.SAME,),
    ),
    Story(
        told="Vi har en usendt endring, sykehuset har seponert: konflikt, ikke seponering",
        ours=(UNSENT,),
        heard=(in_list(discontinued=True),),
        becomes=(Kind.CONFLICT,),
    ),
    Story(
        told="Resepten vår kan fortsatt hentes ut",
        ours=(KNOWN,),
        heard=(in_rf(),),
        becomes=(Kind.STATUS,),
        of=OURS,
    ),
    Story(
        told="Resepten vår er ferdig utlevert: behandlingen fortsetter",
        ours=(KNOWN,),
        heard=(in_rf(status="R"),),
        becomes=(Kind.STATUS,),
    ),
    Story(
        told="En annen lege har tilbakekalt resepten vår",
        ours=(KNOWN,),
        heard=(in_rf(status="T", recalled=True),),
        becomes=(Kind.RECALLED,),
        of=OURS,
    ),
    Story(
        told="Vi har selv tilbakekalt resepten: ikke noe nytt",
        ours=(replace(KNOWN, recalled_ids=frozenset({"r1"})),),
        heard=(in_rf(status="T", recalled=True),),
        becomes=(Kind.STATUS,),
    ),
    Story(
        told="Resepten vår er borte fra Reseptformidleren: behandlingen består",
        ours=(KNOWN,),
    ),
    Story(
        told="Legevakten har skrevet en resept på noe pasienten ikke har fra før",
        ours=(row(),),
        heard=(in_rf(fields=PARACET),),
        becomes=(Kind.LOOSE,),
        of=None,
    ),
    Story(
        told="Legevakten har skrevet en resept på det samme legemidlet: den knyttes ikke av seg selv",
        ours=(row(),),
        heard=(in_rf(),),
        becomes=(Kind.LOOSE,),
        of=None,
    ),
    Story(
        told="Legevaktens resept er utlevert ferdig: historikk",
        heard=(in_rf(status="R"),),
        becomes=(Kind.HISTORY,),
    ),
    Story(
        told="Legevaktens resept er tilbakekalt før vi så den: historikk",
        heard=(in_rf(status="T", recalled=True),),
        becomes=(Kind.HISTORY,),
    ),
    Story(
        told="Resepten ekspederes akkurat nå: den må fortsatt avgjøres",
        heard=(in_rf(status="U"),),
        becomes=(Kind.LOOSE,),
    ),
    Story(
        told="Resepten venter på DMP: den må fortsatt avgjøres",
        heard=(in_rf(status="B"),),
        becomes=(Kind.LOOSE,),
    ),
    Story(
        told="En kollega et annet sted har fornyet resepten vår: samme behandling",
        ours=(KNOWN,),
        heard=(in_rf(resept_id="r2", previous_id="r1"),),
        becomes=(Kind.ATTACHED,),
        of=OURS,
    ),
    Story(
        told="Kollegaen fornyet med dobbel dose: raden endres",
        ours=(KNOWN,),
        heard=(in_rf(resept_id="r2", previous_id="r1", fields=DOUBLED),),
        becomes=(Kind.CHANGED,),
        of=OURS,
    ),
    Story(
        told="Kollegaen fornyet med dobbel dose, men listen sier den gamle: listen bestemmer",
        ours=(KNOWN,),
        heard=(in_list(), in_rf(resept_id="r2", previous_id="r1", fields=DOUBLED)),
        becomes=(Kind.SAME, Kind.ATTACHED),
        of=OURS,
    ),
    Story(
        told="Fornyet to ganger: begge havner på samme behandling",
        ours=(KNOWN,),
        heard=(
            in_rf(resept_id="r3", previous_id="r2"),
            in_rf(resept_id="r2", previous_id="r1", status="T", recalled=True),
        ),
        becomes=(Kind.ATTACHED, Kind.ATTACHED),
        of=OURS,
    ),
    Story(
        told="Fornyelsen gjelder noe vi har usendt: den knyttes til, men endrer ingenting",
        ours=(replace(UNSENT, resept_ids=frozenset({"r1"})),),
        heard=(in_rf(resept_id="r2", previous_id="r1", fields=HALVED),),
        becomes=(Kind.ATTACHED,),
        of=OURS,
    ),
    Story(
        told="Listen og Reseptformidleren kommer med samme nye legemiddel: én rad",
        heard=(in_list(lib_id=str(OTHERS), resept_id="r1"), in_rf()),
        becomes=(Kind.NEW, Kind.ATTACHED),
    ),
    Story(
        told="Vi tok inn resepten først, sykehuset førte den i listen med sin id: én oppføring",
        ours=(KNOWN,),
        heard=(in_list(lib_id=str(OTHERS), resept_id="r1"),),
        becomes=(Kind.SAME,),
        of=OURS,
    ),
    Story(
        told="Kjernejournal og Reseptformidleren forteller om samme løse resept: én rad",
        heard=(in_kj(), in_rf()),
        becomes=(Kind.LOOSE, Kind.STATUS),
    ),
    Story(
        told="Kjernejournal kjenner en papirresept som er hentet ut: historikk",
        heard=(in_kj(status="R", resept_id="papir"),),
        becomes=(Kind.HISTORY,),
    ),
    Story(
        told="Bare kjernejournal svarer, og kjenner resepten vår",
        ours=(KNOWN,),
        heard=(in_kj(),),
        becomes=(Kind.STATUS,),
        of=OURS,
    ),
    Story(
        told="Det vi slettet som feilregistrert står ennå i den gamle listen: det kommer ikke tilbake",
        ours=(row(erased=True, changed_at=WEDNESDAY),),
        heard=(in_list(),),
        becomes=(Kind.SAME,),
    ),
    Story(
        told="Det vi slettet er ført opp igjen av en annen: en person avgjør",
        ours=(row(erased=True),),
        heard=(in_list(),),
        becomes=(Kind.REVIVED,),
        of=OURS,
    ),
    Story(
        told="Samme svar to ganger: ett spørsmål, én rad",
        heard=(in_rf(), in_rf()),
        becomes=(Kind.LOOSE,),
    ),
    Story(
        told="Listen har to oppføringer på samme resept: vår beholder sin, den andre er ny",
        ours=(KNOWN,),
        heard=(in_list(resept_id="r1"), in_list(lib_id=str(OTHERS), resept_id="r1")),
        becomes=(Kind.SAME, Kind.NEW),
    ),
    Story(
        told="Bruksområdet er rettet i listen, dosen er lik: endret",
        ours=(row(),),
        heard=(in_list(fields=METOPROLOL | {"indication_text": "Mot migrene"}),),
        becomes=(Kind.CHANGED,),
    ),
    Story(
        told="Kilden sier ingenting om bruksområdet: det er ikke en endring",
        ours=(row(),),
        heard=(in_list(fields={"dosage_text": METOPROLOL["dosage_text"]}),),
        becomes=(Kind.SAME,),
    ),
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.told)
def test_the_story_ends_as_told(story: Story) -> None:
    decisions = merge(story.ours, story.heard)
    assert tuple(decision.kind for decision in decisions) == story.becomes
    if story.of != "any":
        assert {decision.row for decision in decisions} == {story.of}
    backwards = merge(tuple(reversed(story.ours)), tuple(reversed(story.heard)))
    assert backwards == decisions


def test_there_are_at_least_forty_stories_and_no_two_alike() -> None:
    assert len({story.told for story in STORIES}) == len(STORIES) >= 40


SELO_50 = Compared(atc="C07AB02", form="Depottablett", strength="50 mg")
SELO_100 = replace(SELO_50, strength="100 mg")
ATENOLOL = replace(SELO_50, atc="C07AB03")


@pytest.mark.parametrize(
    ("loose", "mine", "score"),
    [
        (SELO_50, SELO_50, 90),
        (SELO_50, replace(SELO_50, form="DEPOTTABLETT", strength="50\u00a0mg"), 90),
        (SELO_50, SELO_100, 60),
        (SELO_50, replace(SELO_50, form="Injeksjonsvæske"), 30),
        (SELO_50, ATENOLOL, 0),
        (replace(SELO_50, substances=frozenset("A")), replace(SELO_50, substances=frozenset("B")), 0),
        (replace(SELO_50, atc="C07AB"), replace(SELO_50, atc="C07AB"), 0),
    ],
)
def test_how_likely_a_loose_prescription_belongs(loose: Compared, mine: Compared, score: int) -> None:
    assert suggestions.score(loose, mine) == suggestions.score(mine, loose) == score


def test_one_sure_candidate_is_preselected_and_two_are_not() -> None:
    one = suggestions.suggest(SELO_50, {"a": SELO_50, "b": SELO_100, "c": ATENOLOL})
    assert [(s.about, s.preselected) for s in one] == [("a", True), ("b", False)]
    assert not any(s.preselected for s in suggestions.suggest(SELO_50, {"a": SELO_50, "b": SELO_50}))

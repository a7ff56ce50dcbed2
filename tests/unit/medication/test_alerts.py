"""What fires, what does not, and when something that was decided asks again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import pytest

from sfm.fest.interactions import DrugKeys as Keys
from sfm.fest.interactions import InteractionGraph, graph
from sfm.medication.rules import alert_decisions, alerts, quick
from sfm.medication.rules.alert_decisions import Decision, Dose
from sfm.medication.rules.alerts import Reaction, Subject
from sfm.medication.rules.dosage import Dosage, FreeTextDosage

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KIN = {"metoprolol": {"metoprololsuksinat"}, "metoprololsuksinat": {"metoprolol"}}
WARFARIN, IBUPROFEN, PARACETAMOL = "B01AA03 warfarin", "M01AE01 ibuprofen", "N02BE01 paracetamol"


def subject(said: str, **given: Any) -> Subject:
    atc, _, name = said.partition(" ")
    keys = Keys.of(atc=atc, substances=[name] if name else [], kin=KIN)
    return Subject(id=uuid5(NAMESPACE_OID, said), name=name or atc, keys=keys, **given)


def known(*pairs: tuple[str, str, str]) -> InteractionGraph:
    rows = [
        (
            f"I{number}",
            relevance,
            "",
            [{"name": "", "members": [["", one, []]]}, {"name": "", "members": [["", other, []]]}],
        )
        for number, (relevance, one, other) in enumerate(pairs)
    ]
    return graph(rows, ["L99XX99"])


FEST = known(("1", "B01AA03", "M01A"), ("2", "B01AA03", "N02BE01"), ("3", "M01AE01", "N02BE01"))


def check(*said: str, reactions: tuple[Reaction, ...] = (), fest: InteractionGraph = FEST) -> list[str]:
    found = alerts.check([subject(one) for one in said], reactions, fest)
    return [alert.grade for alert in found]


def reaction(kind: str, code: str, text: str = "") -> Reaction:
    return Reaction(id=uuid4(), kind=kind, code=code, text=text or code, since=NOW - timedelta(days=900))


def test_worst_first_and_only_what_meets() -> None:
    assert check(WARFARIN, IBUPROFEN, PARACETAMOL) == ["red", "yellow", "green"]
    assert check(WARFARIN, "C07AB02 metoprolol") == []


def test_only_what_touches_the_row_that_is_asked_about() -> None:
    drugs = [subject(said) for said in (WARFARIN, IBUPROFEN, PARACETAMOL)]
    found = alerts.check(drugs, (), FEST, about={drugs[2].id})
    assert [alert.grade for alert in found] == ["yellow", "green"]


@pytest.mark.parametrize(
    ("kind", "code", "given"),
    [
        ("substance", "ibuprofen", IBUPROFEN),
        ("substance", "metoprolol", "C07AB02 metoprololsuksinat"),  # its salt
        ("substance", "metoprololsuksinat", "C07AB02 metoprolol"),
        ("atc", "M01A", IBUPROFEN),
        ("atc", "M01AE01", IBUPROFEN),
        ("substance", "M01AE01", IBUPROFEN),  # as other sources name a substance
    ],
)
def test_a_reaction_hits(kind: str, code: str, given: str) -> None:
    assert check(given, reactions=(reaction(kind, code),)) == ["cave"]


@pytest.mark.parametrize(
    ("kind", "code"), [("atc", "M02"), ("substance", "naproksen"), ("text", "M01A"), ("atc", "")]
)
def test_a_reaction_to_something_else_does_not(kind: str, code: str) -> None:
    assert check(IBUPROFEN, reactions=(reaction(kind, code),)) == []


def test_a_brand_that_may_be_handed_out_is_told_as_a_possibility() -> None:
    fixed, open_choice = (
        subject(IBUPROFEN, brands=frozenset({"B"})),
        subject(IBUPROFEN, may_be=frozenset({"B"})),
    )
    for drug, certain in ((fixed, True), (open_choice, False)):
        (alert,) = alerts.check([drug], [reaction("brand", "B", "Ibux")], FEST)
        assert (alert.certain, alert.title.startswith("Kan")) == (certain, not certain)


def test_an_excipient_is_in_all_brands_or_in_some() -> None:
    drug = subject(IBUPROFEN, excipients=frozenset({"laktose"}), may_contain=frozenset({"sojaolje"}))
    found = alerts.check(
        [drug], [reaction("excipient", "", name) for name in ("Laktose", "Sojaolje", "Gluten")], FEST
    )
    assert sorted(alert.title for alert in found) == ["Kan inneholde Sojaolje", "Reaksjon på Laktose"]


def test_the_same_substance_is_a_duplicate_and_the_same_group_is_told() -> None:
    one, other = subject(IBUPROFEN), replace(subject(IBUPROFEN), id=uuid4())
    assert [a.kind for a in alerts.check([one, other], (), FEST)] == ["duplicate"]
    assert [a.kind for a in alerts.check([one, subject("M01AE02 naproksen")], (), FEST)] == ["group"]
    assert alerts.check([one, subject("M01AB05 diklofenak")], (), FEST) == ()


@pytest.mark.parametrize(("said", "kind"), [("L99XX99 nyttvirkestoff", "not_assessed"), ("", "not_checked")])
def test_silence_is_said_aloud(said: str, kind: str) -> None:
    (alert,) = alerts.check([subject(said)], (), FEST)
    assert (alert.kind, alert.grade, alert.mandatory) == (kind, "not_assessed", False)


def test_two_packages_of_one_substance_do_not_interact_with_each_other() -> None:
    one, other = subject(IBUPROFEN), replace(subject(IBUPROFEN), id=uuid4())
    assert [a.kind for a in alerts.check([one, other], (), known(("1", "M01A", "M01A")))] == ["duplicate"]


def pair(**given: Any) -> alerts.Alert:
    (alert,) = alerts.check([subject(WARFARIN), subject(IBUPROFEN)], (), FEST)
    return replace(alert, **given)


def test_the_key_is_of_substances_not_of_rows_brands_or_order() -> None:
    again = replace(subject(WARFARIN), id=uuid4(), brands=frozenset({"Marevan"}))
    (turned,) = alerts.check([subject(IBUPROFEN), again], (), FEST)
    assert turned.key == pair().key
    salts = [[subject(f"C07AB02 {name}"), subject(WARFARIN)] for name in KIN]
    fest = known(("1", "C07AB02", "B01AA03"))
    assert len({alerts.check(drugs, (), fest)[0].key for drugs in salts}) == 1


def decision(alert: alerts.Alert, **given: Any) -> Decision:
    usual: dict[str, Any] = {
        "key": alert.key,
        "grade": alert.grade,
        "action": "accepted",
        "reason": "monitored",
        "text": "",
        "by": "Demoberg, Vilde",
        "by_id": uuid4(),
        "at": NOW - timedelta(days=30),
        "valid_until": NOW + timedelta(days=335),
        "doses": {alert_decisions.subject_key("ibuprofen"): Dose(amount=Decimal(1200), measure="mg")},
        "revision": "a",
    }
    return Decision(**(usual | given))


def asks(alert: alerts.Alert, dose: Dose | None = None, *, revision: str = "a", **given: Any) -> str:
    doses = {"ibuprofen": dose or Dose(amount=Decimal(1200), measure="mg")}
    return alert_decisions.returned(alert, decision(pair(), **given), doses=doses, revision=revision, now=NOW)


def test_what_is_decided_is_not_asked_again() -> None:
    assert asks(pair()) == ""
    assert asks(pair(), Dose(amount=Decimal(600), measure="mg")) == ""
    assert asks(pair(), grade="cave") == ""  # milder than when it was decided


@pytest.mark.parametrize(
    ("why", "given"),
    [
        ("Dosen er økt", {"dose": Dose(amount=Decimal(1600), measure="mg")}),
        ("Dosen er økt", {"dose": Dose(amount=None, measure="text:1")}),  # cannot be compared: ask
        ("mer alvorlig", {"grade": "yellow"}),
        ("endret teksten", {"revision": "b"}),
        ("12 måneder", {"valid_until": NOW}),
    ],
)
def test_it_asks_again_when_something_is_worse(why: str, given: dict[str, Any]) -> None:
    assert why in asks(pair(), **given)


def test_a_new_reaction_that_touches_it_asks_again() -> None:
    assert "legemiddelreaksjon" in asks(pair(since=NOW - timedelta(days=1)))
    assert asks(pair(since=NOW - timedelta(days=60))) == ""


def dose(said: str, strength: str) -> Dose:
    return alert_decisions.daily_dose(
        quick.parse(said, "13") or Dosage(unit="13", instruction=FreeTextDosage(text=said)), strength
    )


@pytest.mark.parametrize(
    ("said", "strength", "amount", "measure"),
    [
        ("1+0+1", "50 mg", "100", "mg"),
        ("1x3", "0,5 mg", "1.5", "mg"),
        ("1 vb maks 4", "400 mg", "1600", "mg"),
        ("2 man,ons,fre", "2,5 mg", "5.0", "mg"),
        ("1+0+1", "50 mg/12,5 mg", "100", "mg/12,5 mg"),
        ("1+0+1", "", "2", "13:"),
    ],
)
def test_the_daily_amount_is_the_highest_of_a_day(
    said: str, strength: str, amount: str, measure: str
) -> None:
    assert dose(said, strength) == Dose(amount=Decimal(amount), measure=measure)


def test_another_strength_is_compared_in_milligrams() -> None:
    assert dose("1+0+0", "100 mg").exceeds(dose("1+0+0", "50 mg"))
    assert not dose("1+0+0", "100 mg").exceeds(dose("1+0+1", "50 mg"))


def test_a_limit_that_is_taken_away_or_loosened_is_more() -> None:
    assert dose("1 vb", "400 mg").exceeds(dose("1 vb maks 2", "400 mg"))
    assert not dose("1 vb", "400 mg").exceeds(dose("1 vb", "400 mg"))
    assert dose("1 vb minst 4 timer mellom", "400 mg").exceeds(dose("1 vb minst 8 timer mellom", "400 mg"))
    assert dose("4 den 30. hver måned", "5 mg").exceeds(dose("1 den 30. hver måned", "5 mg"))


def test_words_are_compared_as_words() -> None:
    before = dose("Etter skjema", "2,5 mg")
    assert not dose("Etter skjema", "2,5 mg").exceeds(before)
    assert dose("Etter nytt skjema", "2,5 mg").exceeds(before)


def test_two_packages_are_counted_together() -> None:
    both = alert_decisions.together([dose("1+0+0", "50 mg"), dose("1+0+0", "25 mg")])
    assert both.exceeds(dose("1+0+0", "50 mg"))


def test_ids_are_of_the_rows() -> None:
    assert set(pair().treatments) == {UUID(str(subject(said).id)) for said in (WARFARIN, IBUPROFEN)}

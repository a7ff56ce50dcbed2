"""Terms a program can check (7439), what a person must say, and decisions that run out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfm.medication.particulars import Initiator
from sfm.medication.rules import (
    contribution,
    decision_amounts,
    decisions,
    reimbursement,
    reimbursement_amounts,
    reimbursement_wares,
)
from sfm.medication.rules.decisions import Decision
from sfm.medication.rules.reimbursement import Circumstances, Confirmation, Option, Requirement, Term
from tests.factories import contents

TODAY = date(2026, 11, 22)
NEUROLOGIST = Initiator(
    hpr="9400202", name="Oline Demospesialist", speciality="37", speciality_name="Nevrologi"
)
HOSPITAL = Initiator(hospital="Oppdiktet sykehus", her_id="8090300")
ADULT = Circumstances(today=TODAY, born=date(1960, 1, 1), sex="2", code="K86")
SAID = Confirmation(outcome="met", by="Dagny Demolege", at=datetime(2026, 1, 2, tzinfo=UTC))


def state(kind, *values, names=(), facts=ADULT, said=None, **changed):
    term = Term(
        id="T",
        number="101",
        text="Vilkår",
        requirements=(Requirement(type=kind, values=values, names=names),),
    )
    option = Option(basis="200", group="G", terms=(term,))
    return reimbursement.judge(option, replace(facts, **changed), {"T": said} if said else {})[0].state


@pytest.mark.parametrize(
    ("kind", "values", "facts", "expected"),
    [
        ("1", ["65"], {}, "met"),
        ("1", ["67"], {}, "unmet"),
        ("1", ["65"], {"born": None}, "ask"),
        ("2", ["22"], {"born": date(2005, 1, 1)}, "met"),
        ("2", ["22"], {"born": date(2004, 11, 22)}, "unmet"),  # 22 today
        ("2", ["22"], {"born": date(2004, 11, 23)}, "met"),
        ("3", ["2"], {}, "met"),
        ("3", ["1"], {}, "unmet"),
        ("3", ["1"], {"sex": ""}, "ask"),
        ("4", ["37"], {}, "ask"),  # somebody else may have started it
        ("4", ["37"], {"specialities": frozenset({"37"})}, "met"),
        ("4", ["37"], {"started_by": NEUROLOGIST}, "met"),
        ("4", ["40"], {"started_by": NEUROLOGIST}, "ask"),  # a specialist of something else
        ("4", ["37"], {"started_by": HOSPITAL}, "ask"),
        ("5", ["1"], {"started_by": HOSPITAL}, "met"),
        ("5", ["1"], {"started_by": NEUROLOGIST}, "ask"),
        ("7", ["37"], {"started_by": HOSPITAL}, "met"),
        ("7", ["37"], {"started_by": NEUROLOGIST}, "met"),
        ("5", ["1"], {"hospital": True}, "met"),
        ("7", ["37"], {"hospital": True}, "met"),
        ("8", ["37"], {}, "unmet"),
        ("8", ["37", "40"], {"specialities": frozenset({"40"})}, "met"),
        ("9", ["1"], {}, "unmet"),
        ("9", ["1"], {"hospital": True}, "met"),
        ("10", ["37"], {"hospital": True}, "met"),
        ("10", ["37"], {}, "unmet"),
        ("11", ["1"], {"group_level": True}, "sets"),
        ("13", ["30"], {"days": 31}, "unmet"),
        ("19", ["30"], {"days": 30}, "met"),
        ("19", ["30"], {}, "unmet"),  # a cure without an end
        ("15", ["400"], {"per_year": Decimal(401)}, "unmet"),
        ("15", ["400"], {"per_year": Decimal(400)}, "met"),
        ("16", ["2"], {"per_dispensing": Decimal(3)}, "unmet"),
        ("17", ["37"], {}, "sets"),  # the pharmacy's to know
        ("22", ["1"], {"per_day_stated": True}, "met"),
        ("22", ["1"], {}, "unmet"),
        ("23", ["1"], {}, "unmet"),
        ("25", ["K86"], {}, "met"),
        ("26", ["K86"], {}, "unmet"),
        ("27", ["1"], {"code": ""}, "unmet"),
        ("28", ["P1Y"], {}, "sets"),
        ("28", ["lenge"], {}, "ask"),
        ("6", ["Demo sykehus"], {}, "ask"),  # not in use: text only
        ("99", ["?"], {}, "ask"),
    ],
)
def test_a_structured_term_is_judged_by_its_type(kind, values, facts, expected):
    assert state(kind, *values, **facts) == expected


def test_what_cannot_be_computed_rests_on_a_persons_word():
    assert state("4", "37", said=SAID) == "confirmed"


def test_a_specialists_term_is_judged_anew_at_every_renewal():
    assert state("8", "37", said=SAID) == "unmet"
    assert state("8", "37", said=replace(SAID, outcome="exception", reason="Avtalt")) == "excepted"


def test_the_dispensers_own_terms_are_not_shown_to_the_prescriber():
    option = Option(basis="200", group="G", terms=(Term(id="T", number="1", text="t", applies_to="2"),))
    assert reimbursement.judge(option, ADULT, {}) == ()


def test_all_requirements_of_a_term_must_hold():
    both = (Requirement(type="2", values=("22",)), Requirement(type="3", values=("2",)))
    option = Option(basis="700", group="G", terms=(Term(id="T", number="108", text="t", requirements=both),))
    young = replace(ADULT, born=date(2008, 1, 1))
    assert reimbursement.judge(option, young, {})[0].state == "met"
    assert reimbursement.judge(option, replace(young, sex="1"), {})[0].why == "gjelder kvinner"


def test_age_stops_a_ware_and_warns_of_a_medicine():
    option = Option(
        basis="602",
        group="G",
        terms=(Term(id="T", number="110", text="t", requirements=(Requirement(type="2", values=("10",)),)),),
    )
    ware = reimbursement.judge(option, replace(ADULT, group_level=True), {})
    assert ware[0].stops
    assert reimbursement.problems(ware)["terms"].startswith("gjelder under 10 år")
    assert not reimbursement.judge(option, ADULT, {})[0].stops


def test_what_must_be_tried_first_is_looked_for_in_the_history():
    option = Option(
        basis="200", group="G", terms=(Term(id="T", number="103", text="Metformin skal være prøvd først."),)
    )
    verdict = reimbursement.judge(option, replace(ADULT, used_before=("Metformin", "Insulin")), {})[0]
    assert (verdict.state, verdict.help) == ("ask", "I historikken: metformin.")


def decision(**given):
    values = {
        "id": uuid4(),
        "outcome": "J",
        "reference": "2026/1",
        "basis": "300",
        "product_name": "Adalimumab",
        "atc": "L04AB04",
        "valid_from": TODAY - timedelta(days=300),
        "valid_until": TODAY + timedelta(days=30),
    }
    return Decision(**(values | given))


def test_a_decision_is_warned_of_while_there_is_time():
    assert decision().warning(TODAY) == "Vedtaket utløper om 30 dager (22.12.2026)."
    assert decision(valid_until=TODAY).warning(TODAY) == "Vedtaket utløper i dag (22.11.2026)."
    assert decision(valid_until=TODAY + timedelta(days=31)).warning(TODAY) == ""
    assert decision(valid_until=None).warning(TODAY) == ""


def test_the_decision_that_lasts_longest_comes_first_and_refusals_never():
    short, long = decision(), decision(valid_until=None)
    refused, other = decision(outcome="N"), decision(atc="N02AA05")
    found = decisions.valid_for([short, refused, other, long], TODAY, atc="L04AB04", fest_id="x", name="y")
    assert found == (long, short)


@given(start=st.integers(-400, 400), length=st.integers(0, 400))
def test_a_decision_never_holds_outside_its_dates(start, length):
    begins = TODAY + timedelta(days=start)
    one = decision(valid_from=begins, valid_until=begins + timedelta(days=length))
    assert one.holds_on(TODAY) == (start <= 0 <= start + length)


def test_a_decision_keeps_its_content_through_the_row():
    one = decision(daily_maximum=Decimal("2.5"), daily_unit="mg", grounds=("Annet",))
    row = {
        name: getattr(one, name)
        for name in ("id", "outcome", "reference", "valid_from", "valid_until", "source")
    }
    assert decisions.from_data(decisions.to_data(one), **row) == one


def test_more_than_three_months_at_a_time_is_told():
    found = reimbursement_amounts.notes(reimbursement_amounts.Supply(days=100, refills=4))
    assert "rekker i 100 dager" in found[0]
    assert "500 dager" in found[1]
    assert reimbursement_amounts.notes(reimbursement_amounts.Supply(days=90, refills=3)) == ()
    assert reimbursement_amounts.notes(reimbursement_amounts.Supply(days=None, refills=9)) == ()


def test_who_pays_over_the_step_price_is_told_unless_it_is_reserved():
    priced = reimbursement_amounts.Supply(days=90, refills=3, step_price=Decimal("1234.5"))
    assert reimbursement_amounts.notes(priced)[0].startswith("Trinnpris 1\u00a0234,50\u00a0kr:")
    assert reimbursement_amounts.notes(replace(priced, no_substitution=True)) == ()


@pytest.mark.parametrize(
    ("group", "basis", "name"),
    [
        ("504", "504", "§ 5.4 Forbruksmateriell ved diabetes"),
        ("5040101", "504", "§ 5.4 Forbruksmateriell ved diabetes"),
        ("514", "514", "§ 5.14 Forbruksmateriell til måling og administrasjon av legemidler"),
        ("6010101", "601", "§ 6.1 Næringsmidler ved diverse tilstander"),
        ("900", "", ""),
        ("5", "", ""),
    ],
)
def test_the_paragraph_of_a_ware_follows_from_its_group(group, basis, name):
    assert reimbursement_wares.legal_basis(group) == basis
    assert reimbursement_wares.name_of(basis) == name


@pytest.mark.parametrize(
    ("dose", "most", "unit", "expected"),
    [
        ("1+0+1", "100", "mg", ""),  # 2 tablets of 50 mg: as much as was granted
        ("2+0+1", "100", "mg", "Døgndosen er 150 mg, og vedtaket gjelder høyst 100 mg"),
        ("2+0+1", "0,1", "g", "Døgndosen er 0,15 g"),
        ("2+0+1", "2", "tablett", "Døgndosen er 3 tablett"),
        ("2+0+1", "3", "tabletter", ""),
        ("1 vb maks 4", "100", "mg", "Døgndosen er 200 mg"),
        ("1→4 +1/uke", "100", "mg", "Døgndosen er 200 mg"),  # the highest step counts
        ("2+0+1", "10", "ml", "kan ikke regnes ut"),
        ("etter avtale", "100", "mg", "kan ikke regnes ut"),
    ],
)
def test_a_dose_above_what_was_granted_is_told(dose, most, unit, expected):
    granted = decision(daily_maximum=Decimal(most.replace(",", ".")), daily_unit=unit)
    content = replace(contents.content(product=contents.METOPROLOL), dosage=contents.dosage(dose))
    said = decision_amounts.exceeded(granted, content)
    assert expected in said
    assert bool(said) == bool(expected)


def test_a_decision_without_a_daily_maximum_says_nothing_of_the_dose():
    assert decision_amounts.exceeded(decision(daily_maximum=None), contents.content()) == ""


@pytest.mark.parametrize(
    ("atc", "born", "sex", "told"),
    [
        ("G03AA07", date(2004, 11, 23), "2", True),  # 22 tomorrow
        ("G03AA07", date(2004, 11, 22), "2", False),
        ("G02BA03", date(2010, 1, 1), "2", True),
        ("G03AD01", date(2010, 1, 1), "2", False),  # emergency contraception
        ("G03CA03", date(2010, 1, 1), "2", False),
        ("G03AA07", None, "2", False),
        ("G03AA07", date(2010, 1, 1), "1", False),
    ],
)
def test_the_contribution_to_contraception_is_for_those_under_22(atc, born, sex, told):
    assert bool(contribution.note(atc=atc, born=born, sex=sex, today=TODAY)) is told


def test_who_started_is_asked_only_where_the_prescriber_does_not_meet_the_term_herself():
    def asked(kind, *values, **facts):
        part = Requirement(type=kind, values=values, names=("Nevrologi",) * len(values))
        option = Option(
            basis="200", group="G", terms=(Term(id="T", number="1", text="", requirements=(part,)),)
        )
        found = replace(ADULT, **facts)
        return reimbursement.starters(reimbursement.judge(option, found, {}), found)

    assert asked("4", "37") == {"37": "Nevrologi"}
    assert asked("4", "37", specialities=frozenset({"37"})) is None
    assert asked("4", "37", hospital=True) == {"37": "Nevrologi"}
    assert asked("7", "37", hospital=True) is None
    assert asked("5", "1") == {}
    assert asked("1", "65") is None

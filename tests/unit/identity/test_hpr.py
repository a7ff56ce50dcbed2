"""What HPR says becomes the ceiling; what is not understood opens nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sfm.core.ids import synthetic_id
from sfm.identity import hpr, matrix
from sfm.simulators.hpr import answers

TODAY = date(2026, 11, 22)


def answer(category: str = "LE", **more: Any) -> dict[str, Any]:
    known = {
        "hpr": "9400101",
        "pid": synthetic_id(date(1980, 1, 2)),
        "given": "Vilde Oppdiktet",
        "family": "Demoberg",
        "category": category,
        "rights": {"prescribing": "full"},
    }
    return answers.body(known | more)


def row_of(found: hpr.Standing) -> str:
    return matrix.row_name(found.category, found.rights)


@pytest.mark.parametrize(
    ("category", "rights", "row"),
    [
        ("LE", {"prescribing": "full"}, "LE"),
        ("LE", {"prescribing": "full", "not_a": True}, "LE_not_a"),
        ("LE", {"prescribing": "full", "not_ab": True}, "LE_not_ab"),
        ("LE", {"prescribing": "limited", "licence": True}, "LE_licence"),
        ("SP", {"prescribing": "limited"}, "SP_public_health"),
        ("SP", {"prescribing": "none"}, "SP"),
        ("JO", {"prescribing": "limited"}, "JO"),
        ("TL", {"prescribing": "limited"}, "TL"),
    ],
)
def test_an_approval_becomes_a_row_of_the_matrix(category: str, rights: dict[str, Any], row: str) -> None:
    found = hpr.standing(answer(category, rights=rights), today=TODAY)
    assert row_of(found) == row
    assert (found.hpr, found.given_name, found.family_name) == ("9400101", "Vilde Oppdiktet", "Demoberg")


@pytest.mark.parametrize(
    "more", [{"suspended": True}, {"until": "2026-11-21"}, {"died": "2026-01-01"}, {"category": "ZZ"}]
)
def test_without_a_valid_approval_nothing_is_open(more: dict[str, Any]) -> None:
    found = hpr.standing(answer(**more), today=TODAY)
    assert found.category == ""
    assert row_of(found) == matrix.NO_ROW


def test_an_approval_is_good_on_its_last_day() -> None:
    assert hpr.standing(answer(until="2026-11-22"), today=TODAY).category == "LE"


def test_an_unknown_right_and_an_unreadable_period_give_no_prescribing() -> None:
    strange, broken = answer(), answer()
    strange["godkjenninger"][0]["rekvisisjonsretter"][0]["type"]["verdi"] = "99"
    broken["godkjenninger"][0]["rekvisisjonsretter"][0]["periode"]["fra"] = "i fjor"
    for one in (strange, broken):
        assert hpr.standing(one, today=TODAY).rights["prescribing"] == "none"


def test_a_warning_takes_nothing_away() -> None:
    warned = answer(suspended=True)
    warned["godkjenninger"][0]["administrativeReaksjoner"][0]["type"]["navn"] = "Advarsel"
    assert hpr.standing(warned, today=TODAY).rights == {"prescribing": "full"}


def test_of_two_approvals_the_one_that_opens_most_counts() -> None:
    both = answer("SP", rights={"prescribing": "none"})
    both["godkjenninger"] += answer("LE")["godkjenninger"]
    assert row_of(hpr.standing(both, today=TODAY)) == "LE"
    both["godkjenninger"][1]["avsluttetStatus"] = {"verdi": "1", "navn": "Avsluttet"}
    assert row_of(hpr.standing(both, today=TODAY)) == "SP"

"""The demo's journals as a user meets them, and what RF and KJ know that they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.running_demo import FirstStart, RunningDemo

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("demo")]


@pytest.fixture
def delivered(running_demo: RunningDemo) -> dict[str, Any]:
    return running_demo.delivered


def test_each_journal_is_made_once(first_start: FirstStart, running_demo: RunningDemo) -> None:
    said = first_start.said + first_start.second_said
    assert [line.partition("] ")[2] for line in said.splitlines() if "Lager journalen" in line] == [
        "Lager journalen «Åskollen legesenter» med 9 pasienter …",
        "Lager journalen «Fjellvik kommune» med 6 pasienter …",
    ]


def test_the_record_system_and_the_provider_s_staff_are_known(delivered: dict[str, Any]) -> None:
    assert delivered["origins"] == [delivered["epj_origin"]]
    assert delivered["staff"] == ["Nora Oppdiktet Demodrift"]
    assert delivered["epj_patients"] == 15


def test_kari_has_a_list_and_the_registers_know_more(delivered: dict[str, Any]) -> None:
    assert delivered["kari"] == {
        "treatments": 8,
        "unsent": 0,
        "incomplete": [],
        "expired_status_in_rf": "F",
        "has_pll": True,
        "atc_only_rf_knows": ["B01AF02"],
        "lists_in_rf": 2,
        "rf_has_a_newer_list": True,
        "dispensings": 1,
    }


def test_astrid_gets_multidose(delivered: dict[str, Any]) -> None:
    astrid = delivered["astrid"]
    assert astrid.pop("pharmacy")
    assert astrid == {"treatments": 25, "in_multidose": 16, "reactions": 2}


def test_drafts_wait_in_both_journals(delivered: dict[str, Any]) -> None:
    assert ["renew", "Stig Oppdiktet Demolund"] in delivered["drafts"]["gp_office"]
    kinds = {kind for kind, _ in delivered["drafts"]["municipality"]}
    assert kinds == {"new_treatment", "discontinue"}
    assert delivered["treatments_of_use_type_2"] == 2


def test_kj_knows_what_the_list_does_not(delivered: dict[str, Any]) -> None:
    assert "ramipril" in delivered["kj"]
    assert "blocked" in delivered["kj"]

"""Every code of RF has a class, an action and a text."""

from __future__ import annotations

import pytest

from sfm.wire import codes_7419

ACTIONS = {
    "stop",
    "retry",
    "refresh",
    "recall_pending",
    "recall_done",
    "settle",
    "rebuild",
    "merge",
    "verify",
}


def test_all_385_codes_are_known_and_can_be_shown() -> None:
    codes = codes_7419.every()
    assert len(codes) == 385
    for code in codes.values():
        assert code.action in ACTIONS
        assert code.user_text
        assert code.shown


@pytest.mark.parametrize(
    ("code", "category", "action"),
    [
        ("1", "state", "refresh"),
        ("13", "state", "recall_pending"),
        ("16", "state", "recall_done"),
        ("10", "state", "settle"),
        ("65", "state", "settle"),
        ("330", "state", "stop"),
        ("284", "patient", "retry"),
        ("363", "patient", "stop"),
        ("51", "refnr", "rebuild"),
        ("32", "dispatch", "retry"),
        ("226", "pll", "merge"),
        ("382", "signature", "retry"),
        ("108", "rf_internal", "stop"),
        ("128", "organisation", "stop"),
        ("313", "format", "rebuild"),
        ("325", "format", "verify"),
        ("50", "rf_internal", "retry"),
    ],
)
def test_the_code_decides_what_happens(code: str, category: str, action: str) -> None:
    found = codes_7419.look_up(code)
    assert (found.category, found.action) == (category, action)
    assert found.retry == (action == "retry")


def test_only_a_transient_fault_promises_another_try() -> None:
    assert codes_7419.look_up("50").user_text == "Reseptformidleren har en feil. Vi prøver igjen."
    assert "prøver igjen" not in codes_7419.look_up("144").user_text


def test_an_unknown_code_is_a_defect_or_a_set_up_fault() -> None:
    assert codes_7419.look_up("9999", "Noe er galt").category == "format"
    assert codes_7419.look_up("9998", "Din organisasjon mangler noe").category == "organisation"


def test_what_rf_says_is_shown_before_what_we_know() -> None:
    assert codes_7419.look_up("1", "Finner ikke.").shown == "Finner ikke."
    assert codes_7419.look_up("36").shown == "Feil 36 fra Reseptformidleren"

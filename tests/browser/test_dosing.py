"""Dosing in the form: a taper, weekdays, the clock and a weekly drug, as a prescriber writes them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_frame import Desk, browser, desk  # noqa: F401
from tests.browser.test_prescribe_form import frame  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.xdist_group("dosing"),  # one Chromium
]


def choose(frame: Any, desk: Desk, word: str) -> None:  # noqa: F811
    desk.page.keyboard.type(word)
    frame.locator(f"#hits[data-q={word}] [data-hit]").first.click()
    expect(frame.locator("#quick")).to_be_visible()


def test_a_taper_typed_and_a_taper_in_boxes(frame: Any, desk: Desk) -> None:  # noqa: F811
    choose(frame, desk, "predni")
    frame.locator("#quick").press_sequentially("6 morgen, ned 1 hver 3. dag")
    preview = frame.locator("#preview")
    expect(preview).to_contain_text("deretter 1 tablett morgen i 3 dager")
    expect(preview).to_contain_text("18 dager · i alt 63 tabletter")
    expect(frame.locator("#tp_start")).to_have_value("6")
    expect(frame.locator("#quantity")).to_have_value("63")
    frame.locator("#tp_target").fill("2")
    expect(frame.locator("#quick")).to_have_value("")
    expect(preview).to_contain_text("deretter 2 tabletter morgen")
    frame.locator("#t5").fill("1")
    expect(frame.locator("#tp_start")).to_have_value("")
    expect(preview).to_contain_text("1 tablett kveld")


def test_weekdays_by_toggle_and_the_clock(frame: Any, desk: Desk) -> None:  # noqa: F811
    choose(frame, desk, "predni")
    frame.locator("#t5").fill("½")
    frame.locator("summary", has_text="Bestemte dager").click()
    for day in ("man", "ons", "fre"):
        frame.locator(".weekdays label", has_text=day).click()
    preview = frame.locator("#preview")
    expect(preview).to_contain_text("½ tablett kveld mandag, onsdag og fredag")
    expect(preview.locator(".days .on")).to_have_count(6)
    frame.locator("#quick").fill("1 kl 8 og 20")
    expect(frame.locator("#c2")).to_have_value("20:00")
    expect(preview).to_contain_text("1 tablett kl. 08:00 og 20:00")
    frame.locator("#quick").fill("2 kaps morgen")
    expect(preview).to_contain_text("doseres i tabletter, ikke i kaps")


def test_methotrexate_by_the_day_asks_why(frame: Any, desk: Desk) -> None:  # noqa: F811
    choose(frame, desk, "metotrek")
    frame.locator("#quick").fill("1x1")
    expect(frame.locator("#preview")).to_contain_text("doseres vanligvis én gang per uke")
    expect(frame.locator("#dose_reason")).to_be_visible()
    frame.locator("#dose_reason").fill("Vedlikehold ved leukemi")
    expect(frame.locator("#preview")).not_to_contain_text("doseres vanligvis")
    frame.locator("#quick").fill("4 man")
    expect(frame.locator("#dose_reason")).to_be_hidden()
    expect(frame.locator("#preview .days .on")).to_have_count(2)

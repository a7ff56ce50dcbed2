"""RF disagrees, refuses, is slow, or is gone: what the doctor sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.epj import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.epj import Epj
    from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
DOCTOR = "Vilde Oppdiktet Demoberg"


def test_a_refusal_stands_on_the_row_in_plain_words(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = tab().log_in(DOCTOR).open("Ella Oppdiktet")
    epj.see_news()
    demo.rf.scenario("Resepten avvises")
    epj.do("montelukast", "Forny")
    expect(epj.row("montelukast")).to_contain_text("fornyes")
    epj.sign()
    expect(epj.sfm.locator("#progress")).to_contain_text("Avvist", timeout=PATIENCE)
    epj.back_to_list()
    expect(epj.row("montelukast")).to_contain_text("pasientsikkerhet", timeout=PATIENCE)


def test_the_page_is_usable_while_rf_is_slow_and_says_so_when_it_is_gone(
    tab: Callable[..., Epj], demo: RunningDemo
) -> None:
    demo.rf.fail({"when": {}, "do": {"delay_ms": 6000}})
    epj = tab().log_in("Ida Oppdiktet Demovik").open("Ella Oppdiktet")
    expect(epj.row("montelukast")).to_be_visible()
    expect(epj.sfm.locator("#sources .asking").first).to_be_visible()
    epj.wait_for_sources()

    demo.rf.scenario("RF nede")
    epj.sfm.get_by_role("button", name="Oppdater").click()
    expect(epj.sfm.locator("#sources .failed").first).to_be_visible(timeout=30_000)
    expect(epj.sfm.locator("#sources")).to_contain_text("svarer ikke")
    expect(epj.row("montelukast")).to_be_visible()

"""Never the wrong patient: two tabs, the back button, and a reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.epj import Epj
    from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
DOCTOR = "Torstein Oppdiktet Demodal"


def test_a_stale_tab_is_refused_and_nothing_is_written(
    tab: Callable[..., Epj], complaints: list[str]
) -> None:
    stale = tab().log_in(DOCTOR).open("Ola Oppdiktet")
    stale.wait_for_sources()
    other = tab(beside=stale)
    other.page.goto(f"{other.origin}/pasienter")
    other.open("Liv Oppdiktet")
    other.see_news()
    listed = other.sfm.locator("#list :is(.state, .product, .rx)").all_inner_texts()

    stale.do("fenoksymetylpenicillin", "Forny")
    expect(stale.sfm.locator("#errors")).to_contain_text("Pasienten er byttet i et annet vindu")
    assert stale.sfm.locator("#page").get_attribute("inert") is not None, "the stale page can still be used"
    complaints[:] = [one for one in complaints if "409" not in one]

    other.page.reload()
    other.open("Liv Oppdiktet")
    other.see_news()
    assert other.sfm.locator("#list :is(.state, .product, .rx)").all_inner_texts() == listed
    other.open("Ola Oppdiktet")
    expect(other.row("fenoksymetylpenicillin")).not_to_contain_text("ikke sendt")
    expect(other.sfm.locator("#action-bar .unsent")).to_have_count(0)


def test_back_and_reload_stay_with_the_patient(tab: Callable[..., Epj], complaints: list[str]) -> None:
    epj = tab().log_in(DOCTOR).open("Ola Oppdiktet")
    epj.wait_for_sources()
    epj.tab("Historikk")
    expect(epj.sfm.locator('.tabs [aria-current="page"]')).to_have_text("Historikk")
    epj.frame.evaluate("history.back()")
    expect(epj.sfm.locator('.tabs [aria-current="page"]')).to_have_text("Legemidler")
    expect(epj.row("paracetamol")).to_be_visible()

    epj.tab("Meldinger")
    epj.open("Liv Oppdiktet")
    epj.frame.evaluate("history.back()")
    epj.page.wait_for_timeout(500)
    assert "Prøvestad" not in epj.sfm.locator("body").inner_text(), (
        "the back button brought the patient before"
    )
    epj.open("Liv Oppdiktet")
    epj.wait_for_sources()
    epj.frame.evaluate("setTimeout(() => location.reload(), 0)")
    expect(epj.page.locator("#messages .in", has_text="clientLoaded")).to_have_count(2)
    expect(epj.sfm.locator("header.banner .who")).to_contain_text("Sperresund")
    stale = ("409 (Conflict)", "Status Error Code 409", "historyCacheMissLoadError")
    assert any("409" in told for told in complaints), "the address of the patient before was never refused"
    complaints[:] = [told for told in complaints if not any(word in told for word in stale)]


def test_our_cookie_comes_back_where_third_party_cookies_do_not(
    tab: Callable[..., Epj], demo: RunningDemo
) -> None:
    epj = tab().log_in(DOCTOR).open("Ola Oppdiktet")
    names = "document.cookie.split('; ').map(one => one.split('=')[0])"
    kept = epj.frame.evaluate(f"document.cookie = 'vanlig=1; SameSite=None; Secure'; {names}")
    assert "vanlig" not in kept, "third-party cookies are not blocked: this proves nothing"
    ours = [one for one in epj.page.context.cookies(demo.origin("sfm")) if one["name"] == "__Host-sfm"]
    assert [one.get("partitionKey") for one in ours] == ["http://127.0.0.1"]
    epj.tab("Historikk")
    expect(epj.sfm.locator('.tabs [aria-current="page"]')).to_have_text("Historikk")

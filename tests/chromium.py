"""A Chromium that says nothing to the world and blocks third-party cookies, and tabs of the demo EPJ in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from sfm.demo import bootstrap
from tests.browser.epj import Epj

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.running_demo import RunningDemo

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=nb-NO",
    "--test-third-party-cookie-phaseout",
)
HARMLESS = ("favicon", "Blocked autofocusing")
Tab = Callable[..., Epj] if TYPE_CHECKING else Any


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Per module: Playwright keeps a loop in this thread, and Django refuses its ORM beside one."""
    program = os.environ.get("SFM_CHROMIUM") or bootstrap.chromium()
    expect.set_options(timeout=15_000)  # two busy cores
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the pages said on the console as errors, and what went wrong in their scripts."""
    return []


@pytest.fixture
def tab(chromium: Browser, demo: RunningDemo, complaints: list[str]) -> Iterator[Callable[..., Epj]]:
    """Opens a tab of the demo EPJ; tabs of one context share a login."""
    contexts: list[BrowserContext] = []

    def open_tab(beside: Epj | None = None) -> Epj:
        context = beside.page.context if beside else new_context(chromium)
        contexts.append(context)
        page = context.new_page()
        listen(page, complaints)
        return Epj(page=page, origin=demo.origin("epj"))

    yield open_tab
    for context in contexts:
        context.close()
    assert complaints == []


def new_context(browser: Browser, **changes: Any) -> BrowserContext:
    size = {"width": 1680, "height": 1000}
    context = browser.new_context(
        **{"viewport": size, "locale": "nb-NO", "timezone_id": "Europe/Oslo", **changes}
    )
    context.set_default_timeout(15_000)
    return context


def listen(page: Page, complaints: list[str]) -> None:
    def hear(message: Any) -> None:
        told = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not any(each in told for each in HARMLESS):
            complaints.append(told)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))

"""Every screen of the four portals, held against WCAG 2.2 AA by axe-core, and against frames as narrow as a phone.

The screens are found by following the links of each portal, so a new page is looked at without being named here.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect

from tests.chromium import new_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Frame, Page

    from tests.browser.epj import Epj
    from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
DOCTOR, ADMIN, PROVIDER = "Vilde Oppdiktet Demoberg", "Torstein Oppdiktet Demodal", "Nora Oppdiktet Demodrift"
FILL = "#sfm { position: fixed; inset: 0; z-index: 9; width: 100vw; height: 100vh; border: 0; }"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE = 1280
WIDTHS = (900, 640, 320)  # the narrow frame, and 200 and 400 % zoom of 1280 (WCAG 1.4.10)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
FORMS = ("endre", "seponer", "fornye-med-endring")  # reached from the row's menu, by script
NO_PAGES = re.compile(r"\.pdf$|logg-ut")
DARK = re.compile(r"legemidler$|endre$|reaksjoner$|signer$")
NARROWED = """() => ({
    edge: document.scrollingElement.scrollWidth > innerWidth ? [...document.querySelectorAll('#page *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 2).map((one) => one.outerHTML.slice(0, 120)) : [],
    broken: [...document.querySelectorAll('#page .drug')]
      .filter((one) => one.getClientRects().length > 2).slice(0, 2).map((one) => one.textContent),
  })"""
WRITTEN = """() => Object.fromEntries(Object.entries({
    drugs: '.drug', brands: '.brand', doses: 'div.dose, .label-text', lines: '.drug-line, .hit-link, .product h1',
    statuses: '#list tr[data-id] .status', cut: '#page *',
  }).map(([name, which]) => [name, [...document.querySelectorAll(which)]
    .filter((one) => name !== 'cut' || (one.tagName !== 'INPUT' && getComputedStyle(one).textOverflow === 'ellipsis'))
    .map((one) => one.textContent.replace(/\\s+/g, ' ').trim())]))"""
TENFOLD = re.compile(r"\d,\d*0(?!\d)|(?<!\d),\d|(?<![\d.])\d+\.\d+(?![\d.])")  # MEDi-015, 016, 042, 043
LIKE_DIGITS = re.compile(r"[@|<>/\\&°;]")  # MEDi-027


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def _wrong(place: Frame | Page, only: dict[str, Any]) -> Iterator[str]:
    found = place.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
    for rule in found["violations"]:
        yield f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:160]}"


def _against_the_rules(place: Frame | Page) -> Iterator[str]:
    """The display rules (portals.md 8) that hold wherever a medicine is named."""
    written = place.evaluate(WRITTEN)
    for name in written["drugs"]:  # MEDi-002: lower case, but for acronyms
        if any(not (word.islower() or word.isupper()) for word in re.findall(r"[^\W\d_]+", name)):
            yield f"virkestoff med stor bokstav: {name}"
    yield from (f"merkevare med små bokstaver: {name}" for name in written["brands"] if name.upper() != name)
    yield from (f"forvekslbart tegn: {dose}" for dose in written["doses"] if LIKE_DIGITS.search(dose))
    yield from (f"tall: {text}" for text in written["doses"] + written["lines"] if TENFOLD.search(text))
    yield from ("tom status" for status in written["statuses"] if not status)  # MEDv-042
    yield from (f"avkortet: {text[:60]}" for text in written["cut"])  # MEDi-022, 025


def _look(place: Frame | Page, page: Page, name: str) -> list[str]:
    """What is wrong with the screen in front of us, from the width the window has to the other end: no page is resized
    more often than it has widths."""
    size = page.viewport_size
    assert size is not None
    found: list[str] = []
    for width in sorted((WIDE, *WIDTHS), reverse=size["width"] == WIDE):
        if page.viewport_size != {"width": width, "height": 900}:
            page.set_viewport_size({"width": width, "height": 900})
        found += _wide(place, page, name) if width == WIDE else _narrow(place, width)
    return [f"{name}: {one}" for one in found]


def _wide(place: Frame | Page, page: Page, name: str) -> list[str]:
    found = [*_wrong(place, {"type": "tag", "values": RULES}), *_against_the_rules(place)]
    if DARK.search(name):
        page.emulate_media(color_scheme="dark")
        found += [f"mørkt: {one}" for one in _wrong(place, {"type": "rule", "values": ["color-contrast"]})]
        page.emulate_media(color_scheme="light")
    return found


def _narrow(place: Frame | Page, width: int) -> list[str]:
    told = place.evaluate(NARROWED)
    found = [f"{width} px: {one}" for one in told["edge"]]
    return found + [f"{width} px, navnet er delt: {one}" for one in told["broken"] if width > min(WIDTHS)]


def _opened(place: Frame | Page, address: str) -> bool:
    """False for a file to save, which is no screen."""
    try:
        place.goto(address)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return False
    return True


def _walk(
    place: Frame | Page, page: Page, prefix: str, start: tuple[str, ...] = ()
) -> tuple[set[str], list[str]]:
    """Every kind of page that links lead to below `prefix`, once; and what is wrong with them."""
    seen: set[str] = set()
    wrong: list[str] = []
    waiting = [place.url, *start]
    while waiting:
        address = waiting.pop(0).partition("#")[0]
        kind = ID.sub("*", address.partition("?")[0].removeprefix(prefix))
        if kind in seen or not address.startswith(prefix) or NO_PAGES.search(kind):
            continue
        seen.add(kind)
        if place.url != address and not _opened(place, address):
            continue
        expect(place.locator("#page")).to_be_visible()
        wrong += _look(place, page, kind or "forsiden")
        waiting += place.evaluate("[...document.querySelectorAll('#page a[href]')].map((link) => link.href)")
    return seen, wrong


def test_the_screens_of_a_patient(tab: Callable[..., Epj]) -> None:
    epj = tab()
    epj.page.add_init_script(_axe())
    epj.log_in(DOCTOR).open("Per Oppdiktet")
    epj.page.add_style_tag(content=FILL)
    epj.page.set_viewport_size({"width": WIDE, "height": 900})
    prefix = epj.frame.url.removesuffix("legemidler")
    row = epj.row("spironolakton").get_attribute("data-id")
    hits = epj.frame.evaluate("fetch('ny/treff?q=pantop').then((answer) => answer.text())")
    first = re.search(r'href="([^"]*forskriv[^"]*)" data-hit', hits)
    assert first
    hit = prefix + first[1].replace("&amp;", "&").rpartition("/")[2]
    seen, wrong = _walk(
        epj.frame, epj.page, prefix, (*(f"{prefix}behandling/{row}/{form}" for form in FORMS), hit)
    )
    assert {
        "legemidler",
        "utkast",
        "reaksjoner",
        "historikk",
        "meldinger",
        "signer",
        "ny",
        "forskriv",
    } <= seen
    assert {"behandling/*", *(f"behandling/*/{form}" for form in FORMS)} <= seen
    assert wrong == [], "\n".join(wrong)


def test_the_screens_of_the_portals_without_a_patient(tab: Callable[..., Epj]) -> None:
    epj = tab()
    epj.page.add_init_script(_axe())
    epj.log_in(ADMIN)
    wrong: list[str] = []
    for portal, title in (
        ("healthcareportal", "Helsepersonellportalen"),
        ("enterpriseportal", "Virksomhetsportalen"),
    ):
        epj.page.locator(f'[data-portal="{portal}"]').dispatch_event("click")  # the frame covers the button
        expect(epj.sfm.locator(".banner .who")).to_have_text(title)
        epj.page.add_style_tag(content=FILL)
        epj.page.set_viewport_size({"width": WIDE, "height": 900})
        seen, more = _walk(epj.frame, epj.page, "/".join(epj.frame.url.split("/")[:6]) + "/")
        assert len(seen) >= 4
        wrong += more
    assert wrong == [], "\n".join(wrong)


def test_the_screens_of_the_service_provider(chromium: Browser, demo: RunningDemo) -> None:
    page = new_context(chromium, viewport={"width": WIDE, "height": 900}).new_page()
    page.add_init_script(_axe())
    page.goto(demo.origin("sfm") + "/tjeneste/")
    wrong = _look(page, page, "innlogging")
    page.get_by_role("link", name="Logg inn med HelseID").click()
    page.get_by_role("button", name=PROVIDER).click()
    page.wait_for_url("**/tjeneste/**")
    seen, more = _walk(page, page, demo.origin("sfm") + "/tjeneste/")
    assert {"fest", "koer", "journaler", "tjenester"} <= seen
    assert wrong + more == [], "\n".join(wrong + more)
    page.context.close()

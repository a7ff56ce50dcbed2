"""Pictures of every screen, for docs/screenshots: `python -m tests.browser.screenshots [chapter …]`.

Starts a demo of its own, walks through it as the story does, and writes PNG files with few colours. Chapters:
treatment, beside, kept, variants, around. With SFM_DEMO_FACTS, the file a running `tests.demo_process` wrote its first
line to, that demo is used instead.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from sfm.demo import bootstrap
from tests.browser.epj import Epj
from tests.chromium import FLAGS, new_context
from tests.running_demo import ROOT, own_folder, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FrameLocator, Page

FOLDER = ROOT / "docs" / "screenshots"
SIZE = {"width": 1280, "height": 900}
NARROW = {"width": 900, "height": 900}
DOUBLE = {"width": 640, "height": 450}  # 1280 × 900 at 200 %
FILL = "#sfm { position: fixed; inset: 0; z-index: 9; width: 100vw; height: 100vh; border: 0; }"
DOCTOR, ADMIN, NURSE = "Vilde Oppdiktet Demoberg", "Torstein Oppdiktet Demodal", "Randi Oppdiktet Demones"
SHELVES = {
    "naringsmidler": "shelf-nutrition",
    "forbruksmateriell": "shelf-consumables",
    "vaksiner": "shelf-vaccines",
    "egen-praksis": "shelf-own-practice",
    "helfo": "helfo",
    "utskrift": "print",
    "utskrift?type=pasient": "print-patient",
    "utskrift?type=brev": "print-letter",
    "utskrift?type=endringer": "print-changes",
}
FORMS = {
    "pause": "pause",
    "bytt": "change-product",
    "bruk": "change-use",
    "revurdering": "review-date",
    "slett": "entered-in-error",
}


class Camera:
    def __init__(self, browser: Browser, origins: dict[str, str]) -> None:
        self.browser, self.origins = browser, origins

    def epj(self, person: str, **changes: Any) -> Epj:
        page = new_context(self.browser, **{"viewport": SIZE, **changes}).new_page()
        return Epj(page=page, origin=self.origins["epj"]).log_in(person)

    def open(self, person: str, patient: str, **changes: Any) -> Epj:
        epj = self.epj(person, **changes).open(patient)
        epj.see_news()
        epj.page.add_style_tag(content=FILL)
        epj.frame.evaluate("scrollTo(0, 0)")  # as the frame's own width has it, not the one it opened in
        return epj

    def take(self, page: Page, name: str) -> None:
        page.wait_for_timeout(400)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        few = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(FOLDER / f"{name}.png", optimize=True)

    def portal(self, which: str, person: str = ADMIN) -> Epj:
        epj = self.epj(person)
        epj.page.locator(f'[data-portal="{which}"]').click()
        epj.sfm.locator(".tabs a[aria-current]").wait_for()
        epj.page.add_style_tag(content=FILL)
        return epj

    def tabs(self, page: Page, place: Page | FrameLocator, name: str) -> None:
        """Every tab of a portal, from the left."""
        self.take(page, name)
        for number in range(1, place.locator(".tabs a").count()):
            link = place.locator(".tabs a").nth(number)
            link.click()
            place.locator(f'.tabs a[aria-current][href="{link.get_attribute("href")}"]').wait_for()
            self.take(page, f"{name}-{number + 1}")

    def visit(self, epj: Epj, address: str, name: str) -> None:
        """A page by its address, in the frame."""
        epj.frame.goto(address)
        epj.sfm.locator("#page").wait_for()
        self.take(epj.page, name)


def treatment(camera: Camera) -> None:
    epj = camera.open(DOCTOR, "Kari Oppdiktet")
    camera.take(epj.page, "list")
    for path, name in (("utkast", "drafts-empty"), ("reaksjoner", "reactions"), ("historikk", "history")):
        epj.sfm.locator(f'.tabs a[href$="{path}"]').click()
        epj.sfm.locator(f'.tabs a[href$="{path}"][aria-current]').wait_for()
        camera.take(epj.page, name)
    epj.back_to_list()
    epj.row("losartan").locator("[data-menu]").click()
    camera.take(epj.page, "list-menu")
    epj.page.keyboard.press("Escape")
    epj.page.keyboard.press("?")
    camera.take(epj.page, "keyboard")
    epj.sfm.get_by_role("button", name="Lukk").click()
    epj.do("losartan", "Detaljer og historikk")
    epj.sfm.locator("main h2").first.wait_for()
    camera.take(epj.page, "detail")
    camera.visit(epj, f"{epj.frame.url.partition('/behandling')[0]}/samstem", "reconcile")
    epj.back_to_list()
    epj.do("losartan", "Seponer")
    epj.sfm.locator("#discontinue").wait_for()
    camera.take(epj.page, "discontinue")
    epj.back_to_list()
    prescribing(camera, epj)


def prescribing(camera: Camera, epj: Epj) -> None:
    epj.sfm.get_by_role("link", name="Ny", exact=False).first.click()
    epj.sfm.locator("#q").press_sequentially("metop", delay=15)
    epj.sfm.locator("[data-hit]").first.wait_for()
    camera.take(epj.page, "search")
    epj.back_to_list()
    epj.find("amoks 500", "amoksicillin")
    epj.sfm.locator("#prescribe").get_by_text("Kur", exact=True).click()
    epj.sfm.locator("#indication_text").fill("Mot lungebetennelse")
    epj.sfm.locator("#quick").fill("1x3 i 7 dager")
    epj.sfm.locator(".by-dose").wait_for()
    camera.take(epj.page, "prescribe-course")
    epj.sfm.locator("#quick").fill("")
    epj.sfm.locator("#discontinue_on").fill("31.02.2027")
    epj.sfm.locator('.actions button[value="add"]').click()
    epj.sfm.locator("#summary").wait_for()
    camera.take(epj.page, "prescribe-errors")
    epj.back_to_list()
    epj.find("pantop 20", "pantoprazol – 20 mg")
    epj.fill(use="Fast", mot="Mot halsbrann", dose="1+0+0")
    camera.take(epj.page, "prescribe")
    epj.sfm.locator('.actions button[value="add"]').click()
    epj.row("pantoprazol").wait_for()
    epj.to_signing()
    camera.take(epj.page, "sign-blocked")
    epj.back_to_list()
    epj.do("apiksaban", "Bekreft i bruk")
    epj.page.wait_for_timeout(500)
    epj.sign()
    epj.wait_until_delivered()
    camera.take(epj.page, "sent")
    epj.tab("Meldinger")
    epj.sfm.get_by_role("heading", name="Meldinger").wait_for()
    camera.take(epj.page, "messages")


def beside(camera: Camera) -> None:
    """What stands beside the list: other shelves, reconciliation, forms of one row, print."""
    epj = camera.open(DOCTOR, "Per Oppdiktet")
    root = epj.frame.url.removesuffix("legemidler")
    row = epj.row("furosemid").get_attribute("data-id")
    for path, name in SHELVES.items():
        camera.visit(epj, root + path, name)
    camera.visit(epj, f"{root}gjennomgang", "review")
    epj.sfm.get_by_role("button", name="Begynn gjennomgang").click()
    epj.sfm.locator("#review").wait_for()
    camera.take(epj.page, "review-form")
    for path, name in FORMS.items():
        camera.visit(epj, f"{root}behandling/{row}/{path}", name)


def kept(camera: Camera) -> None:
    """Templates and a protocol: made in the form, put together in the personnel portal, begun from the search."""
    epj = camera.open(DOCTOR, "Liv Oppdiktet")
    for typed, drug in (("pantop 20", "pantoprazol"), ("metop 50", "metoprolol")):
        epj.find(typed, drug)
        epj.fill(use="Fast", mot="Etter avtale", dose="1+0+0")
        epj.sfm.locator("#f-template_name summary").click()
        epj.sfm.locator("#template_name").fill(f"Min {drug}")
        camera.take(epj.page, "template-keep")
        epj.sfm.locator('button[value="template"]').click()
        epj.sfm.locator("[role=status]", has_text="er lagret").first.wait_for()
        epj.back_to_list()
    portal = camera.portal("healthcareportal", person=DOCTOR)
    portal.sfm.locator(".tabs a", has_text="Mine maler").click()
    portal.sfm.get_by_text("Ny protokoll").click()
    portal.sfm.locator("main details[open] input[name=name]").fill("Oppstart")
    for box in portal.sfm.locator("main details[open] input[type=checkbox]").all():
        box.check()
    camera.take(portal.page, "templates")
    portal.sfm.locator("main details[open] button[type=submit]").click()
    portal.sfm.get_by_text("Protokollen er lagret").wait_for()
    epj = camera.open(DOCTOR, "Liv Oppdiktet")
    epj.sfm.get_by_role("link", name="Ny", exact=False).first.click()
    epj.sfm.get_by_role("link", name="Oppstart").click()
    epj.sfm.locator("#protocol").wait_for()
    camera.take(epj.page, "protocol")


def variants(camera: Camera) -> None:
    camera.take(camera.open(DOCTOR, "Per Oppdiktet", color_scheme="dark").page, "list-dark")
    camera.take(camera.open(DOCTOR, "Per Oppdiktet", viewport=NARROW).page, "list-900")
    double = camera.open(DOCTOR, "Kari Oppdiktet", viewport=DOUBLE, device_scale_factor=2)
    camera.take(double.page, "list-200-percent")
    camera.take(camera.open(NURSE, "Arne Oppdiktet").page, "list-nurse")
    camera.take(camera.open(DOCTOR, "Liv Oppdiktet").page, "list-blocked")
    epj = camera.open(DOCTOR, "Anne Oppdiktet")
    epj.tab("Utkast")
    epj.sfm.locator("article.draft").first.wait_for()
    camera.take(epj.page, "drafts")
    epj.back_to_list()
    epj.do("sumatriptan", "Forny")
    epj.page.wait_for_timeout(600)
    epj.to_signing()
    camera.take(epj.page, "sign")
    whole = camera.epj(DOCTOR, viewport={"width": 1680, "height": 960}).open("Per Oppdiktet")
    whole.see_news()
    camera.take(whole.page, "epj")


def around(camera: Camera) -> None:
    """The other portals, and what the national services see."""
    for which, name in (("healthcareportal", "personnel"), ("enterpriseportal", "organisation")):
        epj = camera.portal(which)
        camera.tabs(epj.page, epj.sfm, name)
        if name == "personnel":
            epj.sfm.get_by_role("link", name="Sykepleier", exact=True).click()
            epj.sfm.get_by_role("heading", name="Sykepleier").wait_for()
            camera.take(epj.page, "personnel-profile")
    page = new_context(camera.browser, viewport=SIZE).new_page()
    page.goto(camera.origins["rf"] + "/konsoll/pasient/12835649839")
    camera.take(page, "rf")
    page.goto(camera.origins["sfm"] + "/tjeneste/")
    camera.take(page, "provider-login")
    page.get_by_role("link", name="Logg inn med HelseID").click()
    page.get_by_role("button", name="Nora Oppdiktet Demodrift").click()
    page.wait_for_url("**/tjeneste/**")
    camera.tabs(page, page, "provider")
    page.goto(camera.origins["sfm"] + "/tjeneste/fest/versjon/1")
    camera.take(page, "provider-fest-version")


CHAPTERS = {"treatment": treatment, "beside": beside, "variants": variants, "around": around, "kept": kept}


@contextmanager
def _origins() -> Iterator[dict[str, str]]:
    running = os.environ.get("SFM_DEMO_FACTS")
    if running:
        yield json.loads(Path(running).read_text().splitlines()[-1])["origins"]
        return
    with own_folder() as folder, started(folder) as demo:
        yield demo.facts["origins"]


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=20_000)  # a busy machine
    program = os.environ.get("SFM_CHROMIUM") or bootstrap.chromium()
    with _origins() as origins, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        for name, chapter in CHAPTERS.items():
            if not wanted or name in wanted:
                chapter(Camera(browser, origins))
        browser.close()
    for picture in sorted(Path(FOLDER).glob("*.png")):
        print(f"{picture.stat().st_size // 1024:5} kB  {picture.name}")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Pictures of every screen, for docs/screenshots: `python -m tests.browser.screenshots [name …]`.

Starts a demo of its own, walks through it as the story does, and writes PNG files with few colours.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright

from sfm.demo import bootstrap
from tests.browser.epj import Epj
from tests.chromium import FLAGS, new_context
from tests.running_demo import ROOT, RunningDemo, _started

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = ROOT / "docs" / "screenshots"
SIZE = {"width": 1280, "height": 900}
NARROW = {"width": 900, "height": 900}
FILL = "#sfm { position: fixed; inset: 0; z-index: 9; width: 100vw; height: 100vh; border: 0; }"
DOCTOR, ADMIN, NURSE = "Vilde Oppdiktet Demoberg", "Torstein Oppdiktet Demodal", "Randi Oppdiktet Demones"


class Camera:
    def __init__(self, browser: Browser, demo: RunningDemo) -> None:
        self.browser, self.demo = browser, demo

    def epj(self, person: str, **changes: Any) -> Epj:
        page = new_context(self.browser, **{"viewport": SIZE, **changes}).new_page()
        return Epj(page=page, origin=self.demo.origin("epj")).log_in(person)

    def open(self, person: str, patient: str, **changes: Any) -> Epj:
        epj = self.epj(person, **changes).open(patient)
        epj.see_news()
        epj.page.add_style_tag(content=FILL)
        return epj

    def take(self, page: Page, name: str) -> None:
        page.wait_for_timeout(400)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        few = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(FOLDER / f"{name}.png", optimize=True)


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
    epj.do("losartan", "Detaljer og historikk")
    epj.sfm.locator("main h2").first.wait_for()
    camera.take(epj.page, "detail")
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
    epj.find("pantop 20", "pantoprazol")
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


def variants(camera: Camera) -> None:
    camera.take(camera.open(DOCTOR, "Per Oppdiktet", color_scheme="dark").page, "list-dark")
    camera.take(camera.open(DOCTOR, "Per Oppdiktet", viewport=NARROW).page, "list-900")
    camera.take(camera.open(NURSE, "Arne Oppdiktet").page, "list-nurse")
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
        epj = camera.epj(ADMIN)
        epj.page.locator(f'[data-portal="{which}"]').click()
        epj.page.wait_for_timeout(2500)
        epj.page.add_style_tag(content=FILL)
        camera.take(epj.page, name)
        for number, link in enumerate(epj.sfm.locator(".tabs a").all()[1:], 2):
            link.click()
            camera.take(epj.page, f"{name}-{number}")
    page = new_context(camera.browser, viewport=SIZE).new_page()
    page.goto(camera.demo.origin("rf") + "/konsoll/pasient/12835649839")
    camera.take(page, "rf")
    page.goto(camera.demo.origin("sfm") + "/tjeneste/")
    camera.take(page, "provider-login")
    page.get_by_role("link", name="Logg inn med HelseID").click()
    page.get_by_role("button", name="Nora Oppdiktet Demodrift").click()
    page.wait_for_url("**/tjeneste/**")
    camera.take(page, "provider")
    for number, link in enumerate(page.locator(".tabs a").all()[1:], 2):
        link.click()
        camera.take(page, f"provider-{number}")


CHAPTERS = {"treatment": treatment, "variants": variants, "around": around}


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = os.environ.get("SFM_CHROMIUM") or bootstrap.chromium()
    with _started() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        for name, chapter in CHAPTERS.items():
            if not wanted or name in wanted:
                chapter(Camera(browser, demo))
        browser.close()
    for picture in sorted(Path(FOLDER).glob("*.png")):
        print(f"{picture.stat().st_size // 1024:5} kB  {picture.name}")


if __name__ == "__main__":
    main(sys.argv[1:])

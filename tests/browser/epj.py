"""Drives the demo EPJ and SFM in its frame the way a person does: what is clicked is what is seen."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Frame, FrameLocator, Locator, Page

GP_OFFICE = "Åskollen legesenter"
NURSING_HOME = "Solbakken sykehjem"
PATIENCE = 15_000  # milliseconds for what passes through RF or KJ


@dataclass(frozen=True, kw_only=True)
class Epj:
    """One tab of the demo EPJ."""

    page: Page
    origin: str

    @property
    def sfm(self) -> FrameLocator:
        return self.page.frame_locator("#sfm")

    @property
    def frame(self) -> Frame:
        """The frame itself, for what only a script can do."""
        handle = self.page.locator("#sfm").element_handle().content_frame()
        assert handle is not None
        return handle

    @property
    def root(self) -> str:
        """Where the patient's addresses in this frame begin."""
        return str(self.sfm.locator("#list").get_attribute("data-root"))

    def log_in(self, person: str, workplace: str = GP_OFFICE) -> Epj:
        self.page.goto(self.origin)
        self.page.get_by_role("button", name=workplace).click()
        self.page.get_by_role("button", name=person).click()
        self.page.wait_for_url("**/pasienter")
        return self

    def open(self, patient: str, *, wait: bool = True) -> Epj:
        """Choose the patient in the EPJ, and wait until SFM has told the EPJ that it shows them."""
        shown = len(self.messages("setPatient"))
        self.page.locator("[data-patient]", has_text=patient).click()
        if wait:
            expect(self.page.locator("#messages .in", has_text='"setPatient"')).to_have_count(shown + 1)
            assert self.messages("setPatient")[-1]["setPatient"] == "success"
            expect(self.sfm.locator("header.banner .who")).to_contain_text(patient)
        return self

    def messages(self, name: str) -> list[dict[str, Any]]:
        """What SFM has said to the EPJ by postMessage, oldest first: replies and actions of this name."""
        lines = self.page.locator("#messages .in").all_inner_texts()
        said = [json.loads(line.split(" ", 3)[3]) for line in lines]
        return [message for message in said if name in message or message.get("action") == name]

    # --- the list ----------------------------------------------------------------------------------------------
    def row(self, drug: str) -> Locator:
        return self.sfm.locator(f'#list tr[data-id]:has(b.drug:text-is("{drug}"))')

    def do(self, drug: str, verb: str) -> None:
        """A verb from the row's quick menu."""
        self.menu(drug).get_by_role("menuitem", name=re.compile(rf"^{verb}( ?\S)?$")).click()

    def menu(self, drug: str) -> Locator:
        self.row(drug).locator("[data-menu]").click()
        return self.sfm.get_by_role("menu")

    def verbs(self, drug: str) -> set[str]:
        """What the server lets this person do with the row."""
        return set((self.row(drug).get_attribute("data-actions") or "").split())

    def tab(self, name: str) -> None:
        self.sfm.get_by_role("navigation", name="Visninger").get_by_role("link", name=name).click()

    def back_to_list(self) -> None:
        self.tab("Legemidler")
        expect(self.sfm.locator("#list")).to_be_visible()

    def wait_for_sources(self) -> None:
        """Until RF and KJ have answered, or failed."""
        strip = self.sfm.locator("#sources")
        expect(strip.locator(".source").first).to_be_visible()
        expect(strip.locator(".source.asking")).to_have_count(0, timeout=PATIENCE)

    def see_news(self) -> None:
        """Take in what the look-up brought, when it brought anything."""
        self.wait_for_sources()
        show = self.sfm.locator("#news").get_by_role("link", name="Vis")
        if show.is_visible():
            show.click()
            expect(show).to_be_hidden()

    def discontinue(self, drug: str, *, on: str = "") -> None:
        self.do(drug, "Seponer")
        form = self.sfm.locator("#discontinue")
        form.locator("input[name=reason]").first.check()
        if on:
            form.get_by_label("Dato", exact=True).check()
            form.locator("#at").fill(on)
        self.sfm.get_by_role("button", name="Seponer").click()
        expect(self.sfm.locator("#list")).to_be_visible()

    # --- prescribing and signing ---------------------------------------------------------------------------------
    def find(self, typed: str, hit: str) -> None:
        """«Ny», type, choose."""
        self.sfm.get_by_role("link", name="Ny", exact=False).first.click()
        self.sfm.locator("#q").press_sequentially(typed, delay=15)
        self.sfm.locator("[data-hit]", has_text=hit).first.click()
        expect(self.sfm.locator("#prescribe")).to_be_visible()

    def fill(self, *, use: str, mot: str, dose: str, packages: str = "") -> None:
        form = self.sfm.locator("#prescribe")
        form.get_by_label(use, exact=True).check()
        form.locator("#indication_text").fill(mot)
        form.locator("#quick").fill(dose)

    def to_signing(self) -> None:
        self.sfm.locator('.actions [data-key="sign"]').click()
        expect(self.sfm.get_by_role("heading", name="Dette sendes når du signerer")).to_be_visible()

    def sign(self) -> None:
        """Review, and the second act. Returns when «Signert» is on the screen."""
        self.to_signing()
        self.sfm.locator("form#sign button").click()
        expect(self.sfm.get_by_role("heading", name="Signert")).to_be_visible()

    def wait_until_delivered(self) -> None:
        expect(self.sfm.locator("#progress")).to_contain_text("Ferdig.", timeout=PATIENCE)

"""The frame in Chromium, held by a page of another site (integration.md 4, CHIPS, frame-ancestors)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import sync_playwright

from portals.shared import clients
from sfm.demo import bootstrap
from sfm.exchange import queueing
from sfm.tenancy.models import EpjClient
from tests.browser.parent import served
from tests.integration.portal import Portal, invented
from tests.office import open_office
from tests.tokens import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

    from sfm.tenancy.models import Journal
    from tests.tokens import Issuer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.xdist_group("frame"),  # one Chromium
]
HOME = "/e/demo-epj/pasient/"


@dataclass(kw_only=True)
class Desk:
    """The record system's page in a browser, and its server's way to SFM."""

    page: Page
    portal: Portal
    sfm: str

    @property
    def frame(self) -> Any:
        return self.page.frame_locator("#sfm")

    def got(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.page.evaluate("got.map((one) => one.data)")
        return messages

    def wait_for(self, message: dict[str, Any], times: int = 1) -> None:
        self.page.wait_for_function(
            "([wanted, times]) => got.filter((one) => Object.entries(wanted)"
            ".every(([key, value]) => one.data[key] === value)).length >= times",
            arg=[message, times],
            timeout=5000,
        )

    def say(self, **message: Any) -> None:
        self.page.evaluate("(message) => say(message)", message)

    def log_in(self, **changes: Any) -> None:
        code = self.portal.code(self.sfm)
        self.say(**{"action": "login", "code": code, "nonce": PLAIN, "apiEndpoint": self.sfm + "/"} | changes)

    def set_patient(self, pid: str, **changes: Any) -> None:
        ticket = self.portal.ticket(pid, self.sfm)
        self.say(
            **{"action": "setPatient", "ticket": ticket, "showAllergies": "true", "onBehalfOf": None}
            | changes
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the demo starts it."""
    program = os.environ.get("SFM_CHROMIUM") or bootstrap.chromium()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright keeps a loop in this thread; the ORM is used here too
    )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def desk(
    committed: tuple[Journal, Journal],
    issuer: Issuer,
    redis_client: object,
    live_server: LiveServer,
    settings: SettingsWrapper,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Desk]:
    monkeypatch.setattr(queueing, "_wake", lambda _journal_id: None)  # no workers here
    sfm = live_server.url
    settings.PUBLIC_ORIGIN = sfm
    clients.forget()
    office = open_office(committed[0], issuer)
    with served(sfm + HOME) as address:
        EpjClient.objects.filter(slug="demo-epj").update(origins=[address])
        page = browser.new_page()
        page.goto(address)
        yield Desk(page=page, portal=Portal(office), sfm=sfm)
        page.close()


def test_from_loaded_to_patient(desk: Desk) -> None:
    _, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.frame.get_by_text("Venter på journalsystemet").wait_for()
    desk.log_in()
    desk.wait_for({"login": "success"})
    desk.frame.get_by_role("heading", name="Ingen pasient valgt").wait_for()
    desk.set_patient(pid, encounterIdentifier="kontakt-1", unknown=1)
    desk.wait_for({"setPatient": "success"})
    desk.frame.get_by_text("Demosen, Kari Oppdiktet").wait_for()
    assert [message for message in desk.got() if "clientLoaded" in message] == [{"clientLoaded": "success"}]


def test_a_patient_set_before_login_is_shown_after_it(desk: Desk) -> None:
    _, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.set_patient(pid)
    desk.log_in()
    desk.wait_for({"setPatient": "success"})
    desk.frame.get_by_text("Demosen, Kari Oppdiktet").wait_for()


def test_another_patient_takes_the_place_of_the_first(desk: Desk) -> None:
    _, first = invented(desk.portal.office)
    _, second = invented(desk.portal.office, 1, "Prøvesen")
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.set_patient(first)
    desk.wait_for({"setPatient": "success"})
    desk.set_patient(second)
    desk.wait_for({"setPatient": "success"}, times=2)
    desk.frame.get_by_text("Prøvesen, Kari Oppdiktet").wait_for()
    assert desk.frame.get_by_text("Demosen, Kari Oppdiktet").count() == 0


def test_moving_about_inside_says_nothing_new(desk: Desk) -> None:
    _, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"})
    before = desk.got()
    desk.frame.locator(".tabs a", has_text="Utkast").click()
    desk.frame.locator('.tabs a[aria-current="page"]', has_text="Utkast").wait_for()
    assert desk.got() == before


def test_a_failed_patient_leaves_nobody_on_the_screen(desk: Desk) -> None:
    _, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"})
    desk.say(action="setPatient", ticket="finnes-ikke")
    desk.wait_for({"setPatient": "failed", "error": "ticket-invalid"})
    assert desk.frame.get_by_text("Demosen, Kari Oppdiktet").count() == 0
    desk.frame.get_by_role("heading", name="Ingen pasient valgt").wait_for()


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"code": "ukjent"}, "code-expired"), ({"apiEndpoint": "https://sfm.evil.example"}, "unavailable")],
)
def test_a_login_that_fails_says_so(desk: Desk, changes: dict[str, str], error: str) -> None:
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in(**changes)
    desk.wait_for({"login": "failed", "error": error})
    assert not desk.page.context.cookies(desk.sfm)


def test_the_cookie_is_kept_in_the_partition_of_the_record_system(desk: Desk) -> None:
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.wait_for({"login": "success"})
    (cookie,) = [one for one in desk.page.context.cookies() if one["name"] == "__Host-sfm"]
    assert cookie["partitionKey"] == "http://127.0.0.1"
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "None")


def test_a_foreign_page_cannot_hold_the_frame(desk: Desk, browser: Browser) -> None:
    with served(desk.sfm + HOME) as elsewhere:
        page = browser.new_page()
        page.goto(elsewhere)
        page.wait_for_timeout(500)
        assert page.evaluate("got.length") == 0
        assert page.frame_locator("#sfm").get_by_text("Venter på journalsystemet").count() == 0
        page.close()


def test_the_question_mark_opens_the_keyboard_help(desk: Desk) -> None:
    desk.wait_for({"clientLoaded": "success"})
    desk.frame.locator("#content").focus()
    desk.page.keyboard.press("?")
    desk.frame.get_by_role("heading", name="Hurtigtaster").wait_for()
    desk.frame.get_by_role("row", name="Hovedknappen").wait_for()
    desk.frame.get_by_label("Bruk hurtigtaster").uncheck()
    desk.frame.get_by_role("button", name="Lukk").click()
    desk.page.keyboard.press("?")
    desk.page.wait_for_timeout(100)
    assert not desk.frame.get_by_role("heading", name="Hurtigtaster").is_visible()


def test_the_record_system_is_told_of_signing_by_its_own_reference(desk: Desk) -> None:
    _, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.set_patient(pid, encounterIdentifier="kontakt-1")
    desk.wait_for({"setPatient": "success"})
    tell = "document.body.dispatchEvent(new CustomEvent('sfm:journalUpdate', {bubbles: true}))"
    desk.page.frames[1].evaluate(tell)
    desk.wait_for({"action": "journalUpdate", "encounterIdentifier": "kontakt-1"})
    desk.set_patient(pid, encounterIdentifier="")
    desk.wait_for({"setPatient": "success"}, times=2)
    desk.page.frames[1].evaluate(tell)
    assert len([one for one in desk.got() if one.get("action") == "journalUpdate"]) == 1


def test_a_stale_page_is_locked_and_says_why_until_a_patient_is_set_anew(desk: Desk) -> None:
    _, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"})
    stale = "htmx.ajax('GET', '/e/demo-epj/pasient/annen/legemidler')"
    desk.page.frames[1].evaluate(stale)
    desk.frame.get_by_text("Pasienten er byttet i et annet vindu").wait_for()
    desk.page.wait_for_timeout(1200)  # the sources are asked for every second meanwhile
    assert desk.frame.get_by_text("Pasienten er byttet i et annet vindu").is_visible()
    assert desk.frame.locator("#page[inert]").count() == 1
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"}, times=2)
    assert desk.frame.locator("#page[inert]").count() == 0
    assert desk.frame.locator("#errors").inner_text() == ""

"""The list by keyboard alone, in Chromium: what the help sheet promises, where the focus goes, and what is read out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import expect

from sfm.core import clock
from sfm.medication.models import Treatment
from sfm.tenancy.scope import journal_scope
from tests.browser.test_frame import Desk, browser, desk  # noqa: F401
from tests.factories import contents, treatments
from tests.integration.portal import invented

if TYPE_CHECKING:
    from uuid import UUID

    from playwright.sync_api import Browser
    from pytest_django.fixtures import SettingsWrapper

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.xdist_group("hands"),  # one Chromium
]
SOON, LATER = timedelta(days=20), timedelta(days=200)


def _row(patient: UUID, name: str, left: timedelta, *, group: str = "C", **given: Any) -> Treatment:
    product = replace(contents.METOPROLOL, substance=name, name_form_strength=name, dispensing_group=group)
    row = treatments.treatment(patient, content=contents.content(product=product), **given)
    treatments.prescription(row, expires_on=clock.today() + left)
    return row


@pytest.fixture
def frame(desk: Desk) -> Any:  # noqa: F811
    """A list of five: two that end soon, one that does not, one of group B, and one that was never sent."""
    office = desk.portal.office
    key, pid = invented(office)
    with journal_scope(office.journal):
        _row(key, "Amlodipin", SOON)
        _row(key, "Bisoprolol", SOON)
        _row(key, "Candesartan", LATER)
        _row(key, "Diazepam", SOON, group="B")
        treatments.treatment(key, content=contents.content(), unsent_verb="created")
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.wait_for({"login": "success"})
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"})
    expect(desk.frame.locator("#list tr[data-id]")).to_have_count(5)
    return desk.frame


def _row_of(frame: Any, name: str) -> Any:
    return frame.locator(f'#list tr[data-id]:has(b.drug:text-is("{name}"))')


def _focus(desk: Desk) -> str:  # noqa: F811
    """The medicine whose row has the focus, else the element."""
    found: str = desk.page.frames[1].evaluate(
        "document.activeElement.closest('tr[data-id]')?.dataset.name || document.activeElement.tagName"
    )
    return found


def test_what_ends_soon_is_renewed_in_two_strokes_and_group_b_is_left(frame: Any, desk: Desk) -> None:  # noqa: F811
    keys, live = desk.page.keyboard, frame.locator("#live")
    expect(_row_of(frame, "amlodipin")).to_be_focused()  # the first row, when the patient opens
    keys.press("*")
    expect(frame.locator("#list input[name=row]:checked")).to_have_count(2)
    expect(_row_of(frame, "diazepam").locator("input[name=row]")).not_to_be_checked()
    expect(live).to_have_text("2 som utløper er merket")
    keys.press("f")
    for name in ("amlodipin", "bisoprolol"):
        expect(_row_of(frame, name)).to_contain_text("behandlet, fornyes")
    expect(_row_of(frame, "candesartan")).not_to_contain_text("fornyes")
    expect(live).to_have_text("2 fornyet. Sendes når du signerer.")
    assert _focus(desk) == "amlodipin"

    keys.press("u")
    expect(_row_of(frame, "amlodipin")).not_to_contain_text("fornyes")
    expect(live).to_have_text("Angret.")
    assert _focus(desk) == "amlodipin"


def test_the_focus_stays_with_the_row_and_letters_can_be_switched_off(frame: Any, desk: Desk) -> None:  # noqa: F811
    keys = desk.page.keyboard
    expect(_row_of(frame, "amlodipin")).to_be_focused()
    keys.press("j")
    keys.press("ArrowDown")
    assert _focus(desk) == "candesartan"
    keys.press("s")
    expect(frame.locator("#discontinue")).to_be_visible()
    expect(frame.locator("#live")).to_have_text("Seponer candesartan – 50 mg")
    keys.press("Escape")
    expect(_row_of(frame, "candesartan")).to_be_focused()
    keys.press("Enter")
    expect(frame.get_by_role("heading", name="Hvorfor ser jeg dette?")).to_be_visible()
    keys.press("Escape")
    expect(_row_of(frame, "candesartan")).to_be_focused()

    _row_of(frame, "metoprolol").locator("[data-menu]").click()
    frame.get_by_role("menuitem", name="Angre").click()
    expect(_row_of(frame, "metoprolol")).to_have_count(0)
    assert (
        _focus(desk) == "diazepam"
    )  # the row is gone: the one before has the focus, not the top of the page

    keys.press("?")
    frame.get_by_label("Bruk hurtigtaster").uncheck()
    frame.get_by_role("button", name="Lukk").click()
    _row_of(frame, "amlodipin").focus()
    for letter in ("s", "f", "*", "j", "?"):
        keys.press(letter)
    keys.press("ArrowDown")  # never switched off
    assert _focus(desk) != "amlodipin"
    expect(frame.locator("#list input[name=row]:checked")).to_have_count(0)
    expect(frame.locator("#list")).not_to_contain_text("fornyes")


def test_back_to_the_patient_before_says_why_it_cannot(frame: Any, desk: Desk) -> None:  # noqa: F811
    frame.locator(".tabs a", has_text="Historikk").click()
    expect(frame.locator('.tabs a[aria-current="page"]', has_text="Historikk")).to_be_visible()
    _, other = invented(desk.portal.office, 1, "Prøvesen")
    desk.set_patient(other)
    desk.wait_for({"setPatient": "success"}, times=2)
    expect(frame.locator(".banner .who")).to_have_text("Prøvesen, Kari Oppdiktet")
    inside = desk.page.frames[1]
    before = inside.url
    inside.evaluate("history.back()")
    expect(frame.locator("#errors")).to_contain_text("Du ser fortsatt Prøvesen, Kari Oppdiktet")
    expect(frame.locator(".banner .who")).to_have_text("Prøvesen, Kari Oppdiktet")
    assert inside.evaluate("location.href") == before
    frame.get_by_role("button", name="Lukk").click()
    expect(frame.locator("#errors section")).to_have_count(0)


def test_whoever_logs_in_without_a_record_system_is_led_to_do_it_again(browser: Browser) -> None:  # noqa: F811
    """The service provider's staff: their login ends at its hour, whatever they do."""
    tab = browser.new_page()
    until = int(clock.now().timestamp()) + 4 * 60
    tab.set_content(
        f'<div id="ending"></div><div id="page" data-exp="{until}" data-idle="1800" data-ask="/tjeneste/okt"'
        ' data-again="/tjeneste/oidc/inn/"></div>'
    )
    tab.add_script_tag(path=finders.find("js/ending.js"))
    expect(tab.locator("#ending")).to_contain_text("fordi innloggingen ikke varer lenger")
    again = tab.get_by_role("link", name="Logg inn på nytt")
    expect(again).to_have_attribute("href", "/tjeneste/oidc/inn/")
    tab.close()


def test_the_session_says_when_it_soon_ends_and_goes_on_when_asked(
    frame: Any,
    desk: Desk,  # noqa: F811
    settings: SettingsWrapper,
) -> None:
    settings.SFM_SESSION_IDLE = 5 * 60  # the warning comes five minutes before
    frame.locator(".tabs a", has_text="Historikk").click()
    warning = frame.locator("#ending")
    expect(warning).to_contain_text("fordi ingenting er gjort her på en stund")
    settings.SFM_SESSION_IDLE = 1800
    frame.locator(".tabs a", has_text="Meldinger").click()  # whoever works is not warned
    expect(warning).to_be_empty()
    settings.SFM_SESSION_IDLE = 5 * 60
    frame.locator(".tabs a", has_text="Historikk").click()
    with desk.page.expect_response("**/okt/fortsett"):
        warning.get_by_role("button", name="Fortsett økten").click()

"""A prescription from the keyboard alone: search, choose, write the dose, see it, add it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from sfm.fest import catalogue, search
from sfm.identity import users
from sfm.medication import prescribing
from sfm.medication.actions import reactions
from sfm.medication.models import Prescription, Treatment
from sfm.tenancy.scope import journal_scope
from tests import demo_catalogue
from tests.browser.test_frame import Desk, browser, desk  # noqa: F401
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.portal import Portal, invented
from tests.personas import hire

if TYPE_CHECKING:
    from pathlib import Path

    from sfm.medication.content import Product

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.xdist_group("prescribe_form"),  # one Chromium
]


@pytest.fixture
def frame(desk: Desk, tmp_path: Path) -> Any:  # noqa: F811
    """SFM with a patient open and the search page in sight."""
    demo_catalogue.put_in(tmp_path)
    _, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.wait_for({"login": "success"})
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"})
    desk.frame.get_by_role("link", name="Ny", exact=False).first.click()
    expect(desk.frame.locator("#q")).to_be_focused()
    return desk.frame


def test_from_the_first_letter_to_the_row(frame: Any, desk: Desk) -> None:  # noqa: F811
    keys = desk.page.keyboard
    keys.type("predni")
    expect(frame.locator("#hits[data-q=predni] [data-hit]").first).to_be_visible()
    keys.press("ArrowDown")
    expect(frame.locator("[data-hit]").first).to_be_focused()
    keys.press("Enter")
    expect(frame.locator("#prescribe")).to_be_visible()
    expect(frame.locator("input[name=use_type]").first).to_be_focused()

    keys.press("ArrowRight")  # from «Fast» to «Kur»
    keys.press("Tab")
    keys.type("KOLS-forverring")
    frame.locator("#quick").focus()
    keys.type("2+0+1")
    expect(frame.locator("#preview")).to_contain_text("2 tabletter morgen, 1 tablett kveld")
    expect(frame.locator("#t1")).to_have_value("2")
    expect(frame.locator("#preview")).to_contain_text("En kur må ha seponeringsdato")

    frame.locator("#t1").fill("4")
    expect(frame.locator("#quick")).to_have_value("")
    expect(frame.locator("#preview")).to_contain_text("4 tabletter morgen, 1 tablett kveld")

    keys.press("Control+Enter")
    expect(frame.locator("#summary")).to_be_focused()
    expect(frame.locator("#indication_text")).to_have_value("KOLS-forverring")
    frame.locator("#summary a").click()
    expect(frame.locator("#discontinue_on")).to_be_focused()
    frame.locator("#discontinue_on").fill("2999-01-01")
    keys.press("Control+Enter")
    expect(frame.locator("#list tr[data-id]")).to_have_count(1)
    expect(frame.locator("#list")).to_contain_text("KOLS-forverring")


def test_the_amount_follows_the_dose_until_somebody_writes_it(frame: Any, desk: Desk) -> None:  # noqa: F811
    from datetime import timedelta

    from sfm.core import clock

    desk.page.keyboard.type("predni")
    frame.locator("#hits[data-q=predni] [data-hit]").first.click()
    frame.locator("#discontinue_on").fill((clock.today() + timedelta(days=10)).isoformat())
    frame.locator("#quick").press_sequentially("1+0+1")
    expect(frame.locator("#quantity")).to_have_value("20")
    frame.locator("#quantity").fill("30")
    frame.locator("#quick").fill("2+0+2")
    expect(frame.locator("#preview")).to_contain_text("40 stk")
    expect(frame.locator("#quantity")).to_have_value("30")
    frame.locator("[data-use-quantity]").click()
    expect(frame.locator("#quantity")).to_have_value("40")


def test_a_course_ends_with_its_dose_until_somebody_writes_another_day(frame: Any, desk: Desk) -> None:  # noqa: F811
    from datetime import timedelta

    from sfm.core import clock

    def ahead(days: int) -> str:
        return f"{clock.today() + timedelta(days=days):%d.%m.%Y}"

    desk.page.keyboard.type("predni")
    frame.locator("#hits[data-q=predni] [data-hit]").first.click()
    frame.get_by_text("Kur", exact=True).click()
    frame.locator("#quick").fill("1x3 i 7 dager")
    stop = frame.locator("#discontinue_on")
    expect(stop).to_have_value(ahead(7))
    expect(frame.locator("#preview")).not_to_contain_text("En kur må ha seponeringsdato")
    frame.locator("#quick").fill("1x3 i 5 dager")
    expect(stop).to_have_value(ahead(5))
    stop.fill("+9")
    frame.locator("#quick").fill("1x3 i 4 dager")
    expect(frame.locator("#preview")).to_contain_text("i 4 dager")
    expect(stop).to_have_value("+9")


def test_a_brand_is_chosen_without_losing_what_was_typed_and_escape_leads_back(
    frame: Any,
    desk: Desk,  # noqa: F811
) -> None:
    desk.page.keyboard.type("predni")
    frame.locator("#hits[data-q=predni] [data-hit]").first.click()
    frame.locator("#indication_text").fill("KOLS-forverring")
    frame.locator("#choice").select_option(index=1)
    expect(frame.locator("#package_count")).to_be_visible()
    expect(frame.locator("#quantity")).to_be_hidden()
    expect(frame.locator("#indication_text")).to_have_value("KOLS-forverring")
    expect(frame.locator("#choice")).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(frame.get_by_text("Pasienten har ingen legemidler i bruk")).to_be_visible()


def kind(frame: Any, name: str) -> None:
    frame.get_by_role("navigation", name="Varetype").get_by_role("link", name=name).click()
    expect(frame.locator("#q")).to_be_focused()


def test_test_strips_are_found_and_listed_among_forbruksmateriell(frame: Any, desk: Desk) -> None:  # noqa: F811
    kind(frame, "Forbruksmateriell")
    desk.page.keyboard.type("blodsukker")
    frame.locator("#hits[data-q=blodsukker] [data-hit]").first.click()
    expect(frame.locator("#prescribe")).to_contain_text("Blodsukkertester")
    expect(frame.locator("#quick")).to_have_count(0)
    frame.locator("#dose_text").fill("4 strimler per døgn")
    desk.page.keyboard.press("Control+Enter")
    expect(frame.locator("#list")).to_contain_text("Blodsukkertester")
    expect(frame.locator("nav.tabs [aria-current]")).to_have_text("Forbruksmateriell")


def test_a_compounded_ointment_is_written_and_offered_again(frame: Any, desk: Desk) -> None:  # noqa: F811
    kind(frame, "Magistrell")
    frame.get_by_role("link", name="Ny magistrell forskrivning").click()
    frame.get_by_label("Navn", exact=True).fill("Salisylsyresalve 5 %")
    frame.get_by_label("Legemiddelform").select_option(label="Salve")
    frame.get_by_label("hvordan det skal lages").fill("M.f. ungv.")
    frame.get_by_label("Bestanddel 1", exact=True).fill("Salisylsyre")
    frame.get_by_label("Mengde av bestanddel 1").fill("5 %")
    frame.get_by_label("Mengde i alt").fill("100")
    frame.get_by_label("Lagre for senere bruk").check()
    frame.get_by_text("Fast", exact=True).click()
    frame.locator("#indication_text").fill("Mot hyperkeratose")
    frame.get_by_text("Fritekst", exact=True).click()
    frame.locator("#dose_text").fill("Smøres tynt på 1 gang daglig")
    frame.get_by_role("button", name="Legg til og ny").click()
    kind(frame, "Magistrell")
    expect(frame.locator("#hits")).to_contain_text("Salisylsyresalve 5 %")


def test_the_midwife_is_offered_contraception_alone(desk: Desk, tmp_path: Path) -> None:  # noqa: F811
    demo_catalogue.put_in(tmp_path)
    office = desk.portal.office
    hire("eide", office.journal, office.organisation)
    desk.portal = Portal(office, "eide")
    _, pid = invented(office)
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.wait_for({"login": "success"})
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"})
    frame = desk.frame
    frame.get_by_role("link", name="Ny", exact=False).first.click()
    expect(frame.get_by_role("navigation", name="Varetype").get_by_role("link")).to_have_text(["Legemidler"])
    frame.locator("#q").press_sequentially("desogestrel")
    expect(frame.locator("#hits[data-q=desogestrel] [data-hit]").first).to_be_visible()
    frame.locator("#q").fill("metoprolol")
    expect(frame.locator("#hits[data-q=metoprolol]")).to_contain_text("utenfor det du kan rekvirere")
    expect(frame.locator("#hits [data-hit]")).to_have_count(0)


def test_cave_in_the_search_and_a_red_interaction_asked_about_once(frame: Any, desk: Desk) -> None:  # noqa: F811
    office = desk.portal.office
    patient, _ = invented(office)
    with journal_scope(office.journal):
        rows.with_prescription(patient, content=contents.content(product=chosen("warfarin 2,5")))
        doctor = users.actor_for(office.people["berg"], office.organisation)
        agent = {"agent_kind": "atc", "agent_code": "C07A", "agent_text": "Betablokkere"}
        reactions.register(**agent, reaction="1", certainty="3", by=doctor, patient=patient)
    frame.locator("#q").fill("metop")
    expect(frame.locator("#hits[data-q=metop] .hit .mark.cave").first).to_have_text("CAVE")

    frame.locator("#q").fill("ibuprofen 400")
    frame.locator("#hits[data-q='ibuprofen 400'] [data-hit]").first.click()
    expect(frame.locator("#preview .card.red")).to_contain_text("warfarin")
    frame.locator("input[name=use_type]").first.press("Space")
    frame.locator("#indication_text").fill("Smerter")
    frame.locator("#quick").fill("1+0+1")
    frame.locator("#preview .card.red .reasons button").first.click()
    expect(frame.locator("#preview .card.red.settled")).to_be_visible()
    desk.page.keyboard.press("Control+Enter")
    row = frame.locator("#list tr[data-id]").filter(has_text="Smerter")
    expect(row.locator(".mark.red.handled")).to_be_visible()

    with journal_scope(office.journal):
        made = Treatment.objects.get(patient_key=patient, atc__startswith="M01A")
        Prescription.objects.filter(treatment_id=made.pk).update(delivery="accepted", rf_status="E")
        Treatment.objects.filter(pk=made.pk).update(unsent_verb="", unsent_base=None)
    frame.get_by_role("link", name="Legemidler", exact=True).click()
    row.locator("input[name=row]").check()
    frame.locator("[data-batch=renew]").click()
    expect(frame.locator("[data-said]")).to_contain_text("1 fornyet. Sendes når du signerer.")
    expect(row.locator(".mark.red.handled")).to_be_visible()


def chosen(text: str) -> Product:
    return prescribing.product_of(catalogue.product(search.search(text).hits[0].product))

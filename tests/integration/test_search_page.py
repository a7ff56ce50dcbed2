"""Search in FEST as it meets the one who will prescribe, the nurse, and those who may only look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from tests.integration.prescribing import Screen

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = [pytest.mark.usefixtures("fest"), pytest.mark.filterwarnings("ignore:No directory at")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def doctor(office: Office) -> Screen:
    return Screen(office)


def hits(screen: Screen, text: str, more: str = "") -> html.HtmlElement:
    answer = screen.get(f"ny/treff?q={text}{more}", **HTMX)
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode())


def test_the_page_begins_in_the_field_and_says_what_to_do(doctor: Screen) -> None:
    page = html.fromstring(doctor.get("ny").content.decode())
    assert page.get_element_by_id("q").get("autofocus") is not None
    assert "Skriv de første bokstavene" in page.get_element_by_id("hits").text_content()


def test_a_brand_leads_to_its_substance_with_the_brand_first_beneath(doctor: Screen) -> None:
    first = hits(doctor, "selo-zok").find_class("hit")[0]
    assert first.xpath(".//*[contains(@class,'hit-link')]/b")[0].text == "metoprolol"
    assert first.find_class("matched")[0].find("a").text == "SELO-ZOK"


@pytest.mark.parametrize("slip", ["metoprolal", "metoprool", "metooprolol", "meotprolol"])
def test_one_wrong_letter_asks_what_was_meant(doctor: Screen, slip: str) -> None:
    found = hits(doctor, slip)
    (question,) = found.find_class("meant")
    assert "Mente du Metoprolol?" in question.text_content()
    assert "Ingenting passer helt" in question.text_content()
    assert found.find_class("hit")[0].xpath(".//b")[0].text == "metoprolol"


def test_a_slip_in_a_brand_finds_it_and_puts_it_first(doctor: Screen) -> None:
    found = hits(doctor, "selozak")
    assert found.find_class("hit")[0].find_class("matched")[0].find("a").text == "SELO-ZOK"


def test_what_was_typed_right_is_not_asked_about(doctor: Screen) -> None:
    assert hits(doctor, "metoprolol").find_class("meant") == []


def test_two_wrong_letters_find_nothing(doctor: Screen) -> None:
    assert hits(doctor, "metaprolal").find_class("hit") == []


def test_every_hit_is_a_plain_link_to_the_form(doctor: Screen) -> None:
    for link in hits(doctor, "metoprolol").xpath(".//a[@data-hit]")[:3]:
        assert link.get("href").startswith(f"{doctor.root}forskriv?kind=")
        assert doctor.portal.browser.get(link.get("href")).status_code == 200


def test_marks_are_words_or_letters_with_an_explanation(doctor: Screen) -> None:
    marks = {mark.text: mark.get("title") for mark in hits(doctor, "novorapid").find_class("hit-mark")}
    assert "Rekvireres på pakning" in marks
    assert "reseptpliktig" in marks["C"]
    assert all(marks.values())


def test_the_first_ten_are_shown_and_the_rest_on_demand(doctor: Screen) -> None:
    few, all_of_them = hits(doctor, "a"), hits(doctor, "a", "&alle=1")
    assert len(few.find_class("hit")) == 10
    assert "Viser 10 av" in few.text_content()
    assert few.find_class("hits-count")[0].find("a").text == "Vis alle"
    assert len(all_of_them.find_class("hit")) > 10
    assert all_of_them.find_class("hits-count")[0].find("a") is None


def test_without_javascript_the_same_address_is_a_page(doctor: Screen) -> None:
    page = html.fromstring(doctor.get("ny?q=metoprolol").content.decode())
    assert page.get_element_by_id("q").value == "metoprolol"
    assert page.find_class("hit")


@pytest.mark.parametrize("text", ["qwxqwx", "%3Cscript%3E", "%00"])
def test_no_hits_is_a_sentence(doctor: Screen, text: str) -> None:
    found = hits(doctor, text)
    assert not found.find_class("hit")
    assert "Ingen legemidler i FEST passer" in found.text_content()
    assert not found.xpath(".//script")


def test_the_nurse_is_led_to_a_draft(office: Office) -> None:
    first = hits(Screen(office, "nes"), "metoprolol").find_class("hit")[0]
    assert first.find_class("hit-way")[0].text == "Utkast"
    assert first.xpath(".//a[@data-hit]")


def test_a_doctor_meets_no_word_about_drafts_where_the_right_is_there(doctor: Screen) -> None:
    assert not hits(doctor, "oksykodon").find_class("hit-way")


def test_a_keystroke_asks_the_database_once_beyond_the_door(doctor: Screen) -> None:
    hits(doctor, "metop")  # what is read once for each catalogue
    with CaptureQueriesContext(connection) as bare:
        doctor.get("kilder", **HTMX)
    with CaptureQueriesContext(connection) as typed:
        hits(doctor, "metop")
    own = [query["sql"] for query in typed if "fest_" in query["sql"]]
    assert len(own) == 1
    assert len(typed) <= len(bare)
    read = [query["sql"] for query in typed if "medication_" in query["sql"]]
    assert read in ([], own)  # the age of the patient's list is read along with the catalogue's


def test_another_patient_in_the_frame_is_refused(doctor: Screen, office: Office) -> None:
    other = Screen(office, "nes", serial=1)
    other.root = doctor.root
    assert other.get("ny/treff?q=metop", **HTMX).status_code == 409

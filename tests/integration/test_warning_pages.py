"""Warnings where the choice is made: in search, in the form, on the row's page and before signing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from sfm.fest import catalogue, search
from sfm.medication import prescribing
from sfm.medication.models import WarningDecision
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.prescribing import Screen, as_typed, form_address

if TYPE_CHECKING:
    from sfm.medication.models import Treatment
    from tests.office import Office

pytestmark = pytest.mark.usefixtures("fest")
HTMX = {"HX-Request": "true"}
NEW = "ibuprofen 400"


@pytest.fixture
def doctor(office: Office) -> Screen:
    screen = Screen(office)
    with journal_scope(office.journal):
        rows.medication_list(screen.patient)
    uses(office, screen, "warfarin 2,5")
    return screen


def uses(office: Office, screen: Screen, said: str) -> Treatment:
    product = prescribing.product_of(catalogue.product(search.search(said).hits[0].product))
    with journal_scope(office.journal):
        return rows.with_prescription(screen.patient, content=contents.content(product=product))


def page(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content.decode()[:400]
    return html.fromstring(answer.content.decode())


def decision(found: Any, reason: str = "monitored") -> dict[str, str]:
    (key,) = found.xpath("//form[@class='decide']/input[@name='warning']/@value")
    return {"warning": key, "warning_reason": reason}


def test_the_search_marks_what_this_patient_should_not_have(doctor: Screen) -> None:
    found = page(doctor.get(f"ny/treff?q={NEW}", **HTMX))
    (mark,) = found.find_class("hit")[0].find_class("mark")
    assert (mark.text, mark.get("aria-label")) == ("R", "Interaksjon, bør unngås: warfarin")
    assert not page(doctor.get("ny/treff?q=metoprolol", **HTMX)).find_class("hit")[0].find_class("mark")


def test_the_form_asks_once_and_keeps_what_was_typed(doctor: Screen, office: Office) -> None:
    address = form_address(NEW)
    fields = as_typed(doctor.form(address), quick="1+0+1")
    shown = page(doctor.get(address))
    assert "Bør unngås: warfarin" in shown.get_element_by_id("warnings").text_content()
    after = page(doctor.post("forskriv/varsel", fields | decision(shown), **HTMX))
    assert not after.find_class("decide")
    assert "Følges med prøver/kontroll" in after.text_content()
    assert "1 tablett" in after.text_content().replace("\xa0", " ")  # the preview stands as it stood
    assert doctor.post("forskriv", fields).status_code == 303
    listed = page(doctor.get("legemidler"))
    assert {m.get("class") for m in listed.find_class("mark")} == {"mark red handled"}
    with journal_scope(office.journal):
        assert WarningDecision.objects.filter(patient_key=doctor.patient).count() == 1


def test_the_rows_page_takes_the_decision_and_shows_it(doctor: Screen, office: Office) -> None:
    row = uses(office, doctor, NEW)
    shown = page(doctor.get(f"behandling/{row.pk}"))
    answer = doctor.post(f"behandling/{row.pk}/varsel", decision(shown, "benefit"))
    assert answer.status_code == 302
    assert (
        "Nytte oppveier risiko"
        in page(doctor.get(f"behandling/{row.pk}")).get_element_by_id("warnings").text_content()
    )


def test_own_words_are_asked_for(doctor: Screen, office: Office) -> None:
    row = uses(office, doctor, NEW)
    shown = page(doctor.get(f"behandling/{row.pk}"))
    answer = doctor.post(f"behandling/{row.pk}/varsel", decision(shown, "other") | {"warning_text": " "})
    assert answer.status_code == 422
    assert "Skriv grunnen" in answer.content.decode()


def test_the_nurse_reads_and_cannot_decide(doctor: Screen, office: Office) -> None:
    row = uses(office, doctor, NEW)
    key = decision(page(doctor.get(f"behandling/{row.pk}")))
    nurse = Screen(office, "nes")
    shown = page(nurse.get(f"behandling/{row.pk}")).get_element_by_id("warnings")
    assert "Må vurderes av den som forskriver" in shown.text_content()
    assert not shown.find_class("decide")
    assert nurse.post(f"behandling/{row.pk}/varsel", key).status_code == 403


def test_the_sign_page_leads_to_the_warning(doctor: Screen) -> None:
    address = form_address(NEW)
    doctor.post("forskriv", as_typed(doctor.form(address)))
    shown = page(doctor.get("signer"))
    (blocker,) = [line for line in shown.xpath("//aside//li") if "Bør unngås" in line.text_content()]
    (way,) = blocker.xpath(".//a/@href")
    assert page(doctor.portal.browser.get(way)).find_class("decide")

"""What each profession is offered, and what the server refuses them all the same: midwife, health nurse, dentist, and
a doctor without the right to group A."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from sfm.identity import users
from sfm.medication.models import Draft, Prescription, Treatment
from sfm.tenancy.scope import journal_scope
from tests.integration.prescribing import Screen, as_typed, fields_of, form_address
from tests.personas import person

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
HTMX = {"HX-Request": "true"}


def at_work(office: Office, key: str, **hpr: Any) -> Screen:
    """The person of fixtures/personas.yaml, in this office, with a patient open."""
    entry = person(key)
    with journal_scope(office.journal):
        users.register(
            users.PersonData(
                given_name=entry["given"],
                family_name=entry["family"],
                pid=entry["pid"],
                hpr=entry["hpr"],
                personnel_category=entry["category"],
                hpr_rights=entry["hpr_rights"] | hpr,
                organisation_id=office.organisation.pk,
            )
        )
    return Screen(office, key, serial=7)


def names(screen: Screen, text: str) -> list[str]:
    found = html.fromstring(screen.get(f"ny/treff?q={text}", **HTMX).content.decode())
    return [link.text_content().strip() for link in found.find_class("hit-link")]


def kinds(screen: Screen) -> list[str]:
    page = html.fromstring(screen.get("ny").content.decode())
    return [link.text for link in page.find_class("kinds")[0].findall("a")]


@pytest.mark.parametrize("key", ["eide", "rud"])
def test_the_midwife_and_the_health_nurse_are_offered_contraception_and_nothing_else(
    office: Office, key: str
) -> None:
    screen = at_work(office, key)
    assert kinds(screen) == ["Legemidler"]
    assert names(screen, "desogestrel")
    assert names(screen, "metoprolol") == []
    assert names(screen, "testosteron") == []
    assert names(screen, "teststrimler") == []
    shown = screen.get("ny/treff?q=metoprolol", **HTMX).content.decode()
    assert "utenfor det du kan rekvirere" in shown
    address = form_address("desogestrel")
    assert screen.post(address, as_typed(screen.form(address), rx_type="E")).status_code == 303
    assert Prescription.objects.get().type == "E"


@pytest.mark.parametrize("key", ["eide", "rud"])
@pytest.mark.parametrize(
    "what", ["metoprolol 50", "forskriv?kind=consumable&id=5040101", "forskriv?kind=compounded"]
)
def test_the_server_refuses_what_was_not_offered(office: Office, key: str, what: str) -> None:
    screen = at_work(office, key)
    address = what if what.startswith("forskriv") else form_address(what)
    fields = fields_of(screen.get(address)) | {
        "do": "add",
        "rx_type": "E",
        "name": "Salve",
        "form_code": "46",
    }
    answer = screen.post(address, as_typed(fields, quick="", dose_mode="text", dose_text="Etter avtale"))
    assert answer.status_code == 422
    assert "bare forskrive prevensjonsmidler" in answer.content.decode()
    assert not Treatment.objects.exists()


def test_what_is_not_theirs_can_be_proposed_to_a_doctor(office: Office) -> None:
    screen = at_work(office, "eide")
    found = screen.get("ny/treff?q=metoprolol&ogsa=1", **HTMX).content.decode()
    assert "Utkast" in found
    address = form_address("metoprolol 50")
    answer = screen.post(address, as_typed(fields_of(screen.get(address)), rx_type="E", do="draft"))
    assert answer.status_code == 303
    assert Draft.objects.get().kind == "new_treatment"


def test_the_dentist_is_offered_what_is_for_teeth(office: Office) -> None:
    screen = at_work(office, "tangen")
    assert kinds(screen) == ["Legemidler", "Vaksiner", "Kosttilskudd", "Magistrell", "Lokale"]
    assert names(screen, "fenoksymetylpenicillin")
    assert names(screen, "oksykodon") == names(screen, "tramadol") == names(screen, "omeprazol") == []
    assert names(screen, "morfin")


@pytest.mark.parametrize(
    ("hpr", "withheld", "offered"),
    [({"not_a": True}, "oksykodon", "tramadol"), ({"not_ab": True}, "tramadol", "metoprolol")],
)
def test_a_doctor_without_a_or_b_is_not_offered_them(
    office: Office, hpr: dict[str, bool], withheld: str, offered: str
) -> None:
    screen = at_work(office, "dal", **hpr)
    assert names(screen, withheld) == []
    assert names(screen, offered)
    address = form_address(withheld)
    answer = screen.post(address, as_typed(fields_of(screen.get(address)), rx_type="E"))
    assert "ikke rett til å forskrive i reseptgruppe" in answer.content.decode()
    assert not Treatment.objects.exists()


def test_the_nurse_is_offered_everything_as_a_draft(office: Office) -> None:
    screen = Screen(office, "nes", serial=7)
    assert names(screen, "oksykodon")
    assert "Lokale" not in kinds(screen)
    answer = screen.post(
        "forskriv?kind=consumable&id=504",
        fields_of(screen.get("forskriv?kind=consumable&id=504")) | {"do": "draft"},
    )
    assert answer.status_code == 303
    assert Draft.objects.count() == 1


def test_the_outsider_sees_no_form(office: Office) -> None:
    answer = Screen(office).portal.browser.get("/e/demo-epj/pasient/AAAAAAAAAAAA/forskriv?kind=compounded")
    assert answer.status_code in (401, 409)

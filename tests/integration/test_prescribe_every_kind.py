"""Every kind of product from search to row, and what each profession meets on the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from lxml import html

from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.gateways.address_register import client as register
from sfm.medication.models import DispatchComment, OwnProduct, Prescription, Treatment
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from tests.integration.portal import OWN
from tests.integration.prescribing import Screen, as_typed, fields_of, form_address

if TYPE_CHECKING:
    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
HTMX = {"HX-Request": "true"}
STRIPS = "forskriv?kind=consumable&id=5040101"
PHARMACY = {
    "herId": "9009102",
    "organizationNumber": "310007782",
    "name": "Demoapoteket Torget",
    "type": "apotek",
}
BANDAGIST = PHARMACY | {"herId": "9009104", "name": "Demobandasjisten", "type": "bandasjist"}


@pytest.fixture
def doctor(office: Office) -> Screen:
    return Screen(office)


@pytest.fixture
def address_register(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ADDRESS_REGISTER_URL = "http://adresseregister.test"
    answers = httpx.MockTransport(lambda _: httpx.Response(200, json=[PHARMACY, BANDAGIST]))
    made = register.AddressRegister(settings.ADDRESS_REGISTER_URL, transport=answers)
    monkeypatch.setattr(register, "_client", lambda _: made)


def hits(screen: Screen, query: str) -> html.HtmlElement:
    return html.fromstring(screen.get(f"ny/treff?{query}", **HTMX).content.decode())


def text_of(answer: Any) -> str:
    """What a refused form says is wrong; else the whole page."""
    page = html.fromstring(answer.content.decode())
    said = page.xpath("//*[@id='summary']")
    return (said[0] if said else page).text_content()


def saved() -> tuple[Treatment, Prescription | None]:
    row = Treatment.objects.get()
    return row, Prescription.objects.filter(treatment_id=row.pk).first()


def test_a_product_group_is_found_by_its_name_and_by_an_articles(doctor: Screen) -> None:
    for query in ("q=blodsukkertester&type=consumable", "q=teststrimler"):
        assert hits(doctor, query).xpath("//a[contains(@href,'kind=consumable&id=5040101')]")
    assert hits(doctor, "q=næringsdrikk&type=nutrition").xpath("//a[contains(@href,'kind=nutrition&id=601')]")
    assert not hits(doctor, "q=bryst&type=consumable").find_class("hit")


def test_a_ware_becomes_a_row_of_its_own_list(doctor: Screen) -> None:
    fields = doctor.form(STRIPS)
    assert not {"use_type_1", "quantity", "refills", "quick", "reimbursement"} & set(fields)
    answer = doctor.post(STRIPS, fields | {"rx_type": "E", "dose_text": "4 per døgn"})
    row, prescription = saved()
    assert answer["Location"].startswith(f"{doctor.root}forbruksmateriell?ny=")
    assert (row.shelf, row.fest_id, row.dosage_text) == ("fib", "5040101", "4 per døgn")
    assert prescription is not None
    assert prescription.legal_basis == "504"
    assert "Blodsukkertester" in text_of(doctor.get("forbruksmateriell"))
    assert "Blodsukkertester" not in html.fromstring(doctor.get("legemidler").content.decode()).xpath(
        "string(//main)"
    )


def test_an_article_can_be_named(doctor: Screen) -> None:
    fields = fields_of(doctor.get(STRIPS)) | {"rx_type": "E", "choice": "980102", "dose_text": "4 per døgn"}
    shown = fields_of(doctor.post(STRIPS, fields | {"reload": "1"}))
    assert shown["choice"] == "980102"
    answer = doctor.post(STRIPS, shown | {"do": "add"})
    assert answer.status_code == 303, text_of(answer)
    row, _ = saved()
    assert (row.varenr, row.brand) == ("980102", "Demo teststrimler blodsukker B")


def test_a_ware_with_a_lower_age_is_refused_for_the_others(doctor: Screen) -> None:
    """The demo's milk substitute is for those under ten."""
    shown = doctor.get("ny/treff?q=melkeerstatning&type=nutrition", **HTMX).content.decode()
    assert "602" in shown


OINTMENT = {
    "name": "Salisylsyresalve 5 %",
    "form_code": "46",
    "dispensing_group": "C",
    "instructions": "M.f. ungv.",
    "i1_name": "Salisylsyre",
    "i1_amount": "5 %",
    "i2_name": "Vaselin",
    "i2_amount": "ad 100 g",
    "recipe_amount": "100",
    "recipe_unit": "g",
    "use_type": "2",
    "indication_text": "Mot hyperkeratose",
    "quick": "",
    "dose_mode": "text",
    "dose_text": "Smøres tynt på 1 gang daglig",
    "rx_type": "E",
    "save_own": "1",
}


def compounded(doctor: Screen, **typed: str) -> Any:
    address = "forskriv?kind=compounded"
    stop = {"discontinue_on": (clock.today() + timedelta(days=20)).isoformat()}
    return doctor.post(address, doctor.form(address) | OINTMENT | stop | typed)


def test_a_compounded_medicine_is_written_saved_and_found_again(doctor: Screen) -> None:
    answer = compounded(doctor)
    assert answer.status_code == 303, text_of(answer)
    row, prescription = saved()
    assert (row.product_kind, row.name_form_strength, row.form) == ("compounded", OINTMENT["name"], "Salve")
    assert prescription is not None
    assert (str(prescription.quantity.normalize()), prescription.quantity_unit) == ("1E+2", "g")
    own = OwnProduct.objects.get()
    link = hits(doctor, "q=salisyl&type=compounded").xpath("//a[contains(@href,'kind=compounded&id=')]")[0]
    again = fields_of(doctor.get(link.get("href").removeprefix(doctor.root)))
    assert str(own.pk) in link.get("href")
    assert (again["i1_amount"], again["i2_amount"], again["recipe_unit"]) == ("5 %", "ad 100 g", "g")
    changed = fields_of(doctor.get(f"behandling/{row.pk}/endre"))
    assert (changed["name"], changed["i2_name"]) == (OINTMENT["name"], "Vaselin")


def test_what_is_missing_in_a_recipe_is_said(doctor: Screen) -> None:
    answer = compounded(doctor, name="", instructions="", i1_amount="litt", form_code="")
    shown = text_of(answer)
    for words in (
        "Skriv navnet",
        "hvordan legemidlet skal lages",
        "Salisylsyre: Skriv mengden",
        "legemiddelform",
    ):
        assert words in shown
    assert not Treatment.objects.exists()


def test_a_local_medicine_needs_a_reason(doctor: Screen) -> None:
    address = "forskriv?kind=local"
    typed = {"name": "Oppdiktamin 5 mg tablett", "form_code": "53", "dispensing_group": "C", "rx_type": "E"}
    fields = as_typed(doctor.form(address), **typed, quantity="30", quantity_unit="stk")
    assert "ikke markedsføringstillatelse" in text_of(doctor.post(address, fields))
    said = {"unlicensed_reason": "Annet har sviktet", "manufacturer": "Oppdiktet Pharma"}
    assert doctor.post(address, fields | said).status_code == 303


def test_an_unregistered_medicine_shows_the_responsibility_and_takes_a_package(doctor: Screen) -> None:
    address = form_address("bremide")
    page = doctor.get(address).content.decode()
    assert "særlig ansvar" in page
    typed = as_typed(fields_of(doctor.get(address)), use_type="1", rx_type="E")
    refused = text_of(doctor.post(address, typed))
    assert "pakning" in refused or "markedsføringstillatelse" in refused


def test_a_supplement_is_listed_without_a_prescription(doctor: Screen) -> None:
    address = form_address("c-vitamin demo")
    fields = doctor.form(address)
    answer = doctor.post(address, as_typed(fields, rx_type="U", quick="1+0+0"))
    assert answer.status_code == 303, text_of(answer)
    assert saved()[1] is None
    assert 'value="E"' not in doctor.get(address).content.decode()


def test_a_vaccine_stands_among_vaccines(doctor: Screen) -> None:
    address = form_address("shingrix")
    fields = doctor.form(address)
    assert (fields["use_type"], fields["indication_text"]) == ("4", "Vaksinasjon")
    typed = fields | {"dose_mode": "text", "dose_text": "Settes av lege", "do": "add"}
    answer = doctor.post(address, typed)
    assert answer.status_code == 303, text_of(answer)
    assert answer["Location"].startswith(f"{doctor.root}vaksiner")
    assert saved()[0].shelf == "vib"


def test_reserving_against_substitution_needs_a_reason(doctor: Screen) -> None:
    address = form_address("novorapid")
    typed = as_typed(doctor.form(address), no_substitution="1", rx_type="E", quick="", dose_mode="text")
    typed |= {"dose_text": "Etter måling", "package_count": "1", "amount_by": "packages"}
    assert "hvorfor legemidlet ikke kan byttes" in text_of(doctor.post(address, typed))
    assert doctor.post(address, typed | {"substitution_reason": "Bivirkning"}).status_code == 303
    assert saved()[1].particulars == {"substitution_reason": "Bivirkning"}


def test_a_locked_prescription_says_so_on_its_row(doctor: Screen) -> None:
    address = form_address("metoprolol 50")
    doctor.post(address, as_typed(doctor.form(address), locked="1"))
    assert saved()[1].locked
    assert "Låst" in text_of(doctor.get("legemidler"))
    again = fields_of(doctor.get(f"behandling/{saved()[0].pk}/endre"))
    assert again["locked"] == "1"


@pytest.mark.usefixtures("address_register")
def test_a_pharmacy_is_chosen_from_the_register(doctor: Screen) -> None:
    assert "Demoapoteket Torget (9009102)" in doctor.get("apotek?pharmacy=torget").content.decode()
    address = form_address("metoprolol 50")
    sent = as_typed(doctor.form(address), dispatch_method="U", pharmacy="Demoapoteket Torget (9009102)")
    assert doctor.post(address, sent | {"dispatch_city": ""}).status_code == 303
    kept = saved()[1].particulars["dispensing_request"]
    assert (kept["her_id"], kept["orgnr"], kept["name"]) == ("9009102", "310007782", "Demoapoteket Torget")


@pytest.mark.usefixtures("address_register")
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Apoteket Fantasi (1)", "Velg apoteket fra listen"),
        ("Demobandasjisten (9009104)", "bandasjist kan ikke"),
    ],
)
def test_only_a_pharmacy_of_the_register_gets_medicines(doctor: Screen, said: str, words: str) -> None:
    address = form_address("metoprolol 50")
    answer = doctor.post(address, as_typed(doctor.form(address), dispatch_method="U", pharmacy=said))
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_without_the_register_the_person_is_told(doctor: Screen) -> None:
    address = form_address("metoprolol 50")
    answer = doctor.post(address, as_typed(doctor.form(address), dispatch_method="U", pharmacy="Torget"))
    assert "Adresseregisteret er ikke satt opp" in text_of(answer)


def child(office: Office, years: int) -> str:
    born = clock.today() - timedelta(days=years * 366)
    pid = synthetic_id(date(born.year, born.month, born.day), 40)
    vault.register(PatientIdentity(family="Demosen", given="Barn Oppdiktet", pid=pid, sex="2", born=born))
    return pid


@pytest.mark.parametrize(("years", "offered"), [(13, True), (40, False)])
def test_guardians_are_reserved_against_for_the_young_only(office: Office, years: int, offered: bool) -> None:
    screen = Screen(office, serial=years)
    screen.portal.set_patient(child(office, years))
    screen.root = f"/e/demo-epj/pasient/{screen.portal.patient['ctx']}/"
    address = form_address("desogestrel")
    page = screen.get(address).content.decode()
    assert ('name="guardian_reservation"' in page) is offered
    answer = screen.post(
        address, as_typed(fields_of(screen.get(address)), rx_type="E", guardian_reservation="1")
    )
    if offered:
        assert saved()[1].locked
    else:
        assert "fra 12 år til og med 15 år" in text_of(answer)


def test_isotretinoin_for_a_woman_is_a_week_unless_she_is_not_fertile(doctor: Screen) -> None:
    address = form_address("isotretinoin")
    fields = doctor.form(address)
    assert fields["expires_on"] == f"{clock.today() + timedelta(days=6):%d.%m.%Y}"
    year = {"expires_on": (clock.today() + timedelta(days=300)).isoformat()}
    typed = as_typed(fields, rx_type="E") | year
    assert "bekreftet ikke fertil" in text_of(doctor.post(address, typed))
    assert doctor.post(address, typed | {"not_fertile": "1"}).status_code == 303


def test_a_note_to_the_pharmacy_is_kept_and_one_stands_ready(doctor: Screen) -> None:
    browser, csrf = doctor.portal.browser, {"X-CSRFToken": doctor.portal.token}
    personnel = "/e/demo-epj/helsepersonell/"
    for text in ("Ring pasienten når varen er klar", "Leveres  hjemmetjenesten"):
        browser.post(f"{personnel}merknader", {"comment": text}, headers=OWN | csrf)
    home = DispatchComment.objects.get(saved_at=DispatchComment.objects.latest("saved_at").saved_at)
    browser.post(f"{personnel}merknader/{home.pk}/fast", {}, headers=OWN | csrf)
    page = browser.get(f"{personnel}maler", headers=OWN).content.decode()
    assert page.index("Leveres hjemmetjenesten") < page.index("Ring pasienten når varen er klar")
    assert "Står klar" in page

    address = form_address("metoprolol 50")
    assert fields_of(doctor.get(address))["dispatch_note"] == "Leveres hjemmetjenesten"
    assert '<option value="Ring pasienten når varen er klar">' in doctor.get(address).content.decode()
    doctor.post(address, as_typed(doctor.form(address)))
    assert saved()[1].particulars is None  # a note without a request goes nowhere

    browser.post(f"{personnel}merknader/{home.pk}/slett", {}, headers=OWN | csrf)
    assert [row.text for row in DispatchComment.objects.all()] == ["Ring pasienten når varen er klar"]
    empty = browser.post(f"{personnel}merknader", {"comment": "  "}, headers=OWN | csrf)
    assert empty.status_code == 422
    assert "Skriv en merknad" in empty.content.decode()

"""What the eye meets in the list, held against the display rules (portals.md 8, rows marked A). Ids in the test names'
comments are the rules' own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from inspect import unwrap
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory
from lxml import html

from portals.shared.guard import PatientContext
from portals.treatment.views import in_use as page_view
from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.medication.actions import drafts
from sfm.medication.models import CriticalReaction
from sfm.medication.queries import in_use
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from tests.factories import contents
from tests.factories import treatments as rows

pytestmark = pytest.mark.usefixtures("in_journal")
FORBIDDEN_IN_DOSES = re.compile(r"[@|<>/\\&°;]")
TRAILING_ZERO = re.compile(r"\d,\d*0(?!\d)")
NAKED_COMMA = re.compile(r"(?<!\d),\d")
DECIMAL_POINT = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")
FULL_STOP_AFTER_UNIT = re.compile(r"\b(mg|ml|g|stk|tablett|tabletter|kapsel|kapsler)\.")
DOSES = ("1+0+1", "0,5+0+1", "1x3", "1 man,ons,fre", "1 ved behov, maks 4", "Som avtalt med legen")
CTX = "k0nt3kst"


@pytest.fixture
def patient():
    pid = synthetic_id(date(1948, 8, 8), 7)
    return vault.register(PatientIdentity(family="Demosen", given="Kari Oppdiktet", pid=pid, sex="2"))


@pytest.fixture
def full(patient, prescriber, nurse):
    """A list with something of everything."""
    now = clock.now()
    for said in DOSES:
        rows.with_prescription(patient, by=prescriber, content=contents.content(dosage=contents.dosage(said)))
    rows.with_prescription(patient, content=contents.content(product=contents.OXYCODONE, use_type="3"))
    branded = replace(contents.SIMVASTATIN, kind="package", brand="Zocor", strength="0,5 mg+800 IE")
    rows.with_prescription(patient, content=contents.content(product=branded))
    rows.treatment(patient, discontinued_at=now + timedelta(days=6), discontinuation_reason="A")
    for days in (40, 3, 12):
        ended = now - timedelta(days=days)
        rows.treatment(
            patient,
            lifecycle="discontinued",
            discontinued_at=ended,
            discontinuation_reason="M",
            brand=f"D{days}",
        )
    rows.treatment(patient, review="pending_decision", review_note="løs resept, Legevakten 20.11")
    drafts.submit(
        kind="new_treatment",
        content=contents.content(product=contents.SIMVASTATIN),
        by=nurse,
        patient=patient,
    )
    CriticalReaction.objects.create(
        patient_key=patient,
        agent_kind="substance",
        agent_text="fenoksymetylpenicillin",
        reaction="1",
        certainty="3",
        updated=now,
        created=now,
    )
    return shown(patient, prescriber)


def shown(patient, actor):
    """The page's own markup, as this person sees it."""
    request = RequestFactory().get(f"/e/demo-epj/pasient/{CTX}/legemidler", {"vis": "discontinued"})
    request.actor, request.patient, request.slug = actor, PatientContext(key=patient, ctx=CTX), "demo-epj"
    request.session, request.resolver_match = {}, None
    return html.fromstring(unwrap(page_view.page)(request).content.decode())


def every(page, *classes):
    """The elements inside that have one of the classes, in the page's order."""
    return [found for found in page.iterdescendants() if set(found.get("class", "").split()) & set(classes)]


def listed_rows(page):
    return page.xpath("//table[@id='list']//tr[@data-id]")


def text(element):
    return " ".join(element.text_content().split())


def numbers_of(page):
    return [text(cell) for cell in every(page, "product", "dosing", "rx") if cell.tag == "td"]


def css():
    static = Path(settings.BASE_DIR) / "static" / "css"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(static.glob("*.css")))


def test_one_row_per_medicine_and_no_status_is_blank(full, patient, prescriber):  # MEDv-020, MEDv-042
    listed = in_use.load(patient, actor=prescriber)
    assert len(listed_rows(full)) == sum(len(group.rows) for group in listed.groups)
    for row in listed_rows(full):
        (status,) = every(row, "status")
        words = (status.text or "").split()
        assert 1 <= len(words) <= 2, words


def test_generic_first_in_lower_case_then_the_brand_in_upper(full):  # MEDi-001, 002, 003, 013
    for row in listed_rows(full):
        name, cell = text(every(row, "drug")[0]), every(row, "product")[0]
        assert name == name.lower()
        for brand in every(cell, "brand"):
            assert text(brand) == text(brand).upper()
            assert text(cell).index(name) < text(cell).index(text(brand))
    assert any(text(brand) == "ZOCOR" for brand in every(full, "brand"))


def test_attributes_stand_apart_by_a_dash(full):  # MEDi-018, MEDi-051: drug, strength, form
    lines = [text(line) for line in every(full, "drug-line")]
    assert "metoprolol – 50 mg – depottablett" in lines
    assert any("0,5 mg + 800 IE" in line for line in lines)  # MEDi-028


@pytest.mark.parametrize(
    "wrong", [TRAILING_ZERO, NAKED_COMMA, DECIMAL_POINT, FULL_STOP_AFTER_UNIT], ids=lambda rule: rule.pattern
)
def test_numbers_are_written_so_that_none_is_read_tenfold(full, wrong):  # MEDi-015, 016, 024, 042, 043
    offenders = [found for cell in numbers_of(full) for found in wrong.findall(cell)]
    assert not offenders


def test_a_dose_is_labelled_and_its_amount_bold(full):  # MEDi-029, 007, 038, 041
    doses = every(full, "dose")
    assert doses
    for dose in doses:
        assert text(dose).startswith("DOSE ")
        assert ":" not in text(dose).split()[0]
    assert any(text(bold) == "1 tablett" for bold in full.xpath("//div[@class='dose']/b"))


def test_a_dose_has_no_symbol_that_looks_like_a_digit(full):  # MEDi-027, 045, 046, 047
    for dose in every(full, "dose"):
        assert not FORBIDDEN_IN_DOSES.search(text(dose)), text(dose)


def test_no_drug_name_is_cut():  # MEDi-012, 022, 025
    assert "ellipsis" not in css()


def test_the_generic_is_bold_and_a_label_is_set_apart():  # MEDi-001, MEDi-009
    weight = re.search(r"\.drug\b[^{]*\{[^}]*font-weight:\s*(\d+)", css())
    assert weight
    assert int(weight[1]) >= 600


def test_the_ended_come_last_newest_first(full):  # MEDv-025, 175, 100
    groups = full.xpath("//table[@id='list']/tbody")
    assert groups[-1].get("id") == "group-discontinued"
    ended = [text(brand) for brand in every(groups[-1], "brand")]
    assert ended == ["D3", "D12", "D40"]


def test_marks_and_badges_have_a_letter_and_a_name(full):  # Ours-03
    signs = every(full, "badge", "mark")
    assert "A" in {text(sign) for sign in signs}
    for sign in signs:
        assert text(sign)
        assert sign.get("title")


def test_each_source_says_its_state_in_words(full):  # Ours-03
    for source in every(full, "source"):
        assert len(text(source).split()) >= 2, text(source)


def test_an_empty_list_is_a_sentence(patient, prescriber):  # MEDv-146
    page = shown(patient, prescriber)
    assert not page.xpath("//table[@id='list']")
    assert "ingen legemidler i bruk" in text(page.find(".//main"))


def test_signing_stands_last_and_is_not_where_the_focus_starts(full):  # MSP-2290, 2300, 2310
    last = full.xpath("//div[@id='action-bar']//*[self::a or self::button]")[-1]
    assert text(last).startswith("Signer og send")
    assert "autofocus" not in last.attrib


def test_the_nurse_is_not_shown_what_she_may_not_do(full, patient, nurse):
    page = shown(patient, nurse)
    assert "Signer og send" not in text(page)
    verbs = {verb for row in listed_rows(page) for verb in row.get("data-actions").split()}
    assert verbs.isdisjoint({"renew", "recall", "discontinue", "add_prescription", "approve_draft"})


def test_no_address_tells_who_the_patient_is(full, patient):
    attributes = ("href", "action", "hx-get", "hx-post", "src")
    addresses = [
        value for element in full.iter() for name, value in element.attrib.items() if name in attributes
    ]
    secrets = (str(patient), vault.open_identity(patient).pid, "Demosen")
    assert addresses
    for address in addresses:
        assert not any(secret in address for secret in secrets)


def test_the_reactions_stand_above_the_list(full):
    strip = every(full, "reactions")[0]
    assert "fenoksymetylpenicillin – anafylaktisk reaksjon – bekreftet" in text(strip)
    assert full.xpath("//*[contains(@class, 'reactions')]/following::table[@id='list']")

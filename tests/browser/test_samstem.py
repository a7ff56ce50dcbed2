"""A list of twenty gone through by keyboard alone, two doctors on one row, and a pause: in Chromium."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from sfm.core import clock
from sfm.exchange.models import LookupSnapshot
from sfm.exchange.translate import records
from sfm.identity import users
from sfm.medication import content_data
from sfm.medication.actions import treatments
from sfm.medication.models import Treatment
from sfm.medication.rules.merge import Record
from sfm.tenancy.scope import journal_scope
from tests.browser.test_frame import Desk, browser, desk  # noqa: F401
from tests.factories import contents
from tests.factories import treatments as rows
from tests.integration.portal import invented

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.xdist_group("samstem"),  # one Chromium
]
ELSEWHERE = replace(contents.METOPROLOL, kind="text", fest_id="")


def opened(desk: Desk) -> tuple[Any, UUID]:  # noqa: F811
    """SFM with an invented patient; the list is filled by the test."""
    key, pid = invented(desk.portal.office)
    desk.wait_for({"clientLoaded": "success"})
    desk.log_in()
    desk.wait_for({"login": "success"})
    desk.set_patient(pid)
    desk.wait_for({"setPatient": "success"})
    return desk.frame, key


def named(number: int) -> Any:
    letter = chr(ord("a") + number)
    drug = replace(
        ELSEWHERE,
        substance=f"Oppdiktin{letter}",
        name_form_strength=f"Oppdiktin{letter} tablett 5 mg",
        atc=f"N02BE{number:02}",
        substance_ids=(),
    )
    return contents.content(product=drug, prescription=None)


def twenty(key: UUID) -> None:
    """Eight new, four changed, four loose, four the same in the shared list."""
    by = {"before": "1 tablett", "after": "2 tabletter", "by": "Dr. Holm, sykehus, 3. mars"}
    for number in range(8):
        rows.treatment(key, content=named(number), review="unseen_new", sources=["PLL"])
    for number in range(8, 12):
        rows.treatment(key, content=named(number), review="unseen_changed", difference=by)
    for number in range(12, 16):
        rows.treatment(key, content=named(number), review="pending_decision", sources=["RF"])
    same = [rows.treatment(key, content=named(number)) for number in range(16, 20)]
    found = [
        Record(
            source="PLL",
            lib_id=str(row.pk),
            fields=records.fields_of(named(number)),
            data={"content": content_data.to_data(named(number))},
        )
        for number, row in enumerate(same, start=16)
    ]
    LookupSnapshot.objects.create(
        patient_key=key,
        source="PLL",
        received_at=clock.now(),
        raw=b"",
        records=[records.to_data(one) for one in found],
        digest="",
    )


def test_twenty_rows_are_gone_through_by_keyboard_alone(desk: Desk) -> None:  # noqa: F811
    frame, key = opened(desk)
    with journal_scope(desk.portal.office.journal):
        twenty(key)
    keys = desk.page.keyboard
    keys.press("c")
    expect(frame.get_by_role("heading", name="Samstem")).to_be_visible()
    expect(frame.locator("#block-similar mark")).to_have_count(8)
    undecided = frame.locator("#list tbody:not(.collapsed) tr[data-id]:not(.handled)")
    expect(undecided).to_have_count(16)
    for left in range(15, -1, -1):
        keys.press("j")
        keys.press("b")
        expect(undecided).to_have_count(left)
        expect(frame.locator("tr[aria-selected=true]")).to_be_focused()
    expect(frame.locator("#still-left")).to_have_text("Alt fra kildene er tatt stilling til.")
    keys.press("a")
    expect(frame.locator("#confirm-identical")).to_have_count(0)
    with journal_scope(desk.portal.office.journal):
        assert set(Treatment.objects.values_list("review", flat=True)) == {"confirmed"}
        assert Treatment.objects.filter(reviewed_at=None).count() == 0


def test_two_doctors_on_one_row_and_nothing_is_overwritten(desk: Desk) -> None:  # noqa: F811
    frame, key = opened(desk)
    office = desk.portal.office
    with journal_scope(office.journal):
        row = rows.treatment(key, content=contents.content(product=ELSEWHERE, prescription=None))
    desk.page.keyboard.press("1")
    frame.locator("#list tr[data-id]").click()
    desk.page.keyboard.press("e")
    frame.locator("#indication_text").fill("Mot migrene")
    with journal_scope(office.journal):
        doctor = users.actor_for(office.people["berg"], office.organisation)
        other = replace(doctor, practitioner_id=uuid4(), name="Kollega, Kåre")
        dose = contents.content(product=ELSEWHERE, prescription=None, dosage=contents.dosage("1+0+0"))
        treatments.change(treatment_id=row.pk, content=dose, by=other, patient=key, version=1)
    desk.page.keyboard.press("Control+Enter")
    expect(frame.locator("#merge")).to_contain_text("Kollega, Kåre endret raden")
    expect(frame.locator('input[name="side-dosage_text"][value="theirs"]')).to_be_checked()
    desk.page.keyboard.press("Control+Enter")
    expect(frame.locator("#list")).to_contain_text("Mot migrene")
    expect(frame.locator("#list .dose")).to_have_text(re.compile(r"1\s+tablett\s+morgen$"))


def test_a_pause_is_seen_and_ends(desk: Desk) -> None:  # noqa: F811
    frame, key = opened(desk)
    with journal_scope(desk.portal.office.journal):
        rows.treatment(key)
    desk.page.keyboard.press("1")
    frame.locator("#list tr[data-id]").click()
    desk.page.keyboard.press("p")
    frame.get_by_label("Hvorfor").fill("Operasjon")
    desk.page.keyboard.press("Control+Enter")
    expect(frame.locator("#list .status")).to_contain_text("Pauset")
    frame.locator("#list tr[data-id]").click()
    desk.page.keyboard.press("p")
    expect(frame.locator("#list .status")).to_contain_text("I bruk")

    with journal_scope(desk.portal.office.journal):
        rows.treatment(key, content=named(1))
    desk.page.keyboard.press("1")
    expect(frame.locator("#list tr[data-id]")).to_have_count(2)
    frame.locator("#list tr[data-id]").first.click()
    desk.page.keyboard.press("s")
    expect(frame.locator("[name=reason]").first).to_be_focused()
    desk.page.keyboard.press("Space")
    desk.page.keyboard.press("Control+Enter")
    expect(frame.locator("tbody.collapsed tr[data-id]")).to_have_count(1)
    expect(frame.locator("tbody:not(.collapsed) tr[aria-selected=true]")).to_be_focused()

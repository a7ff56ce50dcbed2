"""The main job, told through the demo EPJ in Chromium: every part real, from the doctor's click to RF's answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sfm.wire import schemas
from tests.browser.epj import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.epj import Epj
    from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
KARI, ANNE, ARNE = "12835649839", "05918349946", "24866249993"
DOCTOR, NURSE = "Vilde Oppdiktet Demoberg", "Randi Oppdiktet Demones"


def test_a_doctor_opens_a_patient_prescribes_and_signs(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = tab().log_in(DOCTOR)
    demo.rf.fail(
        {"when": {"operation": "M9_6"}, "do": {"delay_ms": 700}}, {"when": {}, "do": {"delay_ms": 500}}
    )
    epj.open("Kari Oppdiktet")
    assert epj.messages("clientLoaded") or epj.messages("login") == [{"login": "success"}]

    before = _places(epj)
    epj.wait_for_sources()
    expect(epj.sfm.locator("#news")).to_contain_text("fra oppslaget")
    assert _places(epj) == before, "news moved a row under the pointer"
    epj.see_news()
    expect(epj.row("apiksaban")).to_contain_text("legevakt Fjellvik")
    expect(epj.row("losartan")).to_contain_text("2 tabletter")
    expect(epj.sfm.locator(".reactions")).to_contain_text("ramipril")
    demo.rf.fail()

    epj.find("pantop 20", "pantoprazol")
    epj.fill(use="Fast", mot="Mot halsbrann", dose="1+0+0")
    expect(epj.sfm.locator("#preview .label-text")).to_have_text(re.compile(r"1\s+tablett\s+morgen"))
    epj.sfm.get_by_role("button", name=re.compile("^Legg til Ctrl")).click()
    expect(epj.row("pantoprazol")).to_contain_text("Ikke sendt")

    epj.do("apiksaban", "Bekreft i bruk")
    expect(epj.row("apiksaban")).to_contain_text("I bruk")
    known = demo.rf.state(KARI)
    epj.sign()
    epj.wait_until_delivered()
    _rf_has_both(demo, known)

    expect(epj.page.locator("#notes")).to_contain_text("antoprazol")
    assert [one["encounterIdentifier"] for one in epj.messages("journalUpdate")] == [_encounter(epj)]
    epj.back_to_list()
    expect(epj.row("pantoprazol")).to_contain_text("Ekspederbar", timeout=PATIENCE)
    expect(epj.row("pantoprazol")).not_to_contain_text("Ikke sendt")


def _rf_has_both(demo: RunningDemo, known: dict[str, dict[str, object]]) -> None:
    """Exactly one new M1, valid against the official schema, and the list in the right chain."""
    after = demo.rf.state(KARI)
    (resept_id,) = after["prescriptions"].keys() - known["prescriptions"].keys()
    assert after["messages"][resept_id] == {"type": "ERM1", "received": 1, "accepted": 1, "codes": []}
    m1 = demo.rf.http.get(f"{demo.rf.url}/api/messages/{resept_id}.xml").content
    if schemas.directory():
        assert schemas.validate(m1) == []
    chain, chain_before = after["lists"][KARI]["chain"], known["lists"][KARI]["chain"]
    (sent,) = chain[len(chain_before) :]
    assert (sent["kind"], sent["parent"]) == ("ERM251", chain_before[-1]["msg_id"])


def _places(epj: Epj) -> list[tuple[str, float]]:
    rows = epj.sfm.locator("#list tr[data-id]")
    found: list[tuple[str, float]] = rows.evaluate_all(
        "rows => rows.map(row => [row.dataset.id, row.getBoundingClientRect().top])"
    )
    return found


def _encounter(epj: Epj) -> str:
    return epj.page.locator("body").get_attribute("data-encounter") or ""


def test_a_nurse_prepares_and_a_doctor_signs(
    tab: Callable[..., Epj], demo: RunningDemo, complaints: list[str]
) -> None:
    nurse = tab().log_in(NURSE).open("Arne Oppdiktet")
    nurse.see_news()
    for row in nurse.sfm.locator("#list tr[data-id]").all():
        verbs = set((row.get_attribute("data-actions") or "").split())
        assert not verbs & {"renew", "change", "discontinue", "recall", "add_prescription", "approve_draft"}
    expect(nurse.sfm.locator('[data-key="sign"], [data-batch="renew"]')).to_have_count(0)
    assert (
        nurse.frame.evaluate(
            "root => fetch(root + 'signer/send', {method: 'POST'}).then(r => r.status)", nurse.root
        )
        == 403
    )
    complaints.clear()

    nurse.do("paracetamol", "Klargjør fornying")
    expect(nurse.row("paracetamol")).to_contain_text("Utkast")
    nurse.find("pantop 20", "pantoprazol")
    nurse.fill(use="Fast", mot="Mot halsbrann", dose="1+0+0")
    nurse.sfm.locator("#comment").fill("Har brukt dette før")
    nurse.sfm.get_by_role("button", name="Lagre som utkast").click()
    expect(nurse.sfm.locator("#list tr", has_text="Utkast")).to_have_count(2)
    assert _own_messages(demo, ARNE) == []

    doctor = tab().log_in(DOCTOR).open("Arne Oppdiktet")
    doctor.wait_for_sources()
    doctor.tab("Utkast")
    expect(doctor.sfm.locator("article.draft")).to_have_count(2)
    expect(doctor.sfm.locator("article.draft", has_text="Har brukt dette før")).to_contain_text("Demones")
    for _ in range(2):
        left = doctor.sfm.locator("article.draft").count()
        doctor.sfm.get_by_role("button", name="Godkjenn").first.click()
        expect(doctor.sfm.locator("article.draft")).to_have_count(left - 1)
    doctor.sign()
    doctor.wait_until_delivered()
    assert _own_messages(demo, ARNE).count("M1") == 2


def test_another_doctor_was_first_with_the_list(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = tab().log_in(DOCTOR).open("Kari Oppdiktet")
    epj.see_news()
    if "confirm" in epj.verbs("apiksaban"):  # when this test is run alone
        epj.do("apiksaban", "Bekreft i bruk")
    epj.discontinue("cetirizin")
    demo.rf.scenario("Annen lege oppdaterer PLL")
    epj.sign()
    expect(epj.sfm.locator("#progress")).to_contain_text("226", timeout=PATIENCE)
    epj.back_to_list()
    epj.wait_for_sources()
    epj.sign()
    epj.wait_until_delivered()
    chain = demo.rf.state(KARI)["lists"][KARI]["chain"]
    assert [one["hpr"] for one in chain[-2:]] == ["009900001", "009400101"]
    assert chain[-1]["parent"] == chain[-2]["msg_id"]


def _own_messages(demo: RunningDemo, pid: str) -> list[str]:
    """What this run has changed in RF: operations RF took that carry no mark of the seed."""
    changing = ("M1", "M5", "M25_1")
    return [
        one["operation"]
        for one in demo.rf.state(pid)["received"]
        if one["operation"] in changing and one["accepted"] and not one["fault"]
    ]


def test_an_application_to_helfo_is_granted_and_used_at_once(tab: Callable[..., Epj]) -> None:
    epj = tab().log_in(DOCTOR).open("Kari Oppdiktet")
    epj.find("kandesartan 8", "kandesartan")
    epj.sfm.get_by_role("link", name="Spør eller søk Helfo").click()
    epj.sfm.get_by_role("button", name="Spør Helfo").click()
    expect(epj.sfm.locator("#helfo-answers")).to_contain_text("Svar fra Helfo", timeout=PATIENCE)
    epj.back_to_list()
    epj.find("kandesartan 8", "kandesartan")
    epj.sfm.get_by_role("link", name="Spør eller søk Helfo").click()
    epj.sfm.locator("#begin").get_by_label("ICD-10").check(force=True)
    epj.sfm.locator("#begin #code").fill("I10")
    epj.sfm.get_by_role("button", name="Hent skjema").click()
    for question in ("Er sykdommen alvorlig?", "Er behovet langvarig?"):
        epj.sfm.get_by_role("radiogroup", name=question).get_by_label("Ja").check(
            force=True, timeout=PATIENCE
        )
    epj.sfm.get_by_label("Hva er prøvd tidligere").fill("Ramipril, hoste")
    epj.sfm.get_by_label("Begrunnelse").fill("Tåler ikke de andre")
    epj.sfm.get_by_role("button", name="Send søknaden").click()
    expect(epj.sfm.locator("#helfo-application")).to_contain_text("Innvilget", timeout=PATIENCE)
    epj.sfm.get_by_role("link", name="Forskriv med vedtaket").click()
    paid_by = epj.sfm.locator("#reimbursement optgroup", has_text="Vedtak")
    expect(paid_by).to_have_attribute("label", re.compile("§ 3"))

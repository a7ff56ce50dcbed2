"""What one does with a row, and what RF knows afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from sfm.core import clock
from tests.browser.epj import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.epj import Epj
    from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
PER, AMIR = "30884849957", "54899649934"
DOCTOR = "Vilde Oppdiktet Demoberg"


def test_renew_change_discontinue_and_recall(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = tab().log_in(DOCTOR).open("Per Oppdiktet")
    epj.see_news()
    known = demo.rf.state(PER)

    epj.do("pantoprazol", "Forny")
    expect(epj.row("pantoprazol")).to_contain_text("behandlet, fornyes")
    epj.do("metoprolol", "Endre")
    epj.sfm.locator("#quick").fill("1+0+1")
    expect(epj.sfm.locator("#preview .label-text")).to_have_text(re.compile(r"morgen og kveld"))
    epj.sfm.get_by_role("button", name="Lagre endring").click()
    expect(epj.row("metoprolol")).to_contain_text("morgen og kveld")
    epj.discontinue("allopurinol")
    expect(epj.row("allopurinol")).to_be_hidden()
    epj.discontinue("kaliumklorid", on=(clock.today() + timedelta(days=30)).isoformat())
    expect(epj.row("kaliumklorid")).to_contain_text("Seponeres")
    epj.do("salbutamol", "Tilbakekall resept")
    expect(epj.row("salbutamol")).to_contain_text("ikke sendt")

    epj.sign()
    epj.wait_until_delivered()
    after = demo.rf.state(PER)
    sent = [one for msg_id, one in after["messages"].items() if msg_id not in known["messages"]]
    assert all(one["accepted"] == one["received"] == 1 for one in sent), sent
    kinds = sorted(one["type"] for one in sent if one["type"] in ("ERM1", "ERM5"))
    # renewed and changed: a new prescription each, the old ones recalled where they were still valid
    assert kinds.count("ERM1") == 2
    assert kinds.count("ERM5") == 4
    epj.back_to_list()
    for drug in ("pantoprazol", "metoprolol"):
        expect(epj.row(drug)).to_contain_text("Ekspederbar", timeout=PATIENCE)


def test_what_is_not_sent_can_be_undone(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = tab().log_in(DOCTOR).open("Amir Oppdiktet")
    epj.see_news()
    known = demo.rf.state(AMIR)["messages"].keys()
    shown = ":is(.state, .dosing, .rx, .dates)"
    before = {drug: epj.row(drug).locator(shown).all_inner_texts() for drug in ("terbutalin", "mometason")}

    epj.do("terbutalin", "Forny")
    expect(epj.row("terbutalin")).to_contain_text("fornyes")
    epj.do("terbutalin", "Angre")
    expect(epj.row("terbutalin")).not_to_contain_text("fornyes")
    epj.discontinue("mometason", on=(clock.today() + timedelta(days=5)).isoformat())
    epj.do("mometason", "Angre")
    expect(epj.row("mometason")).not_to_contain_text("Seponeres")

    assert {drug: epj.row(drug).locator(shown).all_inner_texts() for drug in before} == before
    expect(epj.sfm.locator("#action-bar .unsent")).to_have_count(0)
    assert demo.rf.state(AMIR)["messages"].keys() == known

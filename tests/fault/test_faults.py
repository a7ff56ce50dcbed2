"""Things break at the worst moment, and RF still has exactly one prescription: nothing twice, nothing lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.running_demo import LEASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.epj import Epj
    from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.fault, pytest.mark.xdist_group("demo")]
NILS, GERD, AMIR, LIV = "03837849976", "01923949964", "54899649934", "02847149739"
AT_WORK = {
    "Nils": ("Ola Oppdiktet Demostrand", "Hjemmetjenesten Fjellvik"),
    "Gerd": ("Solveig Oppdiktet Demohaug", "Solbakken sykehjem"),
    "Amir": ("Vilde Oppdiktet Demoberg", "Åskollen legesenter"),
    "Liv": ("Torstein Oppdiktet Demodal", "Åskollen legesenter"),
}
PATIENCE = 40  # seconds


def ready_to_sign(tab: Callable[..., Epj], patient: str) -> Epj:
    """A new prescription is in the list, and what will be sent is on the screen."""
    epj = tab().log_in(*AT_WORK[patient]).open(f"{patient} Oppdiktet")
    epj.see_news()
    epj.find("pantop 20", "pantoprazol")
    epj.fill(use="Fast", mot="Mot halsbrann", dose="1+0+0")
    epj.sfm.locator('.actions button[value="add"]').click()
    expect(epj.row("pantoprazol")).to_contain_text("Ikke sendt")
    epj.to_signing()
    return epj


def sent_by_us(demo: RunningDemo, pid: str) -> list[dict[str, Any]]:
    state = demo.rf.state(pid)
    ours = {
        one["msg_id"]
        for one in state["received"]
        if one["operation"] == "M1" and one["fault"] != "annen lege"
    }
    return [state["messages"][msg_id] for msg_id in ours]


def settles_as_one(demo: RunningDemo, pid: str) -> dict[str, Any]:
    """Until RF has taken it; then a while longer, for a second one to show itself."""
    deadline = time.monotonic() + PATIENCE
    while not any(one["accepted"] for one in sent_by_us(demo, pid)):
        assert time.monotonic() < deadline, f"the prescription was lost: {demo.log('worker')[-3000:]}"
        time.sleep(0.3)
    time.sleep(2)
    (message,) = sent_by_us(demo, pid)
    assert message["accepted"] == 1
    return message


def test_two_clicks_at_once_sign_one_prescription(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = ready_to_sign(tab, "Nils")
    statuses = epj.frame.evaluate(
        "() => { const form = document.getElementById('sign'); const once = () => fetch(form.action,"
        " {method: 'POST', body: new URLSearchParams(new FormData(form))}).then(r => r.status);"
        " return Promise.all([once(), once(), once()]); }"
    )
    assert statuses == [200, 200, 200]
    assert settles_as_one(demo, NILS)["received"] == 1


def test_the_worker_dies_between_sending_and_answer(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = ready_to_sign(tab, "Amir")
    demo.rf.fail({"when": {"operation": "M1", "nth": 1}, "do": {"delay_ms": 4000}})
    epj.sfm.locator("form#sign button").click()
    expect(epj.sfm.get_by_role("heading", name="Signert")).to_be_visible()
    time.sleep(1)
    demo.kill("worker")
    demo.start("worker")
    settles_as_one(demo, AMIR)
    expect(epj.sfm.locator("#progress")).to_contain_text("Ferdig.", timeout=2 * LEASE * 1000)


def test_rf_is_gone_when_the_doctor_signs(tab: Callable[..., Epj], demo: RunningDemo) -> None:
    epj = ready_to_sign(tab, "Gerd")
    demo.kill("rf")
    epj.sfm.locator("form#sign button").click()
    expect(epj.sfm.get_by_role("heading", name="Signert")).to_be_visible()
    time.sleep(2)
    expect(epj.sfm.locator("#progress")).to_contain_text("Sendes nå")
    demo.start("rf")
    settles_as_one(demo, GERD)


def test_redis_stops_while_the_doctor_signs(
    tab: Callable[..., Epj], demo: RunningDemo, complaints: list[str]
) -> None:
    epj = ready_to_sign(tab, "Liv")
    with demo.without_redis():
        epj.sfm.locator("form#sign button").click()
        expect(epj.sfm.locator("#errors, #progress").first).not_to_be_empty(timeout=20_000)
        assert sent_by_us(demo, LIV) == [], "signed without a session"
    complaints.clear()
    epj.sfm.locator("form#sign button").click()
    expect(epj.sfm.get_by_role("heading", name="Signert")).to_be_visible(timeout=20_000)
    settles_as_one(demo, LIV)

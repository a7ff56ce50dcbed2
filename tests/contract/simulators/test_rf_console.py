"""The console: a person giving a demo can read what RF knows, and act as pharmacy or another doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import plain_http
from tests.contract.simulators.prescriber import PATIENT, Prescriber, metoprolol

if TYPE_CHECKING:
    from tests.contract.simulators.desk import Desk


def act(rf: Desk, verb: str, **values: str) -> str:
    """Press a button; the page one lands on."""
    back = f"/konsoll/pasient/{PATIENT}"
    answer = plain_http.post(
        f"{rf.url}/konsoll/gjor/{verb}", data={**values, "back": back}, follow_redirects=True
    )
    assert answer.status_code == 200
    return answer.text


def test_every_page_can_be_read(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    doctor.codes("ERM1", metoprolol(packages=0))
    doctor.write_list()
    rf.post("apotek/dispense", resept_id=resept_id)
    pages = ["", "konsoll/", f"konsoll/pasient/{PATIENT}", "konsoll/logg", f"konsoll/melding/{resept_id}"]
    pages += ["konsoll/feil", "konsoll/post", "konsoll/antakelser"]
    for page in pages:
        answer = rf.get(page)
        assert (page, answer.status_code) == (page, 200)
        assert 'lang="nb"' in answer.text
    assert "17 Verdien i et av feltene" in rf.get("konsoll/logg").text
    assert "Selo-Zok depottab 50 mg" in rf.get(f"konsoll/pasient/{PATIENT}").text


def test_buttons_act_and_tell_how_it_went(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    assert "Under ekspedering" in act(rf, "start", resept_id=resept_id)
    assert "Ekspedering kansellert" in act(rf, "cancel", resept_id=resept_id)
    assert "Utlevert" in act(rf, "dispense", resept_id=resept_id)
    assert "av Annen Oppdiktet Demolege" in act(rf, "recall", resept_id=resept_id)
    assert "16 Resepten er allerede tilbakekalt" in act(rf, "recall", resept_id=resept_id)
    assert "M25.1 liste" in act(rf, "send_list", pid=PATIENT)
    assert "ser ingenting (364)" in act(rf, "block", pid=PATIENT, hpr=doctor.hpr, mode="all")
    assert "RF er treg" in act(rf, "scenario", scenario="Treg RF")


def test_buttons_work_from_the_console_only(rf: Desk) -> None:
    answer = plain_http.post(
        f"{rf.url}/konsoll/gjor/clock", data={"days": "1"}, headers={"Origin": "http://annet.invalid"}
    )
    assert answer.status_code == 403

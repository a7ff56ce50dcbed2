"""Individual reimbursement from Helfo, end to end: ask, fill in, send, and the decision on the prescription at once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any

import pytest

from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.exchange import dispatch, helfo, queueing, tokens
from sfm.gateways.helfo.client import HttpHelfo
from sfm.medication.models import (
    JournalNote,
    Prescription,
    ReimbursementApplication,
    ReimbursementDecision,
    WorkItem,
)
from sfm.outbox import queue
from tests import plain_http
from tests.integration.prescribing import Screen, as_typed, form_address
from tests.simulators import Simulator, start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.office import Office

pytestmark = [
    pytest.mark.usefixtures("fest", "in_journal", "service"),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
ICD = "2.16.578.1.12.4.1.1.7435"
SERIOUS = {"serious": "ja", "long_term": "ja", "earlier": "Losartan, uten effekt", "reason": "Trenger det"}


@pytest.fixture(scope="module")
def helfo_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = start_simulator(
        "helfo", directory=tmp_path_factory.mktemp("helfo"), env={"SFM_HELSEID_ISSUER": ""}
    )
    yield simulator
    simulator.stop()


@pytest.fixture
def service(helfo_process: Simulator, monkeypatch: pytest.MonkeyPatch, office: Office) -> Iterator[str]:
    plain_http.post(f"{helfo_process.url}/api/reset")
    gateway = HttpHelfo(helfo_process.url)
    monkeypatch.setattr(helfo.client, "connect", lambda: gateway)
    token = office.caller("berg").token
    monkeypatch.setattr(tokens, "for_helfo", lambda _message: token)
    monkeypatch.setattr(gateway, "_own_token", lambda: token)
    yield helfo_process.url
    gateway.close()


@pytest.fixture
def doctor(office: Office) -> Screen:
    return Screen(office)


def carry() -> int:
    """What a worker does."""
    entries = queue.lease((queueing.ASK,), limit=20)
    for entry in entries:
        dispatch.handle(entry)
    return len(entries)


def begun(doctor: Screen, search: str = "losartan 50", code: str = "I10") -> Any:
    address = form_address(search).replace("forskriv?", "")
    fields = {"product": "fest", "system": "icd10", "code": code, "name": "Høyt blodtrykk"}
    query = dict(part.split("=", 1) for part in address.split("&"))
    answer = doctor.post("helfo/soknad", fields | query)
    assert answer.status_code == 303, answer.content.decode()
    carry()
    return ReimbursementApplication.objects.get()


def sent(doctor: Screen, row: ReimbursementApplication, **answers: str) -> ReimbursementApplication:
    row.refresh_from_db()
    fields = SERIOUS | answers | {"version": str(row.version), "do": "send"}
    answer = doctor.post(f"helfo/soknad/{row.pk}", fields)
    assert answer.status_code == 303, answer.content.decode()
    carry()
    row.refresh_from_db()
    return row


def test_a_granted_application_is_on_the_prescription_at_once(doctor: Screen) -> None:
    row = begun(doctor)
    page = doctor.get(f"helfo/soknad/{row.pk}").content.decode()
    assert "Losartan" in page
    assert "Er sykdommen alvorlig?" in page
    row = sent(doctor, row)
    assert row.state == "granted"
    kept = ReimbursementDecision.objects.get()
    assert (kept.outcome, kept.content["code"], kept.application_id) == ("J", "I10", row.pk)
    assert "Vedtaket er lagret" in doctor.get(f"helfo/soknad/{row.pk}").content.decode()
    assert JournalNote.objects.filter(event="ReimbursementAnswered").count() == 1

    address = form_address("losartan 50")
    form = doctor.get(address).content.decode()
    assert f'value="300|I10|{ICD}"' in form
    assert "Vedtak " in form
    typed = as_typed(doctor.form(address), reimbursement=f"300|I10|{ICD}", quick="1x1")
    assert doctor.post(address, typed).status_code == 303
    assert Prescription.objects.get().legal_basis == "300"


def test_an_application_without_severity_is_refused_with_its_ground(doctor: Screen) -> None:
    row = sent(doctor, begun(doctor), serious="nei")
    assert row.state == "refused"
    page = doctor.get(f"helfo/soknad/{row.pk}").content.decode()
    assert "Det foreligger ikke alvorlig, eller risiko for alvorlig sykdom" in page
    assert f'value="300|I10|{ICD}"' not in doctor.get(form_address("losartan 50")).content.decode()


def test_a_manual_case_goes_with_the_prescription_and_becomes_a_task_when_answered(
    doctor: Screen, service: str, settings: Any
) -> None:
    settings.HELFO_URL = service
    row = sent(doctor, begun(doctor), earlier="", not_tried="3")
    assert row.state == "manual"
    assert "Søknad er sendt til Helfo" in doctor.get(form_address("losartan 50")).content.decode()
    plain_http.post(f"{service}/api/answer", json={"id": str(row.pk), "outcome": "granted"})
    assert helfo._ask_about(row)
    assert not helfo._ask_about(row)  # half an hour between questions
    carry()
    row.refresh_from_db()
    assert row.state == "granted"
    task = WorkItem.objects.get(code=108)
    assert (task.owner_id, task.subject_id, task.open) == (row.author_id, row.pk, True)
    doctor.get("helfo")
    task.refresh_from_db()
    assert not task.open


def test_what_the_hospitals_finance_is_stopped_before_the_form(doctor: Screen) -> None:
    row = begun(doctor, "humira")
    assert row.content["form"] is None
    assert "H-resept" in row.problem
    assert "H-resept" in doctor.get(f"helfo/soknad/{row.pk}").content.decode()


def test_what_is_not_answered_is_said_and_the_rest_is_kept(doctor: Screen) -> None:
    row = begun(doctor)
    row.refresh_from_db()
    fields = {"version": str(row.version), "do": "send", "serious": "ja", "reason": "Skrevet"}
    answer = doctor.post(f"helfo/soknad/{row.pk}", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Svar på «Er behovet langvarig?»." in page
    assert "Skrevet" in page


def test_helfo_down_leaves_the_application_a_draft_that_says_why(doctor: Screen, service: str) -> None:
    row = begun(doctor)
    plain_http.post(f"{service}/api/faults", json={"status": 503})
    row = sent(doctor, row)
    entry = queue.lease((queueing.ASK,), limit=1)
    assert (row.state, entry) == ("sending", [])  # it is tried once more in two seconds
    with clock.frozen_at(clock.now() + timedelta(seconds=30)):
        carry()
    row.refresh_from_db()
    assert row.state == "draft"
    assert row.problem.startswith("Helfo svarer ikke")
    assert row.content["answers"]["reason"] == "Trenger det"


def test_the_question_brings_decisions_made_elsewhere(doctor: Screen, service: str) -> None:
    found = {
        "patient": synthetic_id(date(1948, 8, 8)), "reference": "2025/7", "outcome": "J", "basis": "300",
        "product": "Losartan", "atc": "C09CA01", "code": "I10", "system": ICD, "codeName": "Hypertensjon",
        "from": "2025-01-01", "until": (clock.today() + timedelta(days=20)).isoformat(), "grounds": [],
    }  # fmt: skip
    plain_http.post(f"{service}/api/seed", json={"decisions": [found]})
    doctor.post("helfo/sporr", {})
    assert 'hx-trigger="load delay:1s"' in doctor.get("helfo").content.decode()
    carry()
    page = doctor.get("helfo/svar", **{"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "Vedtaket utløper om 20 dager" in page
    assert "load delay:1s" not in page
    doctor.post("helfo/sporr", {})
    carry()
    assert ReimbursementDecision.objects.count() == 1
    address = form_address("losartan 50")
    typed = as_typed(doctor.form(address), reimbursement=f"300|I10|{ICD}", quick="1x1")
    shown = doctor.post(
        "forskriv/forhandsvis", typed, **{"HX-Request": "true", "HX-Trigger-Name": "reimbursement"}
    )
    assert "Vedtaket utløper om 20 dager" in shown.content.decode()


@pytest.mark.parametrize("said", ["NaN", "Infinity", "0", "-1", "ti"])
def test_a_daily_maximum_that_is_no_amount_is_no_answer(said: str) -> None:
    with pytest.raises((ValueError, InvalidOperation)):
        helfo._maximum(said)


def test_a_letter_is_typed_in_and_taken_out(doctor: Screen) -> None:
    fields = {
        "letter_product_name": "Losartan",
        "letter_basis": "300",
        "letter_outcome": "J",
        "letter_system": "icd10",
    }
    refused = doctor.post("helfo/vedtak", fields)
    assert refused.status_code == 422
    assert "Skriv saksnummeret" in refused.content.decode()
    for maximum in ("NaN", "1.000"):
        assert doctor.post("helfo/vedtak", fields | {"letter_maximum": maximum}).status_code == 422
    doctor.post("helfo/vedtak", fields | {"letter_reference": "2024/1", "letter_code": "I10"})
    kept = ReimbursementDecision.objects.get()
    assert (kept.reference, kept.source) == ("2024/1", "letter")
    doctor.post(f"helfo/vedtak/{kept.pk}/fjern", {})
    assert "2024/1" not in doctor.get("helfo").content.decode()


def test_an_assistant_asks_and_prepares_but_does_not_send(office: Office, doctor: Screen) -> None:
    nurse = Screen(office, "nes", serial=1)
    page = nurse.get("helfo")
    assert page.status_code == 200
    row = begun(nurse)
    assert "Legen sender søknaden" in nurse.get(f"helfo/soknad/{row.pk}").content.decode()
    row.refresh_from_db()
    refused = nurse.post(f"helfo/soknad/{row.pk}", SERIOUS | {"version": str(row.version), "do": "send"})
    assert refused.status_code == 403
    assert doctor.get(f"helfo/soknad/{row.pk}").status_code == 404  # another patient's

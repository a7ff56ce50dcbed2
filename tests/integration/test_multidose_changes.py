"""M9.21: who among a unit's multidose patients was changed by others becomes a task; asked nightly, or by a machine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sfm.core import clock
from sfm.exchange import dispatch, multidose, multidose_changes
from sfm.exchange.models import Message
from sfm.medication.models import MedicationList, WorkItem
from sfm.tenancy.models import Organisation
from sfm.wire import messages
from tests import plain_http
from tests.factories import sending
from tests.integration.rf_services import Simulated
from tests.simulators import start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.tenancy.models import Journal

pytestmark = pytest.mark.usefixtures("in_journal")


@pytest.fixture(scope="module")
def rf_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    simulator = start_simulator("rf", directory=tmp_path_factory.mktemp("rf"))
    yield simulator.url
    simulator.stop()


@pytest.fixture
def rf(rf_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulated]:
    service = Simulated(rf_url)
    monkeypatch.setattr(dispatch.client, "connect", lambda: service.gateway)
    yield service
    service.close()


@pytest.fixture
def unit(prescriber: Actor) -> Organisation:
    sending.unit(prescriber)
    return Organisation.objects.get(pk=prescriber.organisation_id)


@pytest.fixture
def patient(rf: Simulated, unit: Organisation, prescriber: Actor) -> UUID:
    """Gets multidose from this unit, as RF and we know it."""
    key = sending.patient()
    multidose.register(patient_key=key, by=prescriber, token="", register=True)
    sending.work()
    assert MedicationList.objects.get(patient_key=key).multidose_physician
    return key


def another_doctor_prescribes(rf: Simulated) -> None:
    drug = {
        "name": "Oppdiktin tablett 5 mg", "atc": "N02BE01", "atc_name": "Oppdiktin", "group": "C",
        "form": {"code": "53", "name": "Tablett"}, "fest_id": "ID_1",
    }  # fmt: skip
    order = {"patient": sending.PID, "drug": drug, "use": "1", "dosage_text": "1 tablett daglig"}
    answer = plain_http.post(f"{rf.url}/api/lege/prescribe", json=order)
    assert answer.is_success, answer.text


def asked(unit: Organisation) -> Message:
    question = multidose_changes.ask(unit)
    assert question is not None
    sending.work()
    question.refresh_from_db()
    return question


def told(patient: UUID) -> bool:
    return WorkItem.objects.filter(code=8, patient_key=patient, open=True).exists()


def test_a_list_by_another_doctor_becomes_a_task_and_is_told_once(
    rf: Simulated, unit: Organisation, patient: UUID
) -> None:
    assert asked(unit).state == "accepted"
    assert not told(patient)
    another_doctor_prescribes(rf)
    first = asked(unit)
    assert told(patient)
    with clock.frozen_at(clock.now() + timedelta(minutes=5)):
        body = messages.open_message(bytes(asked(unit).raw)).body
    assert body.changed_after == (first.generated_at - multidose_changes.OVERLAP).replace(
        microsecond=body.changed_after.microsecond
    )


def test_what_was_not_answered_is_asked_from_the_same_time_again(
    rf: Simulated, unit: Organisation, patient: UUID
) -> None:
    rf.go_down()
    question = multidose_changes.ask(unit)
    assert question is not None
    now = clock.now()
    for minutes in range(1, 6):
        with clock.frozen_at(now + timedelta(minutes=minutes)):
            sending.work()
    question.refresh_from_db()
    assert question.state == "failed"
    rf.come_up()
    another_doctor_prescribes(rf)
    assert asked(unit).state == "accepted"
    assert told(patient)


def test_every_night_the_units_with_multidose_ask(
    unit: Organisation, in_journal: Journal, rf: Simulated, prescriber: Actor
) -> None:
    assert multidose_changes.ask_here() == 0
    MedicationList.objects.create(patient_key=sending.patient(), multidose_pharmacy="Oppdiktet apotek")
    assert multidose_changes.ask_here() == 1
    assert multidose_changes.ask(unit) == Message.objects.get(kind="ERM921")  # under way: not asked twice
    Organisation.objects.filter(pk=unit.pk).update(phone="")
    unit.refresh_from_db()
    assert multidose_changes.ask(unit) is None

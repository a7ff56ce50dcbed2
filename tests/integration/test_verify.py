"""A unit comes into use: RF is asked, and its answer is seen; a unit that cannot be asked for is told why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfm.exchange import dispatch, verifying
from sfm.exchange.models import Message
from sfm.gateways.rf import client
from sfm.medication.models import WorkItem
from sfm.outbox.models import OutboxEntry
from sfm.tenancy import organisations
from sfm.tenancy.models import Organisation, RfState
from sfm.wire import messages
from tests.fakes import FakeRf

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.tenancy.models import Journal

EPJ = {
    "systeminfo": {
        "systemcode": "AbcEpj", "systemname": "Abc", "version": "3.1", "updatetime": "2026-01-15T08:00:00+01:00",
    },
    "operationsupplierinfo": {
        "servicevendorname": "Demo Drift AS", "contactname": "Nora Demodrift", "contactmail": "drift@example.no",
        "contactphone": "22222222",
    },
}  # fmt: skip


@pytest.fixture
def rf(monkeypatch: pytest.MonkeyPatch) -> FakeRf:
    made = FakeRf()
    monkeypatch.setattr(client, "connect", lambda: made)
    return made


@pytest.fixture
def unit(prescriber: Actor, in_journal: Journal) -> Organisation:
    return Organisation.objects.create(
        journal=in_journal, name="Demoklinikken", orgnr="310001112", her_id="8803001", type_code=3,
        address_line="Testveien 1", postal_code="0010", city="Oslo", phone="22222222", epj_info=EPJ,
    )  # fmt: skip


def carry(unit: Organisation) -> Organisation:
    entry = OutboxEntry.objects.get(state="waiting", kind="send")
    entry.state, entry.lease, entry.attempts = "leased", entry.lease, 1
    entry.save()
    dispatch.handle(entry)
    unit.refresh_from_db()
    return unit


def test_activation_asks_rf_and_the_answer_is_seen(rf: FakeRf, unit: Organisation, prescriber: Actor) -> None:
    verifying.activate(unit, by=prescriber)
    assert (unit.active, unit.rf_state) == (True, RfState.ASKED)
    message = Message.objects.get(kind="ERMV")
    body = messages.open_message(bytes(message.raw)).body
    assert [system.code for system in body.systems] == ["OpenSFM", "AbcEpj"]
    assert body.vendor.contact_mail == "drift@example.no"
    assert {info.key: info.value for info in body.additional}["SFMInbox"] == "register"
    assert carry(unit).rf_state == RfState.VERIFIED
    assert rf.received[0][0] == "ERMV"


def test_a_refusal_is_a_task_until_rf_says_yes(rf: FakeRf, unit: Organisation, prescriber: Actor) -> None:
    rf.refuse["ERMV"] = "327"
    verifying.activate(unit, by=prescriber)
    assert carry(unit).rf_state == RfState.FAILED
    assert "327" in unit.rf_note
    assert WorkItem.objects.filter(code=112, subject_id=unit.pk, open=True).exists()
    rf.refuse.clear()
    verifying.verify(unit, by=prescriber)
    assert carry(unit).rf_state == RfState.VERIFIED
    assert not WorkItem.objects.filter(code=112, open=True).exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"phone": ""}, "telefon"), ({"epj_info": {}}, "kontaktperson")],
)
def test_what_rf_would_refuse_is_said_and_not_sent(
    unit: Organisation, prescriber: Actor, changes: dict[str, object], said: str
) -> None:
    for name, value in changes.items():
        setattr(unit, name, value)
    verifying.activate(unit, by=prescriber)
    assert (unit.active, unit.rf_state) == (True, RfState.FAILED)
    assert said in unit.rf_note
    assert not Message.objects.exists()


def test_the_inbox_comes_with_the_first_and_goes_with_the_last(unit: Organisation, prescriber: Actor) -> None:
    verifying.activate(unit, by=prescriber)
    verifying.deactivate(unit, by=prescriber)
    said = [messages.open_message(bytes(m.raw)).body for m in Message.objects.order_by("generated_at")]
    assert [body.additional[0].value for body in said] == ["register", "deregister"]


def test_a_unit_without_her_id_is_nobody_to_rf(unit: Organisation, prescriber: Actor) -> None:
    unit.her_id = ""
    unit.save()
    verifying.activate(unit, by=prescriber)
    assert organisations.find(unit.journal, unit.pk).rf_state == ""
    assert not Message.objects.exists()

"""The life of a prescription (eresept.md 7), row by row, over HTTP; and the messages each row sets in motion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sfm.wire import messages, schemas
from tests.contract.simulators.prescriber import HER, PATIENT, Prescriber, metoprolol

if TYPE_CHECKING:
    from tests.contract.simulators.desk import Desk


def sent(rf: Desk, kind: str) -> list[messages.Opened]:
    """The asynchronous messages of a type, opened; every one follows the official schema."""
    ids = [row["msg_id"] for row in rf.state()["outgoing"] if row["type"] == kind]
    found = [rf.get(f"api/messages/{msg_id}.xml").content for msg_id in ids]
    assert [schemas.validate(message) for message in found] == [[] for _ in found]
    return [messages.open_message(message) for message in found]


def test_an_accepted_prescription_is_ready_and_comes_back_byte_for_byte(doctor: Prescriber) -> None:
    resept_id = doctor.prescribe()
    answer = doctor.list()
    assert answer.body.prescriptions[0].status.code == "E"
    attached = messages.open_message(answer.attachments[0])
    assert attached.id == resept_id


def test_a_pharmacy_fetches_and_another_may_not(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    rf.post(
        "seed",
        organisations=[{"her": "8500009", "orgnr": "999200009", "name": "Annet apotek", "kind": "apotek"}],
    )
    rf.post("apotek/start", resept_id=resept_id)
    row = doctor.status(resept_id)
    assert (row.status.code, row.dispenser_name) == ("U", "Oppdiktet apotek Sentrum")
    assert rf.refusal("apotek/start", resept_id=resept_id, her="8500009").json()["codes"][0]["code"] == "69"


def test_cancelling_gives_it_back_without_a_report(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    rf.post("apotek/start", resept_id=resept_id)
    rf.post("apotek/cancel", resept_id=resept_id)
    assert doctor.status(resept_id).status.code == "E"
    assert sent(rf, "ERM6") == []


def test_dispensing_reports_to_the_prescriber_and_ends_with_the_last_refill(
    doctor: Prescriber, rf: Desk
) -> None:
    resept_id = doctor.prescribe(refills=1)
    rf.post("apotek/dispense", resept_id=resept_id, packages=1)
    assert doctor.status(resept_id).status.code == "E"
    rf.post("apotek/dispense", resept_id=resept_id, packages=2)
    row = doctor.status(resept_id)
    assert (row.status.code, row.dispensed[0].total_packages, row.dispensed[0].latest_packages) == ("R", 3, 2)
    reports = sent(rf, "ERM6")
    assert [report.body.dispensing.prescription_id for report in reports] == [resept_id] * 2
    assert len(doctor.dispensings(resept_id).attachments) == 2


def test_an_annulled_dispensing_leaves_the_totals(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    first = rf.post("apotek/dispense", resept_id=resept_id, packages=1)["id"]
    rf.post("apotek/dispense", resept_id=resept_id, packages=2)
    rf.post("apotek/annul", dispensing_id=first)
    assert doctor.status(resept_id).dispensed[0].total_packages == Decimal(2)


def test_recalling_a_ready_prescription_ends_it_at_once(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    assert doctor.recall(resept_id) == set()
    row = doctor.status(resept_id)
    assert (row.status.code, row.recall_reason) == ("T", "2")
    (receipt,) = sent(rf, "ERM52")
    assert (receipt.body.prescription_id, receipt.body.status.code) == (resept_id, "1")
    assert sent(rf, "ERM7") == []
    assert doctor.recall(resept_id) == {"16"}


def test_recalling_during_dispensing_waits_for_the_pharmacy(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    rf.post("apotek/start", resept_id=resept_id)
    assert doctor.recall(resept_id) == set()
    row = doctor.status(resept_id)
    assert (row.status.code, row.recalled) == ("U", True)
    rf.post("apotek/cancel", resept_id=resept_id)
    assert doctor.status(resept_id).status.code == "T"
    assert [receipt.body.status.code for receipt in sent(rf, "ERM52")] == ["2", "1"]


def test_someone_elses_recall_reaches_the_prescriber(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    rf.post("lege/recall", resept_id=resept_id, reason="4", note="Pasienten skal ikke ha denne")
    (notice,) = sent(rf, "ERM7")
    assert notice.envelope.info.receiver.organisation.number("HER") == HER
    assert messages.open_message(notice.attachments[0]).body.prescription_id == resept_id


def test_an_expired_prescription_is_gone(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    rf.post("clock", days=364)
    last_day = doctor.list(at=datetime.now(UTC) + timedelta(days=364))
    assert [row.prescription_id for row in last_day.body.prescriptions] == [resept_id]
    rf.post("clock", days=1)
    assert doctor.list(at=datetime.now(UTC) + timedelta(days=365)).body.prescriptions == ()
    assert rf.state()["prescriptions"][resept_id]["status"] == "F"


def test_ended_prescriptions_are_deleted_after_their_time(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    doctor.recall(resept_id)
    rf.post("settings", deletion_days=-1)
    assert doctor.status(resept_id) is None


def test_only_active_ones_are_listed_unless_all_are_asked_for(doctor: Prescriber) -> None:
    resept_id = doctor.prescribe()
    doctor.recall(resept_id)
    assert doctor.list(everything=False).body.search_status.code == "4"
    assert len(doctor.list().body.prescriptions) == 1


def test_locked_prescriptions_show_only_for_their_number(doctor: Prescriber) -> None:
    (number,) = doctor.numbers(1)
    resept_id = doctor.prescribe(locked=True, reference_number=number)
    hidden = doctor.list()
    assert (hidden.body.has_locked, hidden.body.prescriptions) == (True, ())
    shown = doctor.list(numbers=(number,))
    assert [row.prescription_id for row in shown.body.prescriptions] == [resept_id]
    assert doctor.codes("ERM1", metoprolol(locked=True)) == {"258"}
    assert doctor.codes("ERM1", metoprolol(locked=True, reference_number="1234567890")) == {"161"}


def test_reference_numbers_carry_a_check_digit_modulus_11(doctor: Prescriber) -> None:
    numbers = doctor.numbers(20)
    assert len(set(numbers)) == 20
    for number in numbers:
        weighed = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number[:-1])))
        assert (weighed + int(number[-1])) % 11 == 0


def test_the_log_tells_how_often_each_message_came_and_was_taken(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe()
    again = doctor.post("ERM1", doctor.sent)
    assert b'V="65"' in again.content
    line = rf.state()["messages"][resept_id]
    assert (line["received"], line["accepted"], line["codes"]) == (2, 1, ["65"])
    assert list(rf.state()["prescriptions"]) == [resept_id]
    assert rf.state()["prescriptions"][resept_id]["pid"] == PATIENT

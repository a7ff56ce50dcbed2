"""PLL in the RF simulator: whole lists in a chain, and who may see or write them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sfm.wire import m1, m95, m251, m911, messages, schemas, values
from tests.contract.simulators.prescriber import HER, PATIENT, Prescriber, metoprolol

if TYPE_CHECKING:
    from tests.contract.simulators.desk import Desk


def entry(kind: str = "U", **changes: Any) -> m251.SharedListEntry:
    known: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "type": values.CS(code=kind, display=kind),
        "changed_at": datetime.now(UTC),
        "medication": m1.medication_bytes(Prescriber("").build("ERM1", metoprolol(), sign=False)),
    }
    return m251.SharedListEntry(**(known | changes))


def test_the_next_list_refers_to_the_one_before(doctor: Prescriber) -> None:
    assert doctor.shared_list().body.patient.head is None
    assert doctor.write_list(entries=(entry(),)) == set()
    first = doctor.shared_list().body.patient
    assert messages.open_message(first.messages[0]).id == first.head
    assert doctor.write_list(parent=None) == {"226"}
    assert doctor.write_list(parent=str(uuid.uuid4())) == {"226"}
    assert doctor.write_list(parent=first.head) == set()
    assert doctor.shared_list().body.patient.head != first.head


def test_another_doctor_gets_in_between(doctor: Prescriber, rf: Desk) -> None:
    assert doctor.write_list(entries=(entry(),)) == set()
    head = doctor.shared_list().body.patient.head
    rf.post("lege/send_list", pid=PATIENT)
    assert doctor.write_list(parent=head) == {"226"}
    theirs = doctor.shared_list().body.patient
    assert schemas.validate(theirs.messages[0]) == []
    assert doctor.write_list(parent=theirs.head) == set()


def test_content_rules_of_a_list(doctor: Prescriber) -> None:
    twice = entry()
    (number,) = doctor.numbers(1)
    locked = doctor.prescribe(locked=True, reference_number=number)
    assert doctor.write_list(entries=(twice, twice)) == {"315"}
    assert doctor.write_list(entries=(entry("E"),)) == {"3"}
    assert doctor.write_list(entries=(entry("Z"),)) == {"235"}
    assert doctor.write_list(entries=(entry("E", prescription_id=locked),)) == {"239"}


def test_only_doctors_write_lists(doctor: Prescriber, rf: Desk) -> None:
    dentist = {"hpr": "009990009", "pid": "05857512652", "given": "T", "family": "Demotann", "category": "TL"}
    rf.post("seed", hpr=[dentist])
    assert replace(doctor, hpr="009990009", category="TL").write_list() == {"207"}


def test_the_multidose_doctor_decides(doctor: Prescriber, rf: Desk) -> None:
    other = {"hpr": "009990003", "her": HER}
    rf.post("seed", multidose=[{"patient": PATIENT, "doctor": other, "pharmacy": "8500001"}])
    answer = doctor.shared_list().body.patient
    assert (answer.physician.hpr_number, answer.pharmacy.her_id) == ("009990003", "8500001")
    assert doctor.write_list() == {"152"}
    assert replace(doctor, hpr="009990003").write_list(entries=(entry(),)) == set()
    rf.post("apotek/ask", patient=PATIENT, question="Skal denne fortsette?")
    asked = doctor.shared_list().body.patient
    assert [messages.open_message(message).kind.code for message in asked.messages] == ["ERM251", "ERM252"]
    assert schemas.validate(asked.messages[1]) == []


def test_blocked_prescribers_see_what_the_block_says(doctor: Prescriber, rf: Desk) -> None:
    own = doctor.prescribe()
    rf.post("lege/prescribe", patient=PATIENT, drug={"name": "Paracet tab 500 mg", "atc": "N02BE01"})
    rf.post("pasient/block", patient=PATIENT, hpr=doctor.hpr, mode="own")
    answer = doctor.list().body
    assert ([row.prescription_id for row in answer.prescriptions], answer.patient_reservation) == (
        [own],
        True,
    )
    rf.post("pasient/block", patient=PATIENT, hpr=doctor.hpr, mode="status")
    wish = m95.PrescriptionsRequest(national_id=PATIENT, all_prescriptions=values.yes_no(True))
    assert doctor.codes("ERM95", wish) == {"358"}
    rf.post("pasient/block", patient=PATIENT, hpr=doctor.hpr, mode="all")
    assert doctor.codes("ERM95", wish) == {"364"}
    rf.post("pasient/block", patient=PATIENT, hpr=doctor.hpr, mode="")
    assert len(doctor.list().body.prescriptions) == 2


def test_a_new_identity_is_told(doctor: Prescriber, rf: Desk) -> None:
    doctor.prescribe()
    rf.post("pasient/new_identity", patient=PATIENT, new_pid="05857512733")
    wish = m95.PrescriptionsRequest(national_id=PATIENT, all_prescriptions=values.yes_no(True))
    assert doctor.codes("ERM95", wish) == {"363"}
    answer = doctor.list(pid="05857512733").body
    assert (answer.patient.others, len(answer.prescriptions)) == ((PATIENT,), 1)


def test_answers_follow_the_official_schema_in_the_edition_asked_for(doctor: Prescriber, rf: Desk) -> None:
    resept_id = doctor.prescribe(refills=0)
    rf.post("apotek/dispense", resept_id=resept_id)
    second = doctor.prescribe()
    doctor.recall(second)
    question = m95.PrescriptionsRequest(national_id=PATIENT, all_prescriptions=values.yes_no(True))
    for namespace in m95.REQUEST.namespaces:
        older = replace(question, consent=values.yes_no(False))
        body = older if "2015" in namespace else question
        answer = doctor.send("ERM95", body, namespace=namespace)
        assert schemas.validate(answer.document) == []
        opened = messages.open_message(answer.document)
        assert {row.prescription_id: row.recalled for row in opened.body.prescriptions} == {
            resept_id: False,
            second: True,
        }
    for namespace in m911.REQUEST.namespaces:
        wish = m911.SharedListRequest(national_id=PATIENT)
        if "2014" in namespace:
            wish = replace(wish, consent=values.yes_no(False), compression=None)
        assert schemas.validate(doctor.send("ERM911", wish, namespace=namespace).document) == []

"""The smaller services: Verify, subscription, multidose, changed patients, and what tokens say."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt

from sfm.core import clock
from sfm.wire import authority, m271, m921, messages, mv, schemas, values
from tests.contract.simulators.prescriber import DOCTOR, HER, HPR, ORGNR, PATIENT, Prescriber, metoprolol

if TYPE_CHECKING:
    from tests.contract.simulators.desk import Desk


def token(**claims: str) -> str:
    return "DPoP " + jwt.encode(claims, "a" * 32, algorithm="HS256")


def opened(rf: Desk, kind: str) -> Any:
    """The first asynchronous message of a type; it follows the official schema."""
    row = next(row for row in rf.state()["outgoing"] if row["type"] == kind)
    message = rf.get(f"api/messages/{row['msg_id']}.xml").content
    assert schemas.validate(message) == []
    return messages.open_message(message)


def test_a_new_multidose_doctor_takes_over_and_the_former_is_told(doctor: Prescriber, rf: Desk) -> None:
    body = m271.MultidoseRegistration(status=values.cs("R", "Registrering"), valid_from=clock.today())
    answer = messages.open_message(doctor.send("ERM271", body).document)
    assert answer.body.physician.hpr_number == HPR
    rf.post("lege/take_over", pid=PATIENT)
    assert opened(rf, "ERM28").body.physician.name == "Annen Oppdiktet Demolege"
    assert doctor.write_list() == {"152"}


def test_changed_multidose_patients_of_the_asking_unit(doctor: Prescriber, rf: Desk) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    question = m921.ChangesRequest(changed_after=since)
    assert messages.open_message(doctor.send("ERM921", question).document).body.unchanged
    rf.post("seed", multidose=[{"patient": PATIENT, "doctor": {"hpr": HPR, "her": HER}}])
    doctor.prescribe()
    changed = messages.open_message(doctor.send("ERM921", question).document).body
    assert [patient.national_id for patient in changed.patients] == [PATIENT]


def test_only_the_gp_may_subscribe_to_reports(doctor: Prescriber, rf: Desk) -> None:
    body = authority.Subscription(
        given_by=values.CS(code="2", display="Lege"),
        until=clock.today() + timedelta(days=365),
        type=values.CS(code="1", display="Utleveringsrapport"),
    )
    assert doctor.codes("ERM241", body) == {"311"}
    rf.post("seed", patients=[{"pid": PATIENT, "given": "Kari", "family": "Demosen", "gp_hpr": HPR}])
    assert doctor.send("ERM241", body).apprec is None
    resept_id = rf.post("lege/prescribe", patient=PATIENT, drug={"name": "Ibux tab", "atc": "M01AE01"})["id"]
    rf.post("apotek/dispense", resept_id=resept_id)
    assert opened(rf, "ERM8").body.dispensing.prescription_id == resept_id


def test_verify_wants_to_know_the_system(doctor: Prescriber) -> None:
    system = mv.SystemInfo(code="SFM", name="Åpen SFM", version="1", updated_at=datetime.now(UTC))
    vendor = mv.Vendor(
        name="Demo", contact_name="Demo", contact_mail="demo@example.invalid", contact_phone="1"
    )
    assert doctor.codes("ERMV", mv.Verify(systems=(system,), vendor=vendor)) == set()


def test_a_token_must_agree_with_the_message(doctor: Prescriber, rf: Desk) -> None:
    pid, orgnr = "helseid://claims/identity/pid", "helseid://claims/client/claims/orgnr_parent"

    def answer(authorization: str) -> str:
        message = doctor.build("ERM1", metoprolol())
        return doctor.post(
            "ERM1", message, **({"Authorization": authorization} if authorization else {})
        ).text

    assert 'V="1" DN="OK"' in answer(token(**{pid: DOCTOR, orgnr: ORGNR}))
    assert 'Error V="20"' in answer(token(**{pid: "05857512814", orgnr: ORGNR}))
    assert 'Error V="373"' in answer(token(**{pid: DOCTOR, orgnr: "999300009"}))
    assert 'Error V="374"' in answer(token(**{pid: DOCTOR}))
    rf.post("settings", require_token=True)
    assert 'Error V="392"' in answer("")


def test_signed_messages_can_be_seeded_as_if_they_came_long_ago(doctor: Prescriber, rf: Desk) -> None:
    written = datetime.now(UTC) - timedelta(days=40)
    body = metoprolol(prescribed_on=written.date())
    message = doctor.build("ERM1", body, at=written)
    seed = {"operation": "M1", "xml": base64.b64encode(message).decode()}
    rf.post("seed", messages=[seed])
    rf.post("seed", messages=[seed])
    (row,) = rf.state()["prescriptions"].values()
    assert row["received"][:10] == written.date().isoformat()


def test_unknown_practitioners_may_be_let_in_by_a_setting(doctor: Prescriber, rf: Desk) -> None:
    stranger = replace(doctor, hpr="009998888")
    assert stranger.codes("ERM1", metoprolol()) == {"21"}
    rf.post("settings", unknown_practitioners="register")
    assert stranger.codes("ERM1", metoprolol()) == set()


def test_what_is_seeded_is_signed_and_follows_the_official_schema(doctor: Prescriber, rf: Desk) -> None:
    """Seeds come in by the same door: packages and substances, locked, recalled, lists with every kind of entry."""
    package = {"name": "Selo-Zok depottab 50 mg", "atc": "C07AB02", "varenr": "123456", "brand": "Selo-Zok"}
    substance = {"name": "Paracetamol tab 500 mg", "atc": "N02BE01", "atc_name": "Paracetamol"}
    dose = {"amount": "0.5", "unit": "tablett", "time": "Morgen"}
    known = "6f1c2f0e-8a3b-4a53-9d1e-0a8f3a0b1c2d"
    orders = [
        {"id": known, "by": HPR, "her": HER, "drug": package, "doses": [dose], "days_ago": 90, "refills": 3},
        {
            "drug": substance,
            "use": "3",
            "amount": 50,
            "indication": "Mot smerter",
            "locked": True,
            "refnr": True,
        },
        {
            "drug": package,
            "paragraph": "200",
            "reason": {"code": "K86", "list": "7170", "name": "Høyt blodtrykk"},
        },
        {"drug": substance, "days_ago": 9, "recalled": {"days_ago": 2, "reason": "4"}},
        {
            "drug": package,
            "days_ago": 9,
            "refills": 2,
            "fetched_by": True,
            "dispensed": [{"days_ago": 3, "packages": 2}],
        },
    ]
    entries = [
        {"resept_id": known},
        {"drug": substance, "paper": "lokal-1", "started_days_ago": 30},
        {"drug": substance, "stopped": {"days_ago": 3, "reason": "A", "note": "Ferdig"}},
    ]
    made = rf.post(
        "seed",
        prescriptions=[{"patient": PATIENT} | order for order in orders],
        lists=[{"patient": PATIENT, "days_ago": 1, "entries": entries}],
        paper=[{"patient": PATIENT, "drug": substance, "days_ago": 30}],
    )
    answer = doctor.list()
    stored = [
        rf.get(f"api/messages/{msg_id}.xml").content for msg_id in made["prescriptions"] + made["lists"]
    ]
    assert [schemas.validate(message) for message in [*stored, *answer.attachments]] == [[]] * (6 + 4)
    statuses = sorted(row.status.code for row in answer.body.prescriptions)
    assert (statuses, answer.body.has_locked) == (["E", "E", "T", "U"], True)
    assert rf.post("seed", prescriptions=[{"patient": PATIENT} | orders[0]])["prescriptions"] == [known]

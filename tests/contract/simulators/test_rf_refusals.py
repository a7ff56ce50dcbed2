"""What RF refuses, and with which code of 7419 (eresept.md 5 and 13.3)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sfm.wire import m5, m911, parties, signing, soap, values
from tests import plain_http
from tests.contract.simulators.prescriber import (
    DOCTOR,
    NURSE,
    ORGNR,
    PATIENT,
    Prescriber,
    certificate,
    code,
    ident,
    key_pem,
    metoprolol,
)

if TYPE_CHECKING:
    from tests.contract.simulators.desk import Desk


def person(**changes: Any) -> parties.Patient:
    known: dict[str, Any] = {
        "family_name": "Demosen",
        "given_name": "Kari",
        "sex": values.CS(code="2", display="Kvinne"),
        "idents": (ident(PATIENT, "FNR"),),
    }
    return parties.Patient(**(known | changes))


def answer_codes(response: httpx.Response) -> set[str]:
    return set(re.findall(r'Error V="(\w+)"', response.text))


@pytest.mark.parametrize(
    ("patient", "codes"),
    [
        (person(idents=(ident("05857512149", "FNR"),)), {"115"}),
        (person(born_on=date(1975, 5, 5)), {"111"}),
        (person(idents=(), born_on=date(1975, 5, 5)), {"71"}),
        (person(idents=()), {"113", "71"}),
        (person(given_name=None), {"162"}),
        (person(idents=(ident(PATIENT, "FNR"), ident("45857512161", "DNR"))), {"275", "112"}),
    ],
)
def test_the_patients_identity(doctor: Prescriber, patient: parties.Patient, codes: set[str]) -> None:
    assert doctor.codes("ERM1", metoprolol(), patient=patient) == codes


def test_a_number_that_could_be_real_never_gets_in(doctor: Prescriber, rf: Desk) -> None:
    real_looking = PATIENT[:2] + "05" + PATIENT[4:]
    assert doctor.codes("ERM1", metoprolol(), pid=real_looking) == {"115"}
    refused = rf.refusal("seed", patients=[{"pid": real_looking, "given": "A", "family": "B"}])
    assert refused.status_code == 400
    assert "syntetiske" in refused.json()["error"]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"packages": 0}, {"17"}),
        ({"group": "K"}, {"210"}),
        ({"paragraph": code(7427, "500", "§5-14 §5")}, {"262"}),
        ({"paragraph": code(7427, "123", "Ukjent")}, {"274", "262"}),
        ({"paragraph": code(7427, "200", "§5-14 §2")}, {"277"}),
        (
            {
                "paragraph": code(7427, "200", "§5-14 §2"),
                "reimbursement_code": code(7180, "K86", "Hypertensjon"),
            },
            {"310"},
        ),
        (
            {
                "paragraph": code(7427, "200", "§5-14 §2"),
                "reimbursement_code": code(7170, "K86", "Hypertensjon"),
            },
            set(),
        ),
        ({"guardian_access_reservation": True}, {"110"}),
        ({"own_practice": True}, {"270"}),
        ({"prescribed_on": date.today() + timedelta(days=2)}, {"79"}),  # noqa: DTZ011
        ({"expires_on": date(2020, 1, 1)}, {"9"}),
    ],
)
def test_the_content_of_a_prescription(doctor: Prescriber, changes: dict[str, Any], codes: set[str]) -> None:
    assert doctor.codes("ERM1", metoprolol(**changes)) == codes


def test_time_and_message_id(doctor: Prescriber, rf: Desk) -> None:
    assert doctor.codes("ERM1", metoprolol(), at=datetime.now(UTC) - timedelta(minutes=6)) == {"313"}
    assert doctor.codes("ERM1", metoprolol(), id="42") == {"314"}
    rf.post("clock", hours=1)
    assert doctor.codes("ERM1", metoprolol()) == {"313"}


def test_a_refused_message_may_come_again_unchanged(doctor: Prescriber, rf: Desk) -> None:
    rf.faults({"when": {"operation": "M1", "nth": 1}, "do": {"apprec": {"errors": [50]}}})
    assert answer_codes(doctor.post("ERM1", doctor.build("ERM1", metoprolol()))) == {"50"}
    assert answer_codes(doctor.post("ERM1", doctor.sent)) == set()


def test_an_unsigned_or_changed_message_is_refused(doctor: Prescriber) -> None:
    assert doctor.codes("ERM1", metoprolol(), sign=False) == {"43"}
    changed = doctor.build("ERM1", metoprolol()).replace(b"1 tablett morgen", b"9 tabletter morgen")
    assert answer_codes(doctor.post("ERM1", changed)) == {"43"}


def test_a_signature_must_cover_the_whole_message(doctor: Prescriber) -> None:
    weaker = doctor.build("ERM1", metoprolol()).replace(b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1")
    assert answer_codes(doctor.post("ERM1", weaker)) == {"43"}


@pytest.mark.parametrize(
    ("signer", "codes"),
    [
        (certificate("Ukjent utsteder", ORGNR, days=40), {"203"}),
        (certificate("Utløpt", ORGNR, days=-1), {"102"}),
        (certificate("Uten rett bruk", f"PNONO-{DOCTOR}"), {"123"}),
        (certificate("Ukjent person", f"PNONO-{DOCTOR}", person=True), {"202"}),
    ],
    ids=("unknown issuer", "expired", "without the right use", "unknown person"),
)
def test_the_certificate(doctor: Prescriber, signer: bytes, codes: set[str]) -> None:
    doctor.signer_certificate = signer
    assert doctor.codes("ERM1", metoprolol()) == codes


def test_the_certificates_owner(doctor: Prescriber, rf: Desk) -> None:
    other_body = certificate("Annen virksomhet", "999300009")
    other_person = certificate("En annen", f"PNONO-{NURSE}", person=True)
    rf.post("seed", certificates=[other_body.decode(), other_person.decode()])
    doctor.signer_certificate = other_body
    assert doctor.codes("ERM1", metoprolol()) == {"78"}
    doctor.signer_certificate = other_person
    assert doctor.codes("ERM1", metoprolol()) == {"23"}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"right": "none"}, {"22"}),
        ({"suspended": True}, {"308"}),
        ({"authorised": False}, {"21"}),
        ({"right_until": "2020-01-01"}, {"307"}),
        ({"dead": True}, {"306"}),
        ({"category": "TL"}, {"322"}),
    ],
)
def test_the_prescribers_rights(
    doctor: Prescriber, rf: Desk, change: dict[str, Any], codes: set[str]
) -> None:
    row = {"hpr": doctor.hpr, "pid": DOCTOR, "given": "Lise", "family": "Demolege"}
    rf.post("seed", hpr=[row | change])
    assert doctor.codes("ERM1", metoprolol()) == codes


def test_group_a_needs_the_full_right(doctor: Prescriber) -> None:
    limited = replace(doctor, hpr="009990003")
    assert limited.codes("ERM1", metoprolol(group="A")) == {"205"}
    assert limited.codes("ERM1", metoprolol(group="B")) == set()


def test_an_unknown_prescriber_and_an_unknown_prescription(doctor: Prescriber) -> None:
    assert replace(doctor, hpr="009999999").codes("ERM1", metoprolol()) == {"21"}
    assert doctor.recall("00000000-0000-4000-8000-000000000000") == {"12"}
    assert doctor.codes("ERM5", m5.Recall(prescription_id="x", reason=code(7500, "9", "Feil"))) == {"268"}


def test_the_organisation(doctor: Prescriber, rf: Desk) -> None:
    row = {"her": doctor.her, "orgnr": ORGNR, "name": "Oppdiktet legesenter"}
    rf.post("seed", organisations=[row | {"active": False}])
    assert doctor.codes("ERM1", metoprolol()) == {"232"}
    rf.post("seed", organisations=[row | {"active": True, "orgnr": "999300002"}])
    assert doctor.codes("ERM1", metoprolol()) == {"286"}


def test_what_the_schema_forbids_is_refused_with_the_place(doctor: Prescriber) -> None:
    unsigned = doctor.build("ERM1", metoprolol(), sign=False)
    twisted = re.sub(rb"<Reiterasjon>1</Reiterasjon>", b"<Reiterasjon>mange</Reiterasjon>", unsigned)
    signed = signing.sign(twisted, signing.KeySigner(key_pem(), doctor.signer_certificate))
    answer = doctor.post("ERM1", signed)
    assert answer_codes(answer) == {"T02"}
    assert "Reiterasjon" in answer.text


def test_unreadable_requests_get_a_fault_with_a_receipt(doctor: Prescriber) -> None:
    url = f"{doctor.url}{soap.REKVIRENT_PATH}"
    for content, expected in [
        (b"<ikke xml", {"208"}),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>', {"25"}),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', {"208"}),
    ]:
        answer = plain_http.post(url, content=content, headers={"SOAPAction": "M1"})
        assert (answer.status_code, answer_codes(answer)) == (500, expected)


def test_a_question_that_is_refused_answers_with_an_apprec_fault(doctor: Prescriber, rf: Desk) -> None:
    rf.post("seed", blocks=[{"patient": PATIENT, "hpr": doctor.hpr, "mode": "all"}])
    answer = doctor.send("ERM911", m911.SharedListRequest(national_id=PATIENT))
    assert answer.faulted
    assert answer.apprec is not None
    assert answer.apprec.original.type.code == "ERM911"

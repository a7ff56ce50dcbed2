"""Asking RF, PLL and KJ, through the simulators over HTTP: what arrives, what fails, and who is asked at all."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from sfm.core import clock
from sfm.exchange import answers, lookup
from sfm.exchange.models import LookupSnapshot, Message
from sfm.gateways.kj.client import HttpKj
from sfm.medication.actions import treatments
from sfm.medication.models import MedicationList, Prescription, SourceStatus, Treatment
from sfm.medication.queries import detail, in_use, words
from sfm.tenancy import keys
from tests import plain_http
from tests.factories import contents, sending
from tests.integration.rf_services import Simulated
from tests.simulators import start_simulator

pytestmark = pytest.mark.usefixtures("in_journal")
METOPROLOL = {
    "name": "Metoprolol depottablett 50 mg",
    "atc": "C07AB02",
    "atc_name": "Metoprolol",
    "group": "C",
    "form": {"code": "97", "name": "Depottablett"},
    "fest_id": "ID_00000000-0000-4000-8000-000000000001",
}


@pytest.fixture(scope="session")
def kj_process(tmp_path_factory):
    simulator = start_simulator("kj", directory=tmp_path_factory.mktemp("kj"))
    yield simulator
    simulator.stop()


@pytest.fixture
def rf(rf_process, monkeypatch):
    service = Simulated(rf_process.url)
    monkeypatch.setattr(answers.rf, "connect", lambda: service.gateway)
    yield service
    service.close()


@pytest.fixture
def kj(kj_process, monkeypatch):
    plain_http.post(f"{kj_process.url}/api/reset")
    plain_http.post(f"{kj_process.url}/api/seed", json={"settings": {"require_authorization": False}})
    gateway = HttpKj(kj_process.url)
    monkeypatch.setattr(answers.kj, "connect", lambda: gateway)
    yield kj_process
    gateway.close()


@pytest.fixture
def patient(doctor):
    return sending.patient()


def seed(service, **what):
    answer = plain_http.post(f"{service.url}/api/seed", json=what)
    assert answer.status_code == 200, answer.text
    return answer.json()


def look_up(patient, by):
    assert lookup.start(patient_key=patient, by=by, force=True)
    sending.work()
    return in_use.load(patient, actor=by)


def order(**given):
    return {
        "patient": sending.PID,
        "drug": METOPROLOL,
        "amount": 100,
        "dosage_text": "1 tablett daglig",
        "days_ago": 5,
    } | given


def states(patient):
    return dict(SourceStatus.objects.filter(patient_key=patient).values_list("source", "state"))


def test_a_loose_prescription_waits_for_a_decision(rf, kj, doctor, patient):
    (resept,) = seed(rf, prescriptions=[order()])["prescriptions"]
    page = look_up(patient, doctor)
    (group,) = page.groups
    (row,) = group.rows
    assert (group.key, row.status.text, row.substance.lower()) == ("inactive", "Inaktiv", "metoprolol")
    assert row.status.detail.startswith("løs resept")
    assert row.prescription.status == "Ekspederbar"
    assert str(Prescription.objects.get().pk) == resept
    assert states(patient) == {"RF": "ok", "PLL": "ok", "KJ": "ok", "KI": "ok"}


def test_asking_again_brings_no_news(rf, kj, doctor, patient):
    seed(rf, prescriptions=[order()])
    look_up(patient, doctor)
    version = Treatment.objects.get().version
    look_up(patient, doctor)
    assert Treatment.objects.get().version == version
    assert SourceStatus.objects.get(source="RF").news == 0
    assert LookupSnapshot.objects.filter(source="RF").count() == 2


def test_the_shared_list_comes_in_with_its_prescription(rf, kj, doctor, patient):
    (resept,) = seed(rf, prescriptions=[order()])["prescriptions"]
    lib_id = "11111111-2222-4333-8444-555555555555"
    seed(rf, lists=[{"patient": sending.PID, "entries": [{"id": lib_id, "resept_id": resept}]}])
    page = look_up(patient, doctor)
    row = Treatment.objects.get()
    assert (str(row.pk), row.review, sorted(row.sources)) == (lib_id, "unseen_new", ["PLL", "RF"])
    assert Prescription.objects.get().treatment_id == row.pk
    assert page.pll_text.startswith("Har PLL")
    assert MedicationList.objects.get().pll_head is not None
    given, *_, family = row.last_changed_by.partition(", ")[0].split()
    assert page.groups[0].rows[0].status.detail.startswith(f"fra legemiddellisten, {given[0]}. {family}, ")


def test_our_own_list_comes_back_as_the_same(rf, kj, doctor, patient):
    sending.looked_up(patient)
    treatments.create(content=contents.content(), by=doctor, patient=patient)
    sending.sign(patient, doctor)
    sending.work()
    page = look_up(patient, doctor)
    assert page.news_count == 0
    assert Treatment.objects.count() == Prescription.objects.count() == 1


def test_rf_down_leaves_kj_standing(rf, kj, doctor, patient):
    rf.go_down()
    lookup.start(patient_key=patient, by=doctor, force=True)
    sending.work()
    with clock.frozen_at(clock.now() + timedelta(seconds=10)):
        sending.work()
    assert states(patient) == {"RF": "failed", "PLL": "failed", "KJ": "ok", "KI": "ok"}
    assert SourceStatus.objects.get(source="RF").error_code == "E01"


def test_the_patient_who_blocks_the_doctor_in_rf(rf, kj, doctor, patient):
    seed(rf, blocks=[{"patient": sending.PID, "hpr": doctor.hpr, "mode": "all"}])
    look_up(patient, doctor)
    status = SourceStatus.objects.get(source="RF")
    assert (status.state, status.error_code) == ("refused", "364")


def test_a_locked_prescription_is_said_to_exist(rf, kj, doctor, patient):
    seed(rf, prescriptions=[order(locked=True, refnr=True)])
    assert "Pasienten har låst resept. Referansenummer kreves." in look_up(patient, doctor).notices


def test_kj_brings_paper_and_reactions(rf, kj, doctor, patient):
    seed(
        kj,
        reactions=[
            {"patient": sending.PID, "atc": "J01CE02", "name": "Oppdiktcillin", "manifestations": ["10"]}
        ],
        dispensings=[
            {
                "id": "d1",
                "pid": sending.PID,
                "at": (clock.now() - timedelta(days=9)).isoformat(),
                "drug": "Oppdiktin tablett 5 mg",
                "atc": "N02BE01",
                "packages": 1,
                "pharmacy": "Demo apotek",
                "paper": True,
            }
        ],
    )
    page = look_up(patient, doctor)
    assert [line.agent for line in page.reactions.lines] == ["Oppdiktcillin"]
    assert Treatment.objects.filter(
        review="history_only", name_form_strength="Oppdiktin tablett 5 mg"
    ).exists()


def test_a_reserved_patient_in_kj_is_told_as_it_is(rf, kj, doctor, patient):
    seed(kj, patients=[{"pid": sending.PID, "standing": "reserved"}])
    look_up(patient, doctor)
    status = SourceStatus.objects.get(source="KJ")
    assert (status.state, status.error_text) == ("refused", "Pasienten har reservert seg mot kjernejournal.")


def test_the_nurse_asks_kj_only(rf, kj, nurse, patient):
    look_up(patient, nurse)
    assert states(patient) == {"KJ": "ok", "KI": "ok"}
    assert not Message.objects.filter(kind="ERM95").exists()


def test_nobody_is_asked_twice_in_a_minute(rf, kj, doctor, patient):
    assert lookup.start(patient_key=patient, by=doctor)
    assert not lookup.start(patient_key=patient, by=doctor)
    assert lookup.start(patient_key=patient, by=doctor, force=True)


def test_a_patient_without_a_number_cannot_be_asked_about(rf, kj, doctor):
    patient = sending.patient(pid="")
    lookup.start(patient_key=patient, by=doctor)
    assert set(states(patient).values()) == {"refused"}


def test_a_change_elsewhere_never_touches_unsent_work(rf, kj, doctor, patient):
    sending.looked_up(patient)
    row = treatments.create(content=contents.content(), by=doctor, patient=patient)
    sending.sign(patient, doctor)
    sending.work()
    row.refresh_from_db()
    treatments.change(
        treatment_id=row.pk,
        content=contents.content(dosage=contents.dosage("1+0+0")),
        by=doctor,
        patient=patient,
        version=row.version,
    )
    entry = {"id": str(row.lib_id), "drug": METOPROLOL, "use": "1", "dosage_text": "3 tabletter daglig"}
    plain_http.post(
        f"{rf.url}/api/lege/send_list", json={"pid": sending.PID, "entries": [entry]}
    ).raise_for_status()
    page = look_up(patient, doctor)
    shown = next(r for g in page.groups for r in g.rows if r.id == row.pk)
    assert shown.status.text == "Konflikt"
    assert shown.dose.text.replace("\u00a0", " ") == "1 tablett morgen"


def trust(settings, tmp_path, pem):
    file = tmp_path / "authorities.pem"
    file.write_bytes(pem)
    settings.SFM_SIGNATURE_AUTHORITIES = str(file)


def brought_in(rf, doctor, patient):
    (resept,) = seed(rf, prescriptions=[order()])["prescriptions"]
    seed(rf, lists=[{"patient": sending.PID, "entries": [{"id": str(uuid4()), "resept_id": resept}]}])
    page = look_up(patient, doctor)
    shown = detail.load(Treatment.objects.get().pk, patient_key=patient, actor=doctor)
    return page, shown.prescriptions[0]


def test_a_signature_from_a_known_authority_is_silent(rf, kj, doctor, patient, settings, tmp_path):
    trust(settings, tmp_path, plain_http.get(f"{rf.url}/api/authorities.pem").content)
    page, prescription = brought_in(rf, doctor, patient)
    assert Prescription.objects.get().signature == MedicationList.objects.get().pll_signature == "valid"
    assert not page.notices
    assert words.DOUBTFUL not in prescription.detail


def test_a_doubtful_signature_is_told_and_hides_nothing(rf, kj, doctor, patient, settings, tmp_path):
    trust(settings, tmp_path, keys.signer().certificate_pem)  # believes nobody but ourselves
    page, prescription = brought_in(rf, doctor, patient)
    assert Prescription.objects.get().signature == "untrusted"
    assert words.DOUBTFUL in prescription.detail
    assert in_use.LIST_SIGNATURE in page.notices
    assert page.total == 1


def test_without_known_authorities_nothing_is_claimed(rf, kj, doctor, patient):
    page, _ = brought_in(rf, doctor, patient)
    assert Prescription.objects.get().signature == "not_checked"
    assert not page.notices

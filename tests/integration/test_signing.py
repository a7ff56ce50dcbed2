"""«Signer og send»: one act, one transaction, the reviewed content and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.exchange import committing, messages, signing
from sfm.exchange.models import Message
from sfm.gateways.rf import clock_check
from sfm.medication.actions import treatments
from sfm.medication.models import JournalNote, MedicationList, Prescription, Treatment, WorkItem
from sfm.outbox.models import OutboxEntry
from sfm.patients import vault
from sfm.wire import schemas
from sfm.wire import signing as xml_signing
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.unit.wire import official

pytestmark = pytest.mark.usefixtures("in_journal")


def create(patient, by, **given):
    return treatments.create(content=contents.content(**given), by=by, patient=patient)


def renew(row, by):
    return treatments.renew(treatment_id=row.pk, by=by, patient=row.patient_key, version=row.version)


def test_the_review_lists_what_will_be_sent(doctor, patient):
    create(patient, doctor)
    renew(
        rows.with_prescription(patient, by=doctor, content=contents.content(product=contents.SIMVASTATIN)),
        doctor,
    )
    review = signing.review(patient_key=patient, by=doctor, session_id="s")
    assert [item.kind for item in review.items] == [
        "Ny resept",
        "Fornyet resept",
        "Tilbakekalling",
        "Legemiddelliste",
    ]
    assert not review.blockers


def test_signing_makes_valid_signed_messages(doctor, patient):
    create(patient, doctor)
    renew(
        rows.with_prescription(patient, by=doctor, content=contents.content(product=contents.SIMVASTATIN)),
        doctor,
    )
    signed = sending.sign(patient, doctor)
    assert (signed.prescriptions, signed.recalls, signed.list_sent) == (2, 1, True)
    sent = Message.objects.filter(direction="out", intent_id=signed.sending_id)
    assert sorted(m.kind for m in sent) == ["ERM1", "ERM1", "ERM251", "ERM5"]
    official.folder()
    for message in sent:
        assert schemas.validate(bytes(message.raw)) == []
        found = xml_signing.verify(bytes(message.raw), trusted=None, at=clock.now())
        assert found.status == "untrusted"  # a sound signature of our own demo authority
    prescription = Prescription.objects.filter(delivery="queued").first()
    assert prescription.signed_at is not None
    assert JournalNote.objects.filter(patient_key=patient, event="LibSigned").count() == 1


def test_a_double_click_signs_once(doctor, patient):
    create(patient, doctor)
    intent = signing.review(patient_key=patient, by=doctor, session_id="s").intent_id
    assert sending.sign(patient, doctor, intent) == sending.sign(patient, doctor, intent)
    assert Message.objects.filter(kind="ERM1").count() == 1
    assert OutboxEntry.objects.filter(kind="send").count() == 2


def test_what_changed_since_the_review_is_not_signed(doctor, patient):
    row = create(patient, doctor)
    intent = signing.review(patient_key=patient, by=doctor, session_id="s").intent_id
    treatments.change(
        treatment_id=row.pk,
        content=contents.content(dosage=contents.dosage("1+0+0")),
        by=doctor,
        patient=patient,
        version=row.version,
    )
    with pytest.raises(Conflict, match="Se over"):
        sending.sign(patient, doctor, intent)
    assert not Message.objects.exists()


def test_an_intent_belongs_to_one_person_session_and_five_minutes(doctor, patient):
    create(patient, doctor)
    review = signing.review(patient_key=patient, by=doctor, session_id="another")
    with pytest.raises(Conflict):
        sending.sign(patient, doctor, review.intent_id)
    review = signing.review(patient_key=patient, by=doctor, session_id="s")
    with clock.frozen_at(clock.now() + timedelta(minutes=6)), pytest.raises(Conflict):
        sending.sign(patient, doctor, review.intent_id)


def test_a_failure_leaves_nothing_behind(doctor, patient, monkeypatch):
    create(patient, doctor)
    monkeypatch.setattr(committing.queueing, "wake", lambda _journal: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sending.sign(patient, doctor)
    assert not Message.objects.exists()
    assert not OutboxEntry.objects.exists()
    assert Prescription.objects.get().signed_at is None
    assert Treatment.objects.get().unsent_verb == "created"


def test_the_nurse_has_no_sign_page(nurse, patient):
    with pytest.raises(Forbidden):
        signing.review(patient_key=patient, by=nurse, session_id="s")


def codes(patient, by):
    return {b.code for b in signing.review(patient_key=patient, by=by, session_id="s").blockers}


def test_an_old_look_up_blocks(doctor, patient):
    create(patient, doctor)
    with clock.frozen_at(clock.now() + timedelta(hours=4, minutes=1)):
        assert codes(patient, doctor) == {"B1"}
        with pytest.raises(Invalid, match="eldre enn 4 timer"):
            sending.sign(patient, doctor)


def test_a_loose_prescription_blocks_only_with_pll_and_only_those_who_may_confirm(doctor, patient):
    create(patient, doctor)
    rows.treatment(patient, review="pending_decision")
    assert codes(patient, doctor) == set()
    MedicationList.objects.filter(pk=patient).update(has_pll=True)
    assert codes(patient, doctor) == {"B5"}
    assert codes(patient, sending.without(doctor, "lib.confirm_in_use")) == set()


def test_a_conflict_blocks_until_somebody_chooses(doctor, patient):
    row = create(patient, doctor)
    row.difference, row.review = {"conflict": True, "before": "a", "after": "b"}, "unseen_changed"
    row.save()
    assert codes(patient, doctor) == {"B9"}


def test_a_low_login_level_cannot_sign(doctor, patient):
    create(patient, doctor)
    intent = signing.review(patient_key=patient, by=doctor, session_id="s").intent_id
    with pytest.raises(Invalid, match="Innloggingsnivået"):
        signing.sign_and_send(
            intent_id=intent,
            patient_key=patient,
            by=doctor,
            session_id="s",
            claims={"helseid://claims/identity/security_level": "3"},
            token="",
        )


def test_a_name_rf_has_no_room_for_is_told_before_signing(doctor, patient):
    create(patient, doctor)
    vault.register(replace(vault.open_identity(patient), family="Demo" * 13))
    assert codes(patient, doctor) == {"B10"}
    with pytest.raises(Invalid, match="etternavn er lengre"):
        sending.sign(patient, doctor)


def test_nothing_is_signed_by_a_clock_that_goes_wrong(doctor, patient, redis_client):
    create(patient, doctor)
    clock_check.observe(format_datetime(clock.now() - timedelta(minutes=3), usegmt=True))
    assert codes(patient, doctor) == {"B10"}
    with pytest.raises(Invalid, match="klokke"):
        sending.sign(patient, doctor)
    assert not Message.objects.filter(kind="ERM1").exists()


def test_a_dentist_leaves_the_list_marked_and_the_doctor_told(doctor, patient):
    dentist = replace(sending.without(doctor, "pll.send"), personnel_category="TL")
    rows.medication_list(patient, has_pll=True)
    create(patient, dentist)
    assert not sending.sign(patient, dentist).list_sent
    assert MedicationList.objects.get(pk=patient).pll_outdated
    assert WorkItem.objects.filter(patient_key=patient, open=True).exists()


def test_the_message_log_shows_each_message(doctor, patient):
    create(patient, doctor)
    sending.sign(patient, doctor)
    lines = messages.of(patient, doctor)
    assert {line.title for line in lines} == {"Resept", "Legemiddelliste (PLL)"}
    assert {line.state_text for line in lines} == {"Venter på sending"}

"""The tasks themselves: they name their journal, find their own scope, and leave none behind."""

from __future__ import annotations

from uuid import uuid4

import pytest
from celery.signals import worker_process_init

from sfm.audit.models import AuditEvent, AuditSeal
from sfm.core.errors import Unavailable
from sfm.exchange import dispatch, sealing, tasks
from sfm.medication.actions import treatments
from sfm.medication.models import Prescription
from sfm.tenancy import keys
from sfm.tenancy.scope import NoJournalScope, in_scope, journal_scope
from tests.factories import contents, sending
from tests.fakes import FakeRf
from tests.personas import hire


@pytest.fixture
def rf(monkeypatch):
    fake = FakeRf()
    monkeypatch.setattr(dispatch.client, "connect", lambda: fake)
    monkeypatch.setattr(dispatch.drain, "delay", lambda journal_id: dispatch.drain(journal_id))
    return fake


def test_a_signature_wakes_the_worker_when_it_is_committed(committed, rf):
    journal, _ = committed
    doctor = hire("berg", journal)
    sending.unit(doctor)
    with journal_scope(journal):
        patient = sending.patient()
        sending.looked_up(patient)
        treatments.create(content=contents.content(), by=doctor, patient=patient)
        sending.sign(patient, doctor)
    assert not in_scope()
    assert [kind for kind, _ in rf.received] == ["ERM1", "ERM251"]
    with journal_scope(journal):
        assert Prescription.objects.get().rf_status == "E"


def test_the_beat_finds_what_was_forgotten(committed, rf, monkeypatch):
    journal, _ = committed
    doctor = hire("berg", journal)
    sending.unit(doctor)
    with monkeypatch.context() as lost:
        lost.setattr(dispatch.drain, "delay", lambda journal_id: None)
        with journal_scope(journal):
            patient = sending.patient()
            sending.looked_up(patient)
            treatments.create(content=contents.content(), by=doctor, patient=patient)
            sending.sign(patient, doctor)
    assert rf.received == []
    assert dispatch.drain_all() == 1
    assert len(rf.of("ERM1")) == 1


def test_the_access_log_is_sealed_in_every_journal(committed):
    journal, _ = committed
    hire("berg", journal)
    with journal_scope(journal):
        AuditEvent.objects.create(action="test", source="job")
    assert sealing.seal_all() >= 1
    with journal_scope(journal):
        assert AuditSeal.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("journal_id", ["", "nonsense"])
def test_work_without_a_journal_is_refused(journal_id):
    with pytest.raises(NoJournalScope):
        dispatch.drain(journal_id)
    with pytest.raises(NoJournalScope):
        dispatch.work_on(journal_id, 1, str(uuid4()))


def test_a_worker_cannot_sign(monkeypatch):
    monkeypatch.setitem(keys._process, "may_sign", True)
    assert tasks.never_sign in [receiver() for _, receiver in worker_process_init.receivers]
    worker_process_init.send(sender=None)
    with pytest.raises(Unavailable):
        keys.signer()

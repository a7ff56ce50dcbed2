"""What a prescriber does with a treatment, what a nurse may not, and what an outsider never sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.core.errors import Conflict, Forbidden, Invalid, NotFound
from sfm.medication.actions import ledger, treatments
from sfm.medication.models import MedicationList, Prescription, Treatment, TreatmentEvent
from sfm.medication.queries import in_use
from sfm.tenancy import scope
from sfm.tenancy.scope import journal_scope
from tests.factories import contents
from tests.factories import treatments as rows


@pytest.fixture(autouse=True)
def everybody(outsider, prescriber, nurse, in_journal):
    """All three are hired before the test steps into the prescriber's journal."""


@pytest.fixture
def patient():
    return uuid4()


def act(verb, row, by, **arguments):
    return verb(treatment_id=row.pk, by=by, patient=row.patient_key, version=row.version, **arguments)


def test_a_new_treatment_is_unsent_and_on_the_list(prescriber, patient):
    row = treatments.create(content=contents.content(), by=prescriber, patient=patient)
    shown = in_use.row(row.pk, patient_key=patient, actor=prescriber)
    assert (shown.status.text, shown.prescription.status, shown.unsent) == ("I bruk", "Ikke sendt", True)
    assert shown.dose.text.replace("\u00a0", " ") == "1 tablett morgen og kveld"
    assert MedicationList.objects.get(pk=patient).version == 2


def test_everything_is_written_or_nothing(prescriber, patient, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(ledger, "record", refuse)
    with pytest.raises(RuntimeError):
        treatments.create(content=contents.content(), by=prescriber, patient=patient)
    assert not Treatment.objects.exists()
    assert not Prescription.objects.exists()
    assert not TreatmentEvent.objects.exists()
    assert not MedicationList.objects.exists()


def test_each_verb_leaves_history_and_an_audit_event(prescriber, patient):
    row = treatments.create(content=contents.content(), by=prescriber, patient=patient)
    act(treatments.undo, row, prescriber)
    assert [e.verb for e in TreatmentEvent.objects.order_by("at")] == ["created", "undone"]
    audited = AuditEvent.objects.filter(patient_key=patient).order_by("seq")
    assert [e.action for e in audited] == ["treatment.created", "treatment.undone"]


def test_the_nurse_may_not_write(nurse, patient):
    with pytest.raises(Forbidden):
        treatments.create(content=contents.content(), by=nurse, patient=patient)
    row = rows.with_prescription(patient)
    for verb, arguments in (
        (treatments.renew, {}),
        (treatments.discontinue, {"reason": "A"}),
        (treatments.recall, {}),
        (treatments.undo, {}),
        (treatments.confirm_in_use, {}),
    ):
        with pytest.raises(Forbidden):
            act(verb, row, nurse, **arguments)


def test_who_may_no_longer_prescribe_withdraws_no_prescription_by_changing_the_row(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    before = replace(prescriber, permissions=prescriber.permissions - {"rx.prescribe"})
    with pytest.raises(Forbidden):
        act(treatments.change, row, before, content=contents.content(prescription=None))
    assert not Prescription.objects.exclude(recall_delivery="").exists()


def test_the_outsider_finds_nothing(outsider, other_journal, prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    scope.leave()
    with journal_scope(other_journal), pytest.raises(NotFound):
        act(treatments.renew, row, outsider)


def test_another_patients_row_is_not_found(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    with pytest.raises(NotFound):
        treatments.renew(treatment_id=row.pk, by=prescriber, patient=uuid4(), version=row.version)


def test_the_second_of_two_colleagues_is_told_who_was_first(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    act(treatments.renew, row, prescriber)
    with pytest.raises(Conflict, match=prescriber.name):
        act(treatments.discontinue, row, prescriber, reason="A")


def test_renewing_drafts_a_new_prescription_and_recalls_the_old(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    act(treatments.renew, row, prescriber)
    new, old = Prescription.objects.get(delivery="draft"), Prescription.objects.get(delivery="accepted")
    assert new.previous_id == old.pk
    assert (old.recall_reason, old.recall_delivery) == ("1", "draft")


def test_undoing_a_renewal_leaves_the_row_as_it_was(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    before = row.last_changed
    act(treatments.undo, act(treatments.renew, row, prescriber), prescriber)
    prescription = Prescription.objects.get()
    assert (prescription.recall_reason, prescription.recall_delivery) == ("", "")
    assert Treatment.objects.get(pk=row.pk).last_changed == before


def test_a_change_the_pharmacy_must_see_needs_a_new_prescription(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    act(treatments.change, row, prescriber, content=contents.content(dosage=contents.dosage("1+0+0")))
    assert Prescription.objects.get(delivery="accepted").recall_reason == "3"
    assert Prescription.objects.filter(delivery="draft").count() == 1


def test_a_review_date_needs_no_new_prescription(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    terms = contents.terms()
    act(
        treatments.change,
        row,
        prescriber,
        content=contents.content(review_date=clock.today() + timedelta(days=90), prescription=terms),
    )
    assert not Prescription.objects.filter(delivery="draft").exists()


@pytest.mark.parametrize(
    ("plan", "reason", "drafts", "dosage_ends"),
    [
        ("has_enough", "2", 0, False),
        ("without_prescription", "4", 0, True),
        ("may_fetch_more", "3", 1, True),
    ],
)
def test_ending_later_follows_the_table(prescriber, patient, plan, reason, drafts, dosage_ends):
    row = rows.with_prescription(patient, by=prescriber)
    at = clock.today() + timedelta(days=14)
    row = act(treatments.discontinue, row, prescriber, at=at, reason="A", plan=plan)
    assert Prescription.objects.get(delivery="accepted").recall_reason == reason
    assert Prescription.objects.filter(delivery="draft", expires_on=at).count() == drafts
    assert (row.dosage_ends_on == at) is dosage_ends
    assert row.lifecycle == "active"


def test_ending_now_recalls_and_can_be_undone(prescriber, patient):
    row = rows.with_prescription(patient, by=prescriber)
    row = act(treatments.discontinue, row, prescriber, reason="L")
    assert in_use.row(row.pk, patient_key=patient, actor=prescriber).status.text == "Seponert"
    assert Prescription.objects.get().recall_reason == "2"
    row = act(treatments.undo_discontinue, row, prescriber)
    assert (row.lifecycle, row.unsent_verb, Prescription.objects.get().recall_delivery) == ("active", "", "")


def test_a_course_must_end(prescriber, patient):
    with pytest.raises(Invalid) as refused:
        treatments.create(content=contents.content(use_type="2"), by=prescriber, patient=patient)
    assert refused.value.fields == {"discontinue_on": "En kur må ha seponeringsdato."}


def test_group_a_needs_its_own_right(prescriber, patient):
    limited = replace(prescriber, permissions=prescriber.permissions - {"rx.prescribe_group_a"})
    with pytest.raises(Invalid) as refused:
        treatments.create(content=contents.content(product=contents.OXYCODONE), by=limited, patient=patient)
    assert "reseptgruppe A" in refused.value.fields["product"]


def test_a_signed_prescription_cannot_be_changed_in_the_database(prescriber, patient):
    from django.db import DatabaseError, transaction

    prescription = rows.prescription(rows.treatment(patient))
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Prescription.objects.filter(pk=prescription.pk).update(refills=9)
    Prescription.objects.filter(pk=prescription.pk).update(rf_status="T")
    ledger.event(rows.treatment(patient), "created", by=prescriber)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        TreatmentEvent.objects.update(verb="x")

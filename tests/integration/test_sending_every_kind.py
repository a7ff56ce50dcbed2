"""What most prescriptions do not say, from the row to the message and the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from sfm.core import clock
from sfm.exchange import receive, reference_numbers, signing
from sfm.exchange.models import Message, ReferenceNumber
from sfm.gateways.rf import client
from sfm.medication import content_rows
from sfm.medication.actions import ledger, treatments
from sfm.medication.models import Prescription, WorkItem
from sfm.medication.particulars import Particulars, Unlicensed
from sfm.medication.queries import detail, in_use
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.wire import authority, messages, schemas
from sfm.wire.parties import Organisation as WireOrganisation
from sfm.wire.parties import Party
from sfm.wire.values import cs, ident
from tests.factories import contents, sending
from tests.factories import prescription_table as table
from tests.fakes import FakeRf

pytestmark = pytest.mark.usefixtures("in_journal")
ANSWER = "5b1a3ad2-57a5-4a0c-9f6a-5f4f1f1b2c3d"
LOCKED = contents.terms(particulars=Particulars(locked=True))


@pytest.fixture
def rf(monkeypatch):
    fake = FakeRf()
    monkeypatch.setattr(client, "connect", lambda: fake)
    return fake


def create(patient, by, content):
    return treatments.create(content=content, by=by, patient=patient)


def m1_of(prescription):
    opened = messages.open_message(bytes(Message.objects.get(pk=prescription.pk).raw))
    return opened, opened.body


def listed():
    """The names in the list that was sent."""
    raw = Message.objects.get(kind="ERM251").raw
    body = messages.open_message(bytes(raw)).body
    return [entry.parsed_medication().prescribing.name for entry in body.entries]


def test_a_locked_prescription_waits_for_its_number_and_stays_out_of_the_list(doctor, patient, rf):
    row = create(patient, doctor, contents.content(prescription=LOCKED))
    create(patient, doctor, contents.content(product=contents.SIMVASTATIN))
    first = signing.review(patient_key=patient, by=doctor, session_id="s")
    assert [blocker.text for blocker in first.blockers] == [reference_numbers.WAITING]
    sending.work()
    assert reference_numbers.free(doctor) == reference_numbers.FETCHED
    again = signing.review(patient_key=patient, by=doctor, session_id="s")
    assert again.blockers == ()
    assert any("låst resept står ikke i PLL" in warning for warning in again.warnings)
    sending.sign(patient, doctor)
    prescription = Prescription.objects.get(treatment_id=row.pk)
    _, body = m1_of(prescription)
    used = ReferenceNumber.objects.get(used_at__isnull=False)
    assert (
        (body.locked, body.reference_number) == (True, prescription.reference_number) == (True, used.number)
    )
    assert used.patient_key == patient
    assert listed() == [contents.SIMVASTATIN.name_form_strength]
    assert used.number in str(detail.load(row.pk, patient_key=patient, actor=doctor).prescriptions)


def test_two_locked_prescriptions_share_a_number_and_one_in_own_name_has_its_own(doctor, patient, rf):
    own = contents.terms(particulars=Particulars(locked=True, own_name=True))
    reference_numbers.keep_ready(doctor)
    sending.work()
    for product, terms in (
        (contents.METOPROLOL, LOCKED),
        (contents.SIMVASTATIN, LOCKED),
        (contents.OXYCODONE, own),
    ):
        create(patient, doctor, contents.content(product=product, prescription=terms))
    sending.sign(patient, doctor)
    by_name = {m1_of(row)[1].in_prescribers_name: row.reference_number for row in Prescription.objects.all()}
    assert len({row.reference_number for row in Prescription.objects.all()}) == 2
    assert by_name[True] != by_name[None]


def test_own_practice_names_the_prescriber_and_no_number(doctor, patient, rf):
    reference_numbers.keep_ready(doctor)
    sending.work()
    said = Particulars(locked=True, own_practice=True)
    row = create(patient, doctor, contents.content(prescription=contents.terms(particulars=said)))
    sending.sign(patient, doctor)
    opened, body = m1_of(Prescription.objects.get(treatment_id=row.pk))
    about = opened.envelope.info.patient
    assert body.own_practice
    assert about.idents == ()
    assert about.family_name == opened.envelope.info.sender.organisation.prescriber.family_name
    assert in_use.load(patient, actor=doctor).is_empty
    assert not in_use.load(patient, actor=doctor, shelf="practice").is_empty


def test_a_ware_is_sent_as_one_and_never_in_the_list(doctor, patient, rf):
    case = table.ware_case("x", table.STRIPS, text="4 per døgn")
    row = create(patient, doctor, case.content)
    create(patient, doctor, contents.content())
    sending.sign(patient, doctor)
    _, body = m1_of(Prescription.objects.get(treatment_id=row.pk))
    assert body.commodity.product_group.code == "5040101"
    assert listed() == [contents.METOPROLOL.name_form_strength]
    assert [r.id for g in in_use.load(patient, actor=doctor, shelf="fib").groups for r in g.rows] == [row.pk]


def test_a_paper_prescription_is_signed_and_not_sent(doctor, patient, rf):
    row = create(patient, doctor, contents.content(prescription=contents.terms(type="P")))
    sending.sign(patient, doctor)
    prescription = Prescription.objects.get(treatment_id=row.pk)
    assert not Message.objects.filter(kind="ERM1").exists()
    assert prescription.signed_at is not None
    entry = messages.open_message(bytes(Message.objects.get(kind="ERM251").raw)).body.entries[0]
    assert (entry.type.code, entry.prescription_id) == ("P", str(prescription.pk))
    assert in_use.row(row.pk, patient_key=patient, actor=doctor).prescription.status == "Skrives ut på papir"


def test_a_patient_without_a_number_gets_a_locked_prescription(doctor, rf):
    born = clock.today() - timedelta(days=9000)
    key = vault.register(
        PatientIdentity(family="Demosen", given="Uten Oppdiktet", pid="", sex="1", born=born)
    )
    reference_numbers.keep_ready(doctor)
    sending.work()
    row = create(key, doctor, contents.content())
    sending.sign(key, doctor)
    opened, body = m1_of(Prescription.objects.get(treatment_id=row.pk))
    assert body.reference_number
    assert opened.envelope.info.patient.born_on == born
    assert schemas.validate(bytes(Message.objects.get(kind="ERM1").raw)) == []


@pytest.mark.parametrize("sent", [True, False])
def test_the_diagnosis_of_an_antibiotic_goes_in_the_extension_when_it_may(
    doctor, patient, rf, settings, sent
):
    settings.SFM_WIRE_EXTENSIONS = sent
    content = contents.content(
        product=table.PENICILLIN, prescription=contents.terms(particulars=Particulars(diagnosis=table.UTI))
    )
    row = create(patient, doctor, content)
    sending.sign(patient, doctor)
    opened, _ = m1_of(Prescription.objects.get(treatment_id=row.pk))
    assert [part.diagnosis.code for part in opened.extensions] == (["U71"] if sent else [])


def applied(patient, doctor):
    wanted = Unlicensed(reason="Annet har sviktet", manufacturer="Oppdiktet Pharma", apply=True)
    content = contents.content(
        product=replace(table.LOCAL, dose_unit="13"),
        prescription=contents.terms(quantity=Decimal(30), particulars=Particulars(unlicensed=wanted)),
    )
    row = create(patient, doctor, content)
    sending.sign(patient, doctor)
    sending.work()
    return Prescription.objects.get(treatment_id=row.pk)


def test_an_application_is_with_the_agency_until_it_answers(doctor, patient, rf):
    prescription = applied(patient, doctor)
    assert (prescription.rf_status, prescription.agency_status) == ("B", "2")
    assert m1_of(prescription)[1].medication.unlicensed.apply_directly


@pytest.mark.parametrize(
    ("granted", "status"), [(True, ("E", "3", "")), (False, ("A", "4", "Ikke begrunnet godt nok"))]
)
def test_the_agencys_answer_is_on_the_row(doctor, patient, rf, granted, status):
    prescription = applied(patient, doctor)
    answer = authority.ExemptionAnswer(
        prescription_id=str(prescription.pk),
        granted=cs("1", "Ja") if granted else cs("2", "Nei"),
        refusal_reason=None if granted else "Ikke begrunnet godt nok",
        case_worker="Oppdiktet Saksbehandler",
    )
    raw = messages.compose(
        "ERM15",
        answer,
        id=ANSWER,
        generated_at=clock.now().replace(microsecond=0),
        sender=Party(organisation=WireOrganisation(name="RF", idents=(ident("ENH", "994598759"),))),
        receiver=Party(organisation=WireOrganisation(name="Oss", idents=(ident("ENH", "310001104"),))),
    )
    message = Message.objects.create(
        id=UUID(ANSWER),
        kind="ERM15",
        direction="in",
        raw=raw,
        generated_at=clock.now(),
        state="received",
    )
    receive.process(message)
    prescription.refresh_from_db()
    found = (prescription.rf_status, prescription.agency_status, prescription.agency_note or "")
    assert found == status
    for reader, left in ((replace(doctor, practitioner_id=uuid4()), 1), (doctor, 0)):
        ledger.answers_read(patient, reader)  # it is the applicant's to read
        assert WorkItem.objects.filter(code=103, open=True).count() == left
    shown = detail.load(prescription.treatment_id, patient_key=patient, actor=doctor)
    assert ("innvilget" if granted else "Ikke begrunnet godt nok") in str(shown.prescriptions)


def test_nobody_signs_what_is_not_theirs_to_prescribe(doctor, patient, rf):
    create(patient, doctor, contents.content(product=contents.OXYCODONE))
    other = sending.without(doctor, "rx.prescribe_group_a")
    review = signing.review(patient_key=patient, by=other, session_id="s")
    assert any("reseptgruppe A" in blocker.text for blocker in review.blockers)


def test_a_signed_prescription_keeps_its_particulars(doctor, patient, rf):
    reference_numbers.keep_ready(doctor)
    sending.work()
    row = create(patient, doctor, contents.content(prescription=LOCKED))
    sending.sign(patient, doctor)
    prescription = Prescription.objects.get(treatment_id=row.pk)
    prescription.locked = False
    with pytest.raises(Exception, match="never changes"):
        prescription.save(update_fields=["locked"])


def test_what_rf_refuses_comes_back_to_be_signed_with_all_it_said(doctor, patient, rf):
    said = Particulars(locked=True, substitution_reason="Bivirkning", diagnosis=table.UTI)
    reference_numbers.keep_ready(doctor)
    sending.work()
    rf.refuse["ERM1"] = "330"
    create(patient, doctor, contents.content(prescription=contents.terms(refills=2, particulars=said)))
    sending.sign(patient, doctor)
    sending.work()
    refused = Prescription.objects.get(delivery="rejected")
    again = Prescription.objects.get(delivery="draft")
    assert content_rows.terms_of(again) == content_rows.terms_of(refused)
    assert again.locked


def test_not_fertile_is_confirmed_anew_at_each_renewal(doctor, patient, rf):
    said = contents.terms(particulars=Particulars(not_fertile=True, substitution_reason="Bivirkning"))
    row = create(patient, doctor, contents.content(prescription=said))
    sending.sign(patient, doctor)
    sending.work()
    row.refresh_from_db()
    treatments.renew(treatment_id=row.pk, by=doctor, patient=patient, version=row.version)
    assert Prescription.objects.get(delivery="draft").particulars == {"substitution_reason": "Bivirkning"}

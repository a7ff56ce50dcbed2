"""Refusjon when it is signed: what blocks (B7), what M1 says, and what a renewal keeps and judges anew."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from sfm.core import clock
from sfm.exchange import signing
from sfm.exchange.models import Message
from sfm.fest import catalogue
from sfm.identity.models import Practitioner
from sfm.medication import prescribing
from sfm.medication.actions import applications, reimbursement, treatments
from sfm.medication.models import Prescription, ReimbursementApplication
from sfm.medication.queries import reimbursement as assessments
from sfm.medication.queries.reimbursement import Patient, Said
from sfm.medication.rules import validity
from sfm.medication.rules.decisions import Decision
from sfm.tenancy.models import Organisation, OrganisationType
from sfm.wire import messages
from tests.factories import contents, sending
from tests.factories import treatments as rows
from tests.integration.prescribing import first_hit

pytestmark = pytest.mark.usefixtures("fest", "in_journal")
ICPC, ICD = "2.16.578.1.12.4.1.1.7170", "2.16.578.1.12.4.1.1.7435"


def paid(search, basis, code="", system=ICPC, **given):
    found = catalogue.current().product(first_hit(search).product)
    if found.ref.kind == "brand":  # a prescription names a package or a substance
        found = catalogue.current().by_varenr(found.packages[0].varenr)
    terms = contents.terms(
        legal_basis=basis,
        reimbursement_code=code,
        reimbursement_system=system if code else "",
        varenr=found.packages[0].varenr if found.ref.kind == "package" else "",
        **given,
    )
    return contents.content(product=prescribing.product_of(found), prescription=terms)


def blockers(patient, doctor):
    review = signing.review(patient_key=patient, by=doctor, session_id="s")
    return [one.text for one in review.blockers if one.code == "B7"]


def m1_of(patient):
    raw = bytes(Message.objects.get(kind="ERM1", patient_key=patient).raw)
    return messages.open_message(raw).body


def test_an_unconfirmed_term_blocks_the_signing_until_somebody_says_it_is_met(doctor, patient):
    content = paid("tiotropium", "200", "R95")
    row = treatments.create(content=content, by=doctor, patient=patient)
    assert blockers(patient, doctor) == ["Bekreft at vilkåret for refusjon er oppfylt."]
    (term,) = assess(content, patient, doctor).verdicts
    reimbursement.confirm_terms(
        treatment_id=row.pk,
        content=content,
        said=Said(met={term.term.id}),
        by=doctor,
        patient=patient,
        who=Patient(),
    )
    assert blockers(patient, doctor) == []


def assess(content, patient, doctor, **given):
    return assessments.assess(
        content, patient_key=patient, actor=doctor, patient=given.pop("who", Patient()), **given
    )


def test_the_message_names_the_code_as_fest_does(doctor, patient):
    treatments.create(content=paid("metoprolol 50", "200", "K86"), by=doctor, patient=patient)
    sending.sign(patient, doctor)
    code = m1_of(patient).medication.reimbursement_code
    assert (code.code, code.system, code.display) == ("K86", ICPC, "Hypertensjon ukomplisert")
    assert m1_of(patient).individual_reimbursement is None


def decision(**given):
    values = {
        "id": uuid4(),
        "outcome": "J",
        "reference": "2026/1",
        "basis": "300",
        "product_name": "Metoprolol",
        "atc": "C07AB02",
        "code": "I20",
        "system": ICD,
        "code_name": "Angina pectoris",
        "valid_from": clock.today() - timedelta(days=10),
        "valid_until": clock.today() + timedelta(days=300),
    }
    return Decision(**(values | given))


def test_a_decision_carries_a_renewal_until_it_runs_out(doctor, patient):
    reimbursement.record(decision=decision(), by=doctor, patient=patient)
    content = paid("metoprolol 50", "300", "I20", ICD)
    row = rows.treatment(patient, by=doctor, content=content)
    rows.prescription(row, by=doctor, legal_basis="300", reimbursement_code="I20", reimbursement_system=ICD)
    treatments.renew(treatment_id=row.pk, by=doctor, patient=patient, version=row.version)
    assert blockers(patient, doctor) == []
    with clock.frozen_at(clock.now() + timedelta(days=301)):
        sending.looked_up(patient)
        assert any("§ 3 krever vedtak" in text for text in blockers(patient, doctor))


def test_an_application_without_an_answer_is_told_to_rf(doctor, patient):
    product = paid("metoprolol 50", "300", "I20", ICD).product
    made = applications.begin(
        product=product,
        diagnosis={"code": "I20", "system": ICD, "name": "Angina pectoris"},
        hospital=False,
        by=doctor,
        patient=patient,
    )
    ReimbursementApplication.objects.filter(pk=made.pk).update(state="manual")
    treatments.create(content=paid("metoprolol 50", "300", "I20", ICD), by=doctor, patient=patient)
    sending.sign(patient, doctor)
    assert m1_of(patient).individual_reimbursement is True
    assert m1_of(patient).medication.reimbursement_code.display == "Angina pectoris"


def test_h_resept_is_for_the_hospital_or_the_right_speciality(doctor, patient):
    content = paid("humira", "950")
    assert "sykehus" in assess(content, patient, doctor).problems["terms"]
    Practitioner.objects.filter(pk=doctor.practitioner_id).update(specialities=["41"])
    assert assess(content, patient, doctor).problems == {}
    Practitioner.objects.filter(pk=doctor.practitioner_id).update(specialities=[])
    Organisation.objects.filter(pk=doctor.organisation_id).update(type_code=OrganisationType.HOSPITAL)
    assert assess(content, patient, doctor).problems == {}
    assert not any(option.basis == "300" for option in assess(content, patient, doctor).options)


def test_condition_28_decides_how_long_a_renewal_holds(doctor, patient):
    content = paid("trimetoprim", "200", "U71")
    row = rows.treatment(patient, by=doctor, content=content)
    rows.prescription(row, by=doctor, legal_basis="200", reimbursement_code="U71", reimbursement_system=ICPC)
    treatments.renew(treatment_id=row.pk, by=doctor, patient=patient, version=row.version)
    until = validity.expires_on(clock.today(), "P1Y")
    assert assess(content, patient, doctor).lasts_until == until
    assert Prescription.objects.get(delivery="draft").expires_on == until


def test_the_paragraph_of_a_ware_brings_the_groups_terms(doctor, patient):
    product = contents.replace(
        contents.METOPROLOL,
        kind="consumable",
        fest_id="5040101",
        name_form_strength="Blodsukkertester",
        atc="",
    )
    terms = contents.terms(legal_basis="504", quantity=None, quantity_unit="")
    content = contents.content(product=product, prescription=terms, dosage=contents.dosage("Etter behov"))
    found = assess(content, patient, doctor)
    assert [option.basis for option in found.options] == ["504"]
    assert found.problems["terms"].startswith("Vilkår 22 er ikke oppfylt: antall teststrimler per døgn")
    said = contents.content(product=product, prescription=terms, dosage=contents.dosage("Inntil 4 per døgn"))
    assert assess(said, patient, doctor).problems == {}

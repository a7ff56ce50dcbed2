"""An invented body of every message type, and of the older families we answer in."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sfm.wire import (
    authority,
    helfo,
    m1,
    m5,
    m7,
    m10,
    m41,
    m52,
    m92,
    m95,
    m96,
    m97,
    m251,
    m271,
    m911,
    m912,
    m921,
    mv,
)
from sfm.wire.ki import Agent, Reaction
from sfm.wire.m274 import MultidosePharmacy, MultidosePhysician
from sfm.wire.values import MO, cs, cv, ident, yes_no
from tests.unit.wire import samples
from tests.unit.wire.prescriptions import DAY, PRESCRIPTION_ID, dispensing_request
from tests.unit.wire.samples import NOW

PROFESSIONAL = m1.Professional(
    hpr=ident("HPR", "9999999"), given_name="Lege Oppdiktet", family_name="Demosen"
)
ENTRY = m251.SharedListEntry(
    id="0a5b6f0e-0000-4000-8000-000000000002",
    type=cs("E", "E-resept"),
    prescription_id=PRESCRIPTION_ID,
    expires_on=DAY,
    changed_at=NOW,
    started_on=DAY,
    treatment_changed=False,
    roles=(m251.Role(role=cs("R", "Rekvirent"), professional=PROFESSIONAL),),
    medication=m1.MEDICATION.to_xml(samples.MEDICATION),
)
QUESTION = m251.PharmacyQuestion(
    code=cv("1", 7495, "Ber om ny resept"),
    at=NOW,
    asker="8000003",
    answer=m251.PharmacyAnswer(code=cv("7", 7493, "Annet"), note="Kommer"),
)
REACTION = Reaction(
    reaction=cv("1", 7497, "Anafylaksi"),
    updated_at=NOW,
    source=cv("1", 7498, "Pasientens egne opplysninger"),
    agent=Agent(atc=cv("J01C", 7180, "Penicilliner"), substances=("Oppdiktet",)),
)
LIST = m251.SharedMedicationList(
    roles=(m251.Role(role=cs("L", "Ansvarlig"), professional=PROFESSIONAL),),
    entries=(ENTRY,),
    reactions=(REACTION,),
)
DISPENSING = m10.Dispensing(
    prescription_id=PRESCRIPTION_ID,
    dispensed_on=DAY,
    ended=yes_no(False),
    medication=samples.MEDICATION,
    dispenser=m10.Dispenser(her_id=ident("HER", "8000003"), name="Oppdiktet apotek"),
    interventions=(
        m10.Intervention(code=cv("1", 7412, "Feil"), physician_consulted=ident("HPR", "9999999")),
    ),
)
PACKED = m251.PackedDispensing(
    first_dose_on=DAY, last_dose_on=DAY, dispensing=m10.DISPENSING.to_xml(DISPENSING)
)
PACKING = m251.Packing(order_deadline=NOW, first_dose_on=DAY)
PHYSICIAN = MultidosePhysician(
    hpr_number="009999999", name="Lege Demosen", organisation_name="Oppdiktet", her_id=ident("HER", "8000001")
)
PHARMACY = MultidosePharmacy(name="Oppdiktet apotek", licence=ident("AKO", "1"))
LISTED = m96.ListedPrescription(
    prescription_id=PRESCRIPTION_ID,
    status=cs("U", "Under ekspedering"),
    recall=m96.RecallState(at=NOW, reason=cs("2", "Seponering")),
    renewal=m96.Renewal(new_prescription_id="2"),
    discontinuation=m96.Discontinuation(at=NOW, reason=cs("1", "Avsluttet")),
    dispensed=(
        m96.DispensedTotal(
            name_form_strength="Enalapril",
            total_packages=Decimal(2),
            latest_packages=Decimal(1),
            latest_at=NOW,
        ),
    ),
)
OLDER_LISTED = replace(
    LISTED,
    recall=None,
    renewal=None,
    discontinuation=None,
    older_recalled=True,
    older_recall_reason=cv("2", 7500, "Seponering"),
)
IDENTITY = m96.PatientIdentity(national_id=samples.NATIONAL_ID)
LISTED_PATIENT = m912.ListedPatient(
    national_id=samples.NATIONAL_ID,
    head="1",
    physician=m912.MultidosePhysician(
        hpr_number="009999999",
        given_name="Lege",
        family_name="Demosen",
        organisation_name="O",
        her_id="8000001",
    ),
    pharmacy=m912.MultidosePharmacy(name="Oppdiktet apotek", her_id="8000003", active_until=DAY),
    packed=(b"<a/>",),
)
OLDER_PATIENT = replace(
    LISTED_PATIENT, physician=None, pharmacy=None, older_physician=PHYSICIAN, older_pharmacy=PHARMACY
)

BODIES: list[tuple[str, object]] = [
    (
        "ERM5",
        m5.Recall(prescription_id="1", reason=cv("3", 7500, "Endring"), new_prescription_id="2", note="x"),
    ),
    ("ERM52", m52.RecallReceipt(prescription_id="1", status=cv("2", 7503, "Under ekspedering"))),
    ("ERM7", m7.RecalledByOther(at=NOW)),
    ("ERM41", m41.ReferenceNumberRequest(count=20)),
    ("ERM42", m41.ReferenceNumbers(numbers=("1234567890", "A1"))),
    (
        "ERM95",
        m95.PrescriptionsRequest(
            national_id=samples.NATIONAL_ID, all_prescriptions=yes_no(True), reference_numbers=("1",)
        ),
    ),
    ("ERM96", m96.PrescriptionList(patient=IDENTITY, has_locked=True, prescriptions=(LISTED,))),
    ("ERM96", m96.PrescriptionList(search_status=cs("1", "Ingen"))),
    ("ERM97", m97.DispensingsRequest(prescription_id="1")),
    ("ERM98", m97.Dispensings(count=2)),
    ("ERM98", m97.Dispensings(patient_reservation=True)),
    ("ERM911", m911.SharedListRequest(national_id=samples.NATIONAL_ID, include_messages=True)),
    ("ERM912", m912.SharedListAnswer(current=LISTED_PATIENT)),
    ("ERM921", m921.ChangesRequest(changed_after=NOW)),
    ("ERM922", m921.ChangedPatients(patients=(IDENTITY,))),
    ("ERM922", m921.ChangedPatients(unchanged=True)),
    ("ERM251", LIST),
    (
        "ERM251",
        replace(
            LIST,
            entries=(
                replace(
                    ENTRY,
                    discontinuation=m251.Discontinuation(at=NOW, reason=cs("1", "Avsluttet")),
                    questions=(QUESTION,),
                ),
            ),
            substitute=yes_no(True),
            note="Oppdiktet",
        ),
    ),
    ("ERM252", replace(LIST, entries=(replace(ENTRY, questions=(QUESTION,)),), packing=PACKING)),
    (
        "ERM253",
        replace(
            LIST, entries=(replace(ENTRY, in_multidose=yes_no(True), packed=(PACKED,)),), packing=PACKING
        ),
    ),
    ("ERM271", m271.MultidoseRegistration(status=cs("R", "Registrering"), valid_from=DAY)),
    ("ERM272", m271.MultidoseParties(registered=True, physician=PHYSICIAN, pharmacy=PHARMACY)),
    ("ERM28", m271.MultidoseTakeOver(active_from=DAY, physician=PHYSICIAN)),
    (
        "ERM10",
        m10.DispensingReport(
            dispensing=DISPENSING,
            employee_id="1",
            co_payments=(m10.CoPayment(period_from=DAY, paid=MO(value=Decimal("10.5"), currency="NOK")),) * 4,
        ),
    ),
    ("ERM6", m10.PrescriberReport(dispensing=DISPENSING, m10_id="1")),
    (
        "ERM8",
        m10.GpReport(
            dispensing=DISPENSING,
            m10_id="1",
            paper_prescription=True,
            paper_prescriber=m10.PaperPrescriber(ident=ident("HPR", "9999999")),
        ),
    ),
    (
        "ERMV",
        mv.Verify(
            systems=(mv.SystemInfo(code="1", name="Åpen SFM", version="0.1", updated_at=NOW),),
            vendor=mv.Vendor(
                name="O", contact_name="D", contact_mail="d@example.invalid", contact_phone="21000000"
            ),
            additional=(mv.AdditionalInfo(key="a", value="b"),),
        ),
    ),
    ("ERM3", authority.ExemptionPrompt(prescription_id="1")),
    ("ERM14", authority.ExemptionApplication(prescription_id="1", prompt_id="2")),
    ("ERM15", authority.ExemptionAnswer(prescription_id="1", granted=yes_no(True), case_worker="D")),
    (
        "ERM21",
        authority.ForwardedRequest(prescription_id="1", request=dispensing_request("U", "Utlevering")),
    ),
    (
        "ERM241",
        authority.Subscription(given_by=cs("2", "Pasient"), until=DAY, type=cs("1", "Rapport")),
    ),
    ("ERM242", authority.SubscriptionAnswer(answer=cs("1", "OK"))),
    (
        "ERM91",
        m92.PharmacySearch(
            national_id=samples.NATIONAL_ID,
            all_prescriptions=yes_no(False),
            employee_id="1",
            include_guardian_reserved=yes_no(True),
        ),
    ),
    (
        "ERM92",
        m92.PharmacyList(
            prescriptions=(
                m92.PrescriptionInfo(
                    prescribed_on=DAY,
                    given_name="Kari",
                    family_name="Demosen",
                    prescriber_id="009999999",
                    prescriber_name="Lege Demosen",
                    changed_by_pharmacist=yes_no(False),
                    prescription_id="1",
                    status=cs("E", "Ekspederbar"),
                    ident=ident("FNR", samples.NATIONAL_ID),
                    guardian_access_reservation=False,
                    package_size="100",
                    package_unit=cv("stk", 7452, "stykk"),
                    use_type=cs("1", "Fast"),
                ),
            ),
            multidose_users=(m92.MultidoseUser(national_id=samples.NATIONAL_ID, pharmacy=PHARMACY),),
        ),
    ),
    (
        "ERM2",
        helfo.ReimbursementApplication(
            diagnosis=cv("K86", 7170, "Hypertensjon ukomplisert"),
            reason="Oppdiktet",
            outside_institution=yes_no(True),
            first_time=yes_no(True),
            updated=False,
            paragraph_3=helfo.Paragraph3Application(
                medications=(helfo.AppliedMedication(id="1", prescribing=b"<a/>"),),
                no_earlier_treatment=cv("1", 7485, "Ingen"),
                serious_illness=cv("1", 7486, "Ja"),
            ),
            initiator=m1.Initiator(professional=PROFESSIONAL),
            legal_basis=cv("300", 7427, "Individuell stønad"),
        ),
    ),
    (
        "ERM12",
        helfo.ReimbursementDecision(
            id="1",
            application_id="2",
            applied_for="Enalapril",
            outcome=cs("J", "Innvilget"),
            decided_on=DAY,
            scope=helfo.DecisionScope(name="Enalapril", valid_until=DAY),
        ),
    ),
    ("ERM93", authority.DownloadRequest(prescription_id="1", employee_id="1")),
    ("ERM94", authority.Download(status=cs("U", "Under ekspedering"))),
]
FAMILIES = {
    "http://www.ehelse.no/xmlstds/eresept/m96/2018-07-01": m96.PrescriptionList(
        patient=IDENTITY, prescriptions=(OLDER_LISTED,)
    ),
    "http://www.kith.no/xmlstds/eresept/m96/2015-05-01": m96.PrescriptionList(prescriptions=(OLDER_LISTED,)),
    "http://www.ehelse.no/xmlstds/eresept/m912/2018-07-01": m912.SharedListAnswer(current=OLDER_PATIENT),
    "http://www.kith.no/xmlstds/eresept/m912/2014-01-21": m912.SharedListAnswer(older=OLDER_PATIENT),
    "http://www.kith.no/xmlstds/eresept/m98/2015-10-15": m97.Dispensings(count_2015=1),
    "http://www.kith.no/xmlstds/eresept/m922/2013-10-15": m921.ChangedPatients(older=(samples.NATIONAL_ID,)),
    "http://www.kith.no/xmlstds/eresept/mv/2013-08-16": mv.Verify(older_system="Åpen SFM"),
}

"""Everything we can build validates against the official schemas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sfm.wire import (
    apprec,
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
    messages,
    msghead,
    mv,
    safe_xml,
    schemas,
)
from sfm.wire.commodities import Consumable
from sfm.wire.compounded import (
    CompoundedMedication,
    Dilution,
    IngredientQuantity,
    MedicationIngredient,
    OtherIngredient,
    Strength,
    Substance,
    SubstanceIngredient,
)
from sfm.wire.dosing import AsNeededDose, DosagePeriod, FixedDose, WeekPattern
from sfm.wire.ki import Agent, Reaction
from sfm.wire.m274 import MultidosePharmacy, MultidosePhysician
from sfm.wire.medications import Brand, SubstanceGroup
from sfm.wire.msghead import ConversationRef
from sfm.wire.parties import OtherReceiver
from sfm.wire.values import MO, Address, cs, cv, ident, on_day, pq, yes_no
from tests.unit.wire import official, samples
from tests.unit.wire.samples import NOW, PRESCRIBING, PRESCRIPTION

DAY = date(2026, 3, 2)
PRESCRIPTION_ID = "0a5b6f0e-0000-4000-8000-000000000001"
SUBSTANCE = SubstanceGroup(
    id="ID_0A5B6F0E",
    atc=cv("C09AA02", 7180, "Enalapril"),
    name_form_strength="Enalapril Tab 10 mg",
    dispensing_group=cs("C", "Reseptgruppe C"),
    form=cv("53", 7448, "Tablett"),
)
BRAND = Brand(
    name_form_strength="Enalapril Oppdiktet Tab 10 mg",
    dispensing_group=cs("C", "Reseptgruppe C"),
    brand_name="Enalapril Oppdiktet",
)
COMPOUNDED = CompoundedMedication(
    name="Oppdiktet krem",
    instructions="Blandes godt",
    quantity=pq(100, "g"),
    form=cv("16", 7448, "Krem"),
    products=(
        MedicationIngredient(package=samples.PACKAGE, quantity=IngredientQuantity(quantity=pq("2.5", "g"))),
        MedicationIngredient(substance=SUBSTANCE, dilution=Dilution(adqs=cs("1", "ad"))),
    ),
    others=(
        OtherIngredient(name_form_strength="Vaselin", dilution=Dilution(adqs=cs("2", "qs"))),
        OtherIngredient(name_form_strength="Vann", strength=Strength(numerator=pq(1, "mg"))),
    ),
    substances=(
        SubstanceIngredient(
            substance=Substance(id="ID_0A5B6F0F", name="Hydrokortison"),
            strength=Strength(numerator=pq(10, "mg"), denominator=pq(1, "g")),
        ),
    ),
)
AS_NEEDED = DosagePeriod(
    starts=on_day(DAY),
    ends=on_day(DAY),
    as_needed=(
        AsNeededDose(
            quantity=pq(1, "tablett"),
            daily_maximum=pq(4, "tablett"),
            period_maximum=pq(4, "tablett"),
            period=pq(1, "Døgn"),
            minimum_interval=pq(4, "Time"),
        ),
    ),
)
WEEKLY = DosagePeriod(
    fixed=(
        FixedDose(
            quantity=pq(1, "tablett"),
            pattern=WeekPattern(weekdays=(cs("1", "Mandag"), cs("4", "Torsdag")), days_on=5, days_off=2),
        ),
    )
)


def with_prescribing(**changes: Any) -> m1.Prescription:
    return replace(
        PRESCRIPTION, medication=replace(samples.MEDICATION, prescribing=replace(PRESCRIBING, **changes))
    )


def with_medication(**changes: Any) -> m1.Prescription:
    return replace(PRESCRIPTION, medication=replace(samples.MEDICATION, **changes))


def commodity(group: str, **changes: Any) -> m1.Prescription:
    item = m1.PrescribedCommodity(
        item_group=cs("M", "Medisinsk forbruksmateriell"),
        legal_basis=cv("504", 7427, "Inkontinens"),
        product_group=cv(group, 7403, "Oppdiktet gruppe"),
        **changes,
    )
    return replace(PRESCRIPTION, medication=None, commodity=item)


def dispensing_request(method: str, name: str) -> m1.DispensingRequest:
    return m1.DispensingRequest(
        method=cs(method, name),
        her_id="8000003",
        contact="Demosen",
        address=Address(
            type=cs("RES", "Besøksadresse"), street="Påfunnveien 2", postal_code="0001", city="Oslo"
        ),
        organisation_number="777777777",
        name="Oppdiktet apotek",
    )


PRESCRIPTIONS = {
    "package": PRESCRIPTION,
    "substance": with_prescribing(package=None, substance=SUBSTANCE),
    "brand": with_prescribing(package=None, brand=BRAND),
    "compounded": with_prescribing(package=None, compounded=COMPOUNDED),
    "as needed": with_prescribing(dosage=(AS_NEEDED,)),
    "weekdays": with_prescribing(dosage=(WEEKLY,)),
    "commodity of 3 digits": commodity("501"),
    "commodity of 7 digits": commodity(
        "5010101", consumable=Consumable(number="123456", name="Oppdiktet bind")
    ),
    "unlicensed": with_medication(
        quantity=pq(100, "stk"),
        unlicensed=m1.Unlicensed(reason="Ingen annen", manufacturer="Oppdiktet", apply_directly=True),
    ),
    "reimbursed": with_medication(
        legal_basis=cv("200", 7427, "Blå resept"),
        reimbursement_code=cv("K86", 7434, "Hypertensjon ukomplisert"),
        no_generic_substitution=yes_no(True),
        home_care_her_id="8000004",
    ),
    "locked": replace(PRESCRIPTION, locked=True, reference_number="1234567890"),
    "own practice": replace(PRESCRIPTION, locked=True, own_practice=True, reference_number="1234567890"),
    "in the prescriber's name": replace(
        PRESCRIPTION, locked=True, in_prescribers_name=True, reference_number="1234567890"
    ),
    "guardian reservation": replace(
        PRESCRIPTION, guardian_access_reservation=True, locked=True, reference_number="1"
    ),
    "foreign patient": replace(
        PRESCRIPTION,
        foreign_patient=m1.ForeignPatient(eea=m1.EeaCard(document=cs("1", "Kort"), valid_to=DAY)),
    ),
    "begun by another": replace(
        PRESCRIPTION,
        initiator=m1.Initiator(
            organisation=m1.Organisation(her_id=ident("HER", "8000005")),
            professional=m1.Professional(hpr=ident("HPR", "9999998")),
        ),
    ),
} | {
    f"dispensing request {method}": replace(PRESCRIPTION, dispensing_request=dispensing_request(method, name))
    for method, name in (("F", "Forsendelse"), ("U", "Utlevering"), ("L", "LAR"), ("M", "Multidose"))
}

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


@pytest.fixture(autouse=True)
def _official_schemas() -> None:
    official.folder()


def refusals(kind: str, body: object, **changes: object) -> list[str]:
    message = samples.message(kind, body, **changes)
    assert messages.open_message(message).body == body
    return schemas.validate(message)


@pytest.mark.parametrize("name", PRESCRIPTIONS)
def test_every_kind_of_prescription_validates(name: str) -> None:
    assert refusals("ERM1", PRESCRIPTIONS[name]) == []


@pytest.mark.parametrize(("kind", "body"), BODIES, ids=[f"{i}-{kind}" for i, (kind, _) in enumerate(BODIES)])
def test_every_message_validates(kind: str, body: object) -> None:
    assert refusals(kind, body) == []


def test_no_message_type_is_left_out() -> None:
    assert {kind for kind, _ in BODIES} | {"ERM1"} == set(messages.BY_CODE)


@pytest.mark.parametrize("namespace", FAMILIES)
def test_answers_of_older_families_validate(namespace: str) -> None:
    body = FAMILIES[namespace]
    kind = next(k.code for k in messages.BY_CODE.values() if namespace in k.root.namespaces)
    assert refusals(kind, body, namespace=namespace) == []


def test_a_full_envelope_validates() -> None:
    department = replace(
        samples.SENDER.organisation, department=replace(samples.RF.organisation, name="Avdeling A")
    )
    receivers = (OtherReceiver(role=cs("1", "Kopi"), organisation=samples.RF.organisation),)
    assert (
        refusals(
            "ERM1",
            PRESCRIPTION,
            sender=replace(samples.SENDER, organisation=department),
            conversation=ConversationRef(parent="1", conversation="2"),
            other_receivers=receivers,
            attachments=(msghead.attachment(b"<a/>", issued=on_day(DAY)),),
        )
        == []
    )


def test_a_receipt_validates() -> None:
    receipt = apprec.AppRec(
        generated_at=NOW,
        id="1",
        sender=apprec.party(name="Reseptformidleren", id="888888888"),
        receiver=apprec.party(name="Oppdiktet legekontor", id="8000001", id_type="HER"),
        status=apprec.REJECTED,
        errors=(cv("313", 7419, "GenDate avviker"),),
        original=apprec.OriginalMessage(type=cs("ERM1", "Resept"), issued_at=NOW, id="2"),
    )
    assert schemas.validate(apprec.to_xml(receipt)) == []


def test_the_medication_of_a_list_entry_validates_alone() -> None:
    assert schemas.validate(ENTRY.medication) == []
    assert schemas.validate(PACKED.dispensing) == []


def test_faults_of_envelope_and_payload_are_both_found() -> None:
    message = samples.message().replace(b"<MIGversion>", b"<Tull/><MIGversion>")
    broken = message.replace(b"<Reiterasjon>3<", b"<Reiterasjon>tre<")
    found = schemas.validate(broken)
    assert any("Tull" in fault for fault in found)
    assert any("Reiterasjon" in fault for fault in found)
    with pytest.raises(safe_xml.WireFormatError, match="validerer ikke"):
        schemas.ensure_valid(broken)


def test_an_unknown_namespace_is_a_fault() -> None:
    assert schemas.validate(b'<a xmlns="http://example.invalid/"/>') == [
        "ukjent navnerom http://example.invalid/"
    ]


def test_without_schemas_nothing_is_validated(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("SFM_SCHEMAS_DIR", str(tmp_path))
    assert not schemas.available()
    assert schemas.validate(b"<a/>") == []


def test_every_schema_we_write_by_compiles() -> None:
    folder = official.folder()
    known = schemas.registry(folder)
    for kind in messages.BY_CODE.values():
        for namespace in kind.root.namespaces:
            if namespace in known:
                schemas._schema(folder, namespace)
        assert kind.root.namespaces[0] in known

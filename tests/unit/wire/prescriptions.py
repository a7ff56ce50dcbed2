"""An invented prescription of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sfm.wire import (
    m1,
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
from sfm.wire.medications import Brand, SubstanceGroup
from sfm.wire.values import Address, cs, cv, ident, on_day, pq, yes_no
from tests.unit.wire import samples
from tests.unit.wire.samples import PRESCRIBING, PRESCRIPTION

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

"""RF takes each prescription of the table that we would write, and refuses others by its own codes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sfm.core import clock
from sfm.exchange.translate import prescription
from sfm.medication.rules import particular_checks
from sfm.wire import commodities, m1, medications, parties, values
from tests.contract.simulators.prescriber import PATIENT, Prescriber, code, ident, metoprolol
from tests.factories import prescription_table as table

if TYPE_CHECKING:
    from tests.contract.simulators.desk import Desk

TAKEN = tuple(case for case in table.cases() if not case.refused and case.terms.type == "E")
PEOPLE = {"JO": "009990011", "SP": "009990012", "TL": "009990013"}
SYNTHETIC = {"JO": "05857549971", "SP": "05857549890", "TL": "05857549629"}
PHARMACIES = (
    {"her": "8090001", "orgnr": "999800001", "name": "Oppdiktet apotek Sentrum", "kind": "apotek"},
    {"her": "8090002", "orgnr": "999800002", "name": "Oppdiktet bandasjist", "kind": "bandasjist"},
)


@pytest.fixture
def writers(rf: Desk, doctor: Prescriber) -> dict[str, Prescriber]:
    people = [
        {"hpr": hpr, "pid": SYNTHETIC[category], "given": "Demo", "family": "Demosen", "category": category}
        for category, hpr in PEOPLE.items()
    ]
    rf.post("seed", organisations=list(PHARMACIES), hpr=people)
    others = {
        category: Prescriber(rf.url, hpr=hpr, category=category, signer_certificate=doctor.signer_certificate)
        for category, hpr in PEOPLE.items()
    }
    return {"LE": doctor, **others}


def test_rf_takes_what_we_write(writers: dict[str, Prescriber]) -> None:
    numbers = {category: iter(one.numbers(40)) for category, one in writers.items()}
    refused = {}
    for case in TAKEN:
        category = table.PROFESSIONS[case.by][0]
        locked = particular_checks.needs_number(case.terms.particulars, has_number=case.person.has_number)
        body = prescription.to_m1(
            case.content,
            case.terms,
            prescribed_on=clock.today(),
            catalogue_updated_at=datetime(2026, 3, 1, tzinfo=UTC),
            package=case.package,
            reference_number=next(numbers[category]) if locked else "",
        )
        found = writers[category].codes("ERM1", body, patient=whom(case))
        if found:
            refused[case.name] = found
    assert refused == {}
    assert len(TAKEN) >= 45


def whom(case: table.Case) -> parties.Patient:
    said = case.terms.particulars
    if said.own_practice or said.own_name:
        return parties.Patient(family_name="Demolege", given_name="Lise Oppdiktet")
    known: dict[str, Any] = {
        "family_name": "Demosen",
        "given_name": "Kari Oppdiktet",
        "sex": values.CS(code="2", display="Kvinne"),
    }
    if not case.person.has_number:
        return parties.Patient(**known, born_on=case.person.born)
    return parties.Patient(**known, idents=(ident(PATIENT, "FNR"),))


def ware(**changes: Any) -> m1.Prescription:
    said: dict[str, Any] = {
        "item_group": values.CS(code="A", display="Annet"),
        "legal_basis": code(7427, "504", "§5-14 §5.4"),
        "product_group": code(7403, "504", "Forbruksmateriell ved diabetes"),
    }
    return metoprolol(medication=None, commodity=m1.PrescribedCommodity(**(said | changes)))


def wish(**changes: Any) -> m1.DispensingRequest:
    said: dict[str, Any] = {
        "method": values.CS(code="U", display="Utlevering"),
        "her_id": "8090001",
        "contact": "Dagny",
        "organisation_number": "999800001",
        "name": "Oppdiktet apotek Sentrum",
    }
    return m1.DispensingRequest(**(said | changes))


def application(**changes: Any) -> m1.Prescription:
    """A package without Mengde, as an application must not be."""
    plain = metoprolol().medication
    assert plain is not None
    unlicensed = m1.Unlicensed(reason="Trengs", manufacturer="Oppdiktet", apply_directly=False)
    return metoprolol(
        medication=m1.PrescribedMedication(**{**vars(plain), "unlicensed": unlicensed, **changes})
    )


def dose() -> m1.Prescription:
    plain = metoprolol().medication
    assert plain is not None
    made = medications.Dose(
        id="ID_1",
        name_form_strength="Oppdikt 1 mg",
        dispensing_group=values.CS(code="C", display="Reseptgruppe C"),
        quantity=values.pq(1, "stk"),
        brand_ref="ID_2",
        package_refs=("ID_3",),
    )
    told = m1.Prescribing(dosage_text="1", use_type=values.CS(code="1", display="Fast"), dose=made)
    return metoprolol(medication=m1.PrescribedMedication(**{**vars(plain), "prescribing": told}))


def ware_from_bandagist() -> m1.Prescription:
    plain = ware()
    return m1.Prescription(
        **{**vars(plain), "dispensing_request": wish(her_id="8090002", organisation_number="999800002")}
    )


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (ware, set()),
        (lambda: ware(legal_basis=code(7427, "200", "§5-14 §2")), {"263"}),
        (lambda: ware(legal_basis=None), {"263"}),
        (lambda: ware(legal_basis=code(7427, "599", "Ukjent")), {"274"}),
        (lambda: ware(product_group=None), {"29"}),
        (lambda: ware(product_group=code(7403, "900", "Brystproteser")), {"355"}),
        (lambda: ware(prosthesis=commodities.Commodity(number="1", name="Protese")), {"355"}),
        (dose, {"259"}),
        (application, {"17"}),
        (lambda: application(quantity=values.pq(100, "stk")), set()),
        (lambda: metoprolol(dispensing_request=wish()), set()),
        (lambda: metoprolol(dispensing_request=wish(her_id="1")), {"30"}),
        (lambda: metoprolol(dispensing_request=wish(organisation_number="1")), {"30"}),
        (lambda: metoprolol(dispensing_request=wish(terms_met=False)), {"122"}),
        (
            lambda: metoprolol(dispensing_request=wish(her_id="8090002", organisation_number="999800002")),
            {"118"},
        ),
        (ware_from_bandagist, set()),
    ],
)
def test_what_rf_refuses_by_its_own_code(writers: dict[str, Prescriber], body: Any, codes: set[str]) -> None:
    assert writers["LE"].codes("ERM1", body()) == codes

"""«Forny merkede» renews what needs no decision, and says which it left and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from sfm.fest import catalogue
from sfm.fest.models import Drug
from sfm.medication import content_data, prescribing
from sfm.medication.actions import reimbursement, renewing
from sfm.medication.models import Prescription, Treatment
from sfm.medication.queries import renewal
from sfm.medication.rules.particular_checks import Person
from tests.factories import contents, decided_rows
from tests.factories import treatments as rows
from tests.integration.prescribing import first_hit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.medication.content import Product

pytestmark = pytest.mark.usefixtures("fest", "in_journal")
PERSON = Person(born=date(1948, 8, 8), sex="2", has_number=True)


@pytest.fixture
def patient() -> UUID:
    return uuid4()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    yield
    catalogue.current()._one.cache_clear()


def chosen(text: str) -> Product:
    return prescribing.product_of(catalogue.product(first_hit(text).product))


def given(text: str, patient: UUID, terms: dict[str, Any] | None = None, **content: Any) -> Treatment:
    made = contents.content(product=chosen(text), **content)
    row = rows.treatment(patient, content=made)
    rows.prescription(row, **(terms or {}))
    return row


def renew(patient: UUID, by: Actor, *marked: Treatment) -> dict[str, str]:
    """Name → why it was left out."""
    done = renewing.renew_many(
        ids=[(row.pk, row.version) for row in marked], by=by, patient=patient, person=PERSON
    )
    told = renewal.of_patient(
        set(done.left_out), set(done.stale), patient_key=patient, actor=by, person=PERSON
    )
    assert set(done.done) | {one.id for one in told} == {row.pk for row in marked}
    for row in marked:
        assert Prescription.objects.filter(treatment_id=row.pk, delivery="draft").exists() is (
            row.pk in done.done
        )
    return {one.name: one.why for one in told}


def test_the_rest_is_renewed_when_one_needs_a_decision(patient: UUID, prescriber: Actor) -> None:
    plain = given("simvastatin 20", patient)
    addictive = given("oksykodon", patient)
    assert renew(patient, prescriber, plain, addictive) == {
        addictive.name_form_strength: "Reseptgruppe A fornyes for seg."
    }


def test_a_red_interaction_nobody_has_decided(patient: UUID, prescriber: Actor) -> None:
    thinner, painkiller = given("warfarin", patient), given("ibuprofen", patient)
    plain = given("simvastatin 20", patient)
    left = renew(patient, prescriber, thinner, painkiller, plain)
    assert set(left) == {thinner.name_form_strength, painkiller.name_form_strength}
    assert all(why.startswith("Varsel må avgjøres: ") for why in left.values())


def test_a_course_without_an_end(patient: UUID, prescriber: Actor) -> None:
    course = given("metoprolol 50", patient, use_type="2")
    assert renew(patient, prescriber, course) == {course.name_form_strength: "En kur må ha seponeringsdato."}


def test_a_product_that_has_left_fest(patient: UUID, prescriber: Actor) -> None:
    gone = given("metoprolol 50", patient)
    Drug.objects.filter(key=gone.fest_id).update(expired_on=date(2026, 1, 1))
    catalogue.current()._one.cache_clear()
    assert renew(patient, prescriber, gone) == {
        gone.name_form_strength: "Produktet er utgått. Velg et annet."
    }


def test_a_reimbursement_that_does_not_hold_today(patient: UUID, prescriber: Actor) -> None:
    paid = given(
        "metoprolol 50",
        patient,
        terms={"legal_basis": "300", "reimbursement_code": "A00", "reimbursement_system": "7435"},
    )
    (why,) = renew(patient, prescriber, paid).values()
    assert why


def test_what_a_colleague_changed_meanwhile(patient: UUID, prescriber: Actor) -> None:
    row = given("metoprolol 50", patient)
    row.version += 1
    shown = replace_version(row)
    assert renew(patient, prescriber, shown) == {
        row.name_form_strength: "Raden er endret av en annen siden listen ble vist. Se over den."
    }


def replace_version(row: Treatment) -> Treatment:
    """The row as somebody saw it, one version ago."""
    row.save()
    row.version -= 1
    return row


def test_a_dose_that_is_probably_a_slip_is_looked_at_first(patient: UUID, prescriber: Actor) -> None:
    before = contents.content(product=chosen("metoprolol 50"), dosage=contents.dosage("1+0+0"))
    jumped = rows.treatment(patient, content=replace(before, dosage=contents.dosage("10+0+0")))
    rows.prescription(jumped, content=content_data.to_data(before))
    weekly = given("alendronsyre 70", patient, dosage=contents.dosage("1+0+0"))
    daily = given("metotreksat 2,5", patient, dosage=contents.dosage("1+0+0"))
    plain = given("simvastatin 20", patient)
    left = renew(patient, prescriber, jumped, weekly, daily, plain)
    assert left.keys() == {row.name_form_strength for row in (jumped, weekly, daily)}
    assert "minst ti ganger så høy som sist" in left[jumped.name_form_strength]
    assert all("én gang per uke" in left[row.name_form_strength] for row in (weekly, daily))


def test_a_dose_above_what_helfo_has_granted_is_looked_at_first(patient: UUID, prescriber: Actor) -> None:
    paid = given("simvastatin 20", patient, terms=decided_rows.INDIVIDUAL, dosage=contents.dosage("2+0+2"))
    granted = decided_rows.decision(atc=paid.atc, daily_maximum=Decimal(40), daily_unit="mg")
    reimbursement.record(decision=granted, by=prescriber, patient=patient)
    (why,) = renew(patient, prescriber, paid).values()
    assert why.startswith("Døgndosen er 80 mg, og vedtaket gjelder høyst 40 mg.")


def test_another_patients_row_is_passed_over(patient: UUID, prescriber: Actor) -> None:
    theirs = given("metoprolol 50", uuid4())
    done = renewing.renew_many(
        ids=[(theirs.pk, theirs.version)], by=prescriber, patient=patient, person=PERSON
    )
    assert (done.done, done.left_out, done.stale) == ((), (), ())


def test_a_reason_that_no_longer_holds_is_not_repeated(patient: UUID, prescriber: Actor) -> None:
    course = given("metoprolol 50", patient, use_type="2")
    assert renew(patient, prescriber, course)
    course.use_type = "1"
    course.save()
    told = renewal.of_patient({course.pk}, set(), patient_key=patient, actor=prescriber, person=PERSON)
    assert told == ()

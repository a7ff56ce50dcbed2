"""What is left of a treatment when the patient is taken out, and the same begun on another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sfm.medication.particulars import DispensingRequest, Initiator, Particulars
from sfm.medication.rules import templates
from sfm.medication.rules.dosage import FixedDose, StructuredDosage
from tests.factories import contents

TODAY = date(2026, 11, 22)
LATER = date(2027, 3, 1)


def test_dates_become_lengths_and_lengths_become_dates_again() -> None:
    kept = contents.content(
        starts_on=TODAY,
        dosage_ends_on=TODAY + timedelta(days=7),
        discontinue_on=TODAY + timedelta(days=10),
        review_date=TODAY + timedelta(days=5),
    )
    again = templates.begun(templates.without_patient(kept, TODAY), templates.lasts(kept, TODAY), LATER)
    assert again.starts_on == LATER
    assert again.dosage_ends_on == LATER + timedelta(days=7)
    assert again.discontinue_on == LATER + timedelta(days=10)
    assert again.review_date == LATER + timedelta(days=5)
    assert again.dosage == kept.dosage


def test_what_was_said_of_one_patient_is_left_out() -> None:
    request = DispensingRequest(method="F", her_id="1", orgnr="2", name="Apotek", street="Demoveien 1")
    said = Particulars(
        locked=True,
        guardian_reservation=True,
        lar=True,
        not_fertile=True,
        dispensing_request=request,
        initiator=Initiator(hpr="9400202", name="Oline Demospesialist"),
    )
    content = contents.content(
        in_multidose=True,
        dosage=replace(contents.dosage(), reason="Avtalt med Kari"),
        prescription=contents.terms(particulars=said, valid_from=TODAY),
    )
    kept = templates.without_patient(content, TODAY)
    assert kept.prescription is not None
    assert kept.prescription.particulars == Particulars()
    assert kept.prescription.valid_from is None
    assert (kept.in_multidose, kept.dosage.reason) == (False, "")


def test_periods_between_dates_become_numbers_of_days() -> None:
    taper = contents.dosage()
    assert isinstance(taper.instruction, StructuredDosage)
    (only,) = taper.instruction.periods
    dated = (
        replace(only, starts_on=TODAY, ends_on=TODAY + timedelta(days=6)),
        replace(only, starts_on=TODAY + timedelta(days=7)),
    )
    content = contents.content(dosage=replace(taper, instruction=StructuredDosage(periods=dated)))
    assert templates.dose_problem(content.dosage) == ""
    kept = templates.without_patient(content, TODAY).dosage.instruction
    assert isinstance(kept, StructuredDosage)
    assert [(period.starts_on, period.ends_on, period.days) for period in kept.periods] == [
        (None, None, 7),
        (None, None, None),
    ]


def test_days_of_the_calendar_cannot_be_kept() -> None:
    dose = contents.dosage()
    assert isinstance(dose.instruction, StructuredDosage)
    (only,) = dose.instruction.periods
    on_dates = replace(only, fixed=(FixedDose(amount=only.fixed[0].amount, dates=(TODAY,)),))
    said = replace(dose, instruction=StructuredDosage(periods=(on_dates,)))
    assert templates.dose_problem(said) == templates.DATED_DOSE


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Gjelder Kari", True),
        ("Demosen sin faste", True),
        ("Som for 08884812345", True),
        ("088848 12345", True),
        ("Karies", False),
        ("1 tablett per dag", False),
        ("Mot høyt blodtrykk", False),
    ],
)
def test_a_name_is_found_as_a_word(text: str, names: bool) -> None:
    assert templates.names_patient([text], ["Demosen", "Kari Oppdiktet", "Li"]) is names

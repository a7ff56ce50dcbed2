"""The demo's people and journals are what the product promises to show."""

from __future__ import annotations

import csv
import re
from itertools import chain

import pytest

from sfm.core.ids import NationalId, OrgNr, PidKind
from sfm.demo import fixtures
from sfm.demo.services import PROJECT

JOURNALS = {journal.key: journal for journal in fixtures.journals()}
PATIENTS = [patient for journal in JOURNALS.values() for patient in journal.patients]
NUMBERS = [patient.pid for patient in PATIENTS if patient.pid] + [person.pid for person in fixtures.people()]


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_is_synthetic_and_valid(number: str) -> None:
    assert NationalId.parse(number, environment="demo").synthetic
    assert int(number[2:4]) > 80


def test_nobody_shares_a_number() -> None:
    assert len(set(NUMBERS)) == len(NUMBERS)


def test_no_other_eleven_digits_are_in_the_fixtures() -> None:
    for file in chain((PROJECT / "fixtures").glob("*.yaml"), (PROJECT / "fixtures/journals").glob("*.yaml")):
        assert set(re.findall(r"(?<!\d)\d{11}(?!\d)", file.read_text())) <= set(NUMBERS)


def test_the_gp_office_has_three_doctors_one_a_locum_a_secretary_and_a_nurse() -> None:
    staff = [person for person in fixtures.people() if "gp_office" in person.journals]
    assert [person.category for person in staff].count("LE") == 3
    assert any("Vikar" in person.note for person in staff)
    assert {"SP", "HE"} <= {person.category for person in staff}


def test_the_municipality_has_departments_with_their_own_her_id() -> None:
    units = JOURNALS["municipality"].organisations
    departments = [unit for unit in units if "parent" in unit]
    assert len(departments) == 2
    assert len({unit["her_id"] for unit in units}) == len(units)
    for unit in units:
        OrgNr.parse(unit["orgnr"])


def test_fifteen_patients_with_3_to_25_treatments() -> None:
    assert len(PATIENTS) == 15
    sizes = sorted(len(patient.treatments) for patient in PATIENTS)
    assert (sizes[0], sizes[-1]) == (3, 25)


def test_the_special_cases_are_there() -> None:
    kinds = [NationalId.parse(patient.pid, environment="demo").kind for patient in PATIENTS if patient.pid]
    assert kinds.count(PidKind.D_NUMBER) == 1
    assert [patient.pid for patient in PATIENTS].count("") == 1
    assert [patient.key for patient in PATIENTS if patient.elsewhere.get("kj", {}).get("blocked")] == ["liv"]
    assert [patient.key for patient in PATIENTS if patient.multidose] == ["astrid"]
    assert any(patient.drafts for patient in PATIENTS)
    assert any(_is_expired(treatment) for patient in PATIENTS for treatment in patient.treatments)
    known_elsewhere = {name for patient in PATIENTS for name in patient.elsewhere}
    assert known_elsewhere == {"rf", "pll", "dispensed", "kj"}


def _is_expired(treatment: fixtures.Entry) -> bool:
    rx = treatment.get("rx")
    return bool(rx) and rx["days"] > rx.get("valid", 365)


def test_every_drug_is_in_the_demo_catalogue() -> None:
    with (PROJECT / "fixtures/fest/drugs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    strengths = {(row["atc"], strength) for row in rows for strength in row["strengths"].split("|")}
    named = {
        entry["drug"]
        for patient in PATIENTS
        for entry in chain(
            patient.treatments, patient.elsewhere.get("rf", ()), patient.elsewhere.get("dispensed", ())
        )
    }
    for drug in named:
        atc, wanted = drug.split(" ", 1)
        assert any(
            wanted == strength or wanted.rpartition(" ")[0] == strength
            for key, strength in strengths
            if key == atc
        ), drug

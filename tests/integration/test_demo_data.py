"""The demo's journals as a user meets them, and what RF and KJ know that they do not."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sfm.core import clock
from sfm.demo import data, fixtures
from sfm.medication.models import CriticalReaction, Draft, MedicationList, Prescription, Treatment
from sfm.patients import vault
from sfm.tenancy.models import EpjClient, Journal, ProviderStaff
from sfm.tenancy.scope import journal_scope
from tests.simulators import start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

GP_OFFICE, MUNICIPALITY = fixtures.journals()


@pytest.fixture
def around(
    committed: object, tmp_path: Path, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The simulators, empty. A second address each is not needed: the demo tells them everything by HTTP."""
    with ExitStack() as stack:
        found = {}
        for name in ("kj", "hpr", "helseid", "epj", "rf"):
            environment = {"SFM_KJ_URL": found.get("kj", "")}
            simulator = start_simulator(name, directory=tmp_path, env=environment)
            stack.callback(simulator.stop)
            found[name] = simulator.url
        settings.RF_URL, settings.KJ_URL, settings.HELSEID_ISSUER = found["rf"], found["kj"], found["helseid"]
        settings.HPR_URL = found["hpr"]
        monkeypatch.setenv("SFM_EPJ_ORIGIN", found["epj"])
        yield found


def test_the_demo_is_filled_once_and_the_registers_know_more(around: dict[str, str]) -> None:
    said: list[str] = []
    data.load(said.append)
    data.load(said.append)
    assert [line for line in said if "Lager journalen" in line] == [
        "Lager journalen «Åskollen legesenter» med 9 pasienter …",
        "Lager journalen «Fjellvik kommune» med 6 pasienter …",
    ]
    assert EpjClient.objects.get(client_id="demo-epj").origins == [os.environ["SFM_EPJ_ORIGIN"]]
    assert [person.name for person in ProviderStaff.objects.all()] == ["Nora Oppdiktet Demodrift"]

    with journal_scope(Journal.objects.get(pk=GP_OFFICE.id)):
        check_list_of_kari(around["rf"])
        check_unnumbered()
    with journal_scope(Journal.objects.get(pk=MUNICIPALITY.id)):
        check_list_of_astrid()
    check_kj(around["kj"])
    assert httpx.get(f"{around['epj']}/api/seed").json()["patients"] == 15


def key_of(name: str, journal: fixtures.JournalFixture) -> Any:
    patient = next(patient for patient in journal.patients if patient.key == name)
    return vault.find(patient.pid)


def check_list_of_kari(rf: str) -> None:
    key = key_of("kari", GP_OFFICE)
    rows = Treatment.objects.filter(patient_key=key)
    assert rows.count() == 8
    assert not rows.exclude(unsent_verb="").exists()
    assert all(row.dosage_text and row.name_form_strength and row.substance_ids for row in rows)
    expired = Prescription.objects.get(patient_key=key, expires_on__lt=clock.today())
    assert expired.rf_status == "F"
    assert MedicationList.objects.get(patient_key=key).has_pll

    pid = next(patient.pid for patient in GP_OFFICE.patients if patient.key == "kari")
    state = httpx.get(f"{rf}/api/state", params={"patient": pid}).json()
    ours = {str(number) for number in Prescription.objects.values_list("id", flat=True)}
    news = [each for number, each in state["prescriptions"].items() if number not in ours]
    assert [each["atc"] for each in news] == ["B01AF02"]
    assert len(state["lists"][pid]["chain"]) == 2
    assert state["lists"][pid]["ref_msg_id"] != str(MedicationList.objects.get(patient_key=key).pll_head)
    assert len(state["dispensings"]) == 1


def check_unnumbered() -> None:
    assert Draft.objects.get(kind="renew").author_name == "Stig Oppdiktet Demolund"
    assert Treatment.objects.filter(use_type="2").count() == 2


def check_list_of_astrid() -> None:
    key = key_of("astrid", MUNICIPALITY)
    assert Treatment.objects.filter(patient_key=key).count() == 25
    assert Treatment.objects.filter(patient_key=key, in_multidose=True).count() == 16
    assert MedicationList.objects.get(patient_key=key).multidose_pharmacy
    assert CriticalReaction.objects.filter(patient_key=key).count() == 2
    assert {draft.kind for draft in Draft.objects.all()} == {"new_treatment", "discontinue"}


def check_kj(kj: str) -> None:
    state = httpx.get(f"{kj}/api/state").text
    assert "ramipril" in state
    assert "blocked" in state

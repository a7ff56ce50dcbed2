"""What the tests of sending have in common: a doctor of a unit with certificates, a patient who has been looked up,
and RF's simulator, started once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sfm.core.ids import PatientKey
from tests.factories import sending
from tests.simulators import start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.core.actor import Actor
    from tests.simulators import Simulator


@pytest.fixture
def doctor(prescriber: Actor) -> Actor:
    sending.unit(prescriber)
    return prescriber


@pytest.fixture
def patient(doctor: Actor) -> PatientKey:
    key = PatientKey(sending.patient())
    sending.looked_up(key)
    return key


@pytest.fixture(scope="session")
def rf_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = start_simulator("rf", directory=tmp_path_factory.mktemp("rf"))
    yield simulator
    simulator.stop()

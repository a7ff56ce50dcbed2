"""The RF and KJ simulators as processes, reset before every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.simulators.desk import Desk
from tests.contract.simulators.prescriber import SEED, Prescriber
from tests.simulators import Simulator, start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def rf_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = start_simulator("rf", directory=tmp_path_factory.mktemp("rf"))
    yield simulator
    simulator.stop()


@pytest.fixture
def rf(rf_process: Simulator) -> Desk:
    """RF with one surgery, one patient and a trusted certificate."""
    desk = Desk(rf_process.url)
    desk.post("reset")
    return desk


@pytest.fixture
def doctor(rf: Desk) -> Prescriber:
    sender = Prescriber(rf.url)
    rf.post("seed", **SEED, certificates=[sender.signer_certificate.decode()])
    return sender

"""Fixtures: the RF and KJ simulators as processes, reset before every test. Named as a plugin by the tests that use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.simulators import Simulator, start_simulator
from tests.unit.simulators.prescriber import SEED, Prescriber

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Desk:
    """A simulator's JSON API."""

    url: str

    def post(self, path: str, **body: Any) -> Any:
        """The JSON answer; an unexpected status fails the test with what it says."""
        answer = httpx.post(f"{self.url}/api/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, path: str, **body: Any) -> httpx.Response:
        return httpx.post(f"{self.url}/api/{path}", json=body, timeout=30)

    def get(self, path: str) -> Any:
        return httpx.get(f"{self.url}/{path}", timeout=30)

    def state(self) -> Any:
        return self.get("api/state").json()

    def faults(self, *rules: dict[str, Any]) -> None:
        self.post("faults", rules=list(rules))


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

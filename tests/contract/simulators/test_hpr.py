"""The HPR simulator, asked by the product's own gateway over HTTP."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import jwt
import pytest

from sfm.core.ids import synthetic_id
from sfm.gateways.hpr.client import HttpHpr
from sfm.gateways.hpr.errors import HprUnavailable
from sfm.identity import helseid_client, hpr
from tests import plain_http
from tests.contract.simulators.desk import Desk
from tests.simulators import start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

PID = synthetic_id(date(1980, 1, 2))
ADA = {
    "hpr": "9400777", "pid": PID, "given": "Ada Oppdiktet", "family": "Demoskog", "category": "JO",
    "rights": {"prescribing": "limited"},
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    simulator = start_simulator("hpr", directory=tmp_path_factory.mktemp("hpr"))
    yield Desk(simulator.url)
    simulator.stop()


@pytest.fixture
def register(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpHpr]:
    desk.post("reset")
    desk.post("seed", people=[ADA])
    token = jwt.encode({"scope": "nhn:hpr/basic nhn:hpr/extended"}, "a" * 32, algorithm="HS256")
    monkeypatch.setattr(helseid_client, "tokens", lambda *_given: {"access_token": token})
    monkeypatch.setattr(
        helseid_client, "authorization", lambda _method, _url, shown: {"Authorization": f"DPoP {shown}"}
    )
    made = HttpHpr(desk.url)
    yield made
    made.close()


def test_the_register_is_asked_by_either_number(register: HttpHpr) -> None:
    by_pid, by_number = register.by_national_id(PID), register.by_number("9400777")
    assert by_pid == by_number
    assert by_pid is not None
    found = hpr.standing(by_pid, today=date(2026, 11, 22))
    assert (found.category, found.rights) == ("JO", {"prescribing": "limited"})


def test_nobody_is_none_and_a_register_that_is_down_is_unavailable(register: HttpHpr, desk: Desk) -> None:
    assert register.by_number("1") is None
    desk.post("faults", status=503)
    with pytest.raises(HprUnavailable):
        register.by_number("9400777")


def test_without_a_token_nothing_is_told(register: HttpHpr, desk: Desk) -> None:
    assert plain_http.get(f"{desk.url}/v1/personerutvidet/9400777").status_code == 401
    weak = jwt.encode({"scope": "nhn:hpr/basic"}, "a" * 32, algorithm="HS256")
    headers = {"Authorization": f"Bearer {weak}"}
    assert plain_http.get(f"{desk.url}/v1/personerutvidet/9400777", headers=headers).status_code == 403

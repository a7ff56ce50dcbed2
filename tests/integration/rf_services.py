"""RF twice: the fake in memory and the simulator over HTTP, behind the same few questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.gateways.rf.client import HttpRf
from tests import plain_http
from tests.factories.sending import PID
from tests.fakes import FakeRf
from tests.personas import person

if TYPE_CHECKING:
    from sfm.gateways.rf.contract import Rf


class Fake:
    """The fake, told what to do."""

    def __init__(self) -> None:
        self.rf = FakeRf()

    @property
    def gateway(self) -> Rf:
        return self.rf

    def close(self) -> None:
        pass

    def accepted(self, kind: str) -> list[str]:
        return self.rf.of(kind)

    def lose_next_answer(self, kind: str) -> None:
        self.rf.lose_answers = 1

    def refuse(self, kind: str, code: str) -> None:
        self.rf.refuse[kind] = code

    def go_down(self) -> None:
        self.rf.down = True

    def come_up(self) -> None:
        self.rf.down = False

    def another_doctor_sends_a_list(self, pid: str) -> None:
        self.rf.heads[pid] = "00000000-0000-4000-8000-00000000abcd"


class Simulated:
    """The simulator in its own process."""

    ACTIONS = {"ERM1": "M1", "ERM5": "M5", "ERM251": "M25_1"}

    def __init__(self, url: str) -> None:
        self.url = url
        self._opened: list[HttpRf] = []
        self.gateway: Rf = self._open(url)
        plain_http.post(f"{url}/api/reset")
        settings = {"require_token": False, "async_enabled": False}
        people = [person(key) for key in ("berg", "dal")]
        hpr = [
            {
                "hpr": one["hpr"],
                "pid": one["pid"],
                "given": one["given"],
                "family": one["family"],
                "category": one["category"],
            }
            for one in people
        ]
        patients = [{"pid": PID, "given": "Kari Oppdiktet", "family": "Demosen", "sex": "2"}]
        seed = {"settings": settings, "faults": [], "hpr": hpr, "patients": patients}
        plain_http.post(f"{url}/api/seed", json=seed).raise_for_status()

    def close(self) -> None:
        for gateway in self._opened:
            gateway.close()

    def _open(self, url: str) -> HttpRf:
        self._opened.append(HttpRf(url))
        return self._opened[-1]

    def state(self) -> dict:
        return plain_http.get(f"{self.url}/api/state").json()

    def accepted(self, kind: str) -> list[str]:
        messages = self.state()["messages"]
        names = {kind, self.ACTIONS[kind]}
        return [m for m, found in messages.items() if found["type"] in names and found["accepted"]]

    def _fault(self, kind: str, **do: object) -> None:
        rule = {"name": "test", "when": {"operation": self.ACTIONS[kind]}, "do": do}
        plain_http.post(f"{self.url}/api/faults", json={"rules": [rule]}).raise_for_status()

    def lose_next_answer(self, kind: str) -> None:
        rule = {
            "name": "test",
            "when": {"operation": self.ACTIONS[kind], "nth": 1},
            "do": {"close_connection": "after"},
        }
        plain_http.post(f"{self.url}/api/faults", json={"rules": [rule]}).raise_for_status()

    def refuse(self, kind: str, code: str) -> None:
        self._fault(kind, apprec={"status": 2, "errors": [int(code)]})

    def go_down(self) -> None:
        self.gateway = self._open("http://127.0.0.1:9")

    def come_up(self) -> None:
        self.gateway = self._open(self.url)

    def another_doctor_sends_a_list(self, pid: str) -> None:
        entry = {
            "id": "11111111-2222-4333-8444-555555555555",
            "drug": {
                "name": "Oppdiktin tablett 5 mg",
                "atc": "N02BE01",
                "atc_name": "Oppdiktin",
                "group": "C",
                "form": {"code": "53", "name": "Tablett"},
                "fest_id": "ID_1",
            },
            "use": "1",
            "dosage_text": "1 tablett daglig",
        }
        plain_http.post(
            f"{self.url}/api/lege/send_list", json={"pid": pid, "entries": [entry]}
        ).raise_for_status()

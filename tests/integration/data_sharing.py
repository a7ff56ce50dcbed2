"""A record system that calls Datadeling, and the resources it sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from sfm.core.ids import synthetic_id

if TYPE_CHECKING:
    from tests.office import Office
    from tests.tokens import Caller

FNR, DNR, LOCAL = (f"urn:oid:2.16.578.1.12.4.1.4.{number}" for number in (1, 2, 14))
HPR, ENH, HER = (f"urn:oid:2.16.578.1.12.4.1.{number}" for number in ("4.4", "4.101", "2"))
BASE = "/datadeling/v2/"
KARI = synthetic_id(date(1961, 5, 2), serial=7)
OLA = synthetic_id(date(1972, 3, 4), serial=3)


@dataclass(frozen=True)
class Epj:
    """`caller` stands behind every call; content and answers are FHIR in JSON unless headers say otherwise."""

    caller: Caller

    def get(self, what: str, **headers: str) -> Any:
        return self._send("GET", what, None, headers)

    def post(self, what: str, content: Any, **headers: str) -> Any:
        return self._send("POST", what, content, headers)

    def put(self, what: str, content: Any, **headers: str) -> Any:
        return self._send("PUT", what, content, headers)

    def search(self, kind: str, form: str) -> Any:
        return self._send(
            "POST", f"{kind}/_search", form, {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def _send(self, method: str, what: str, content: Any, headers: dict[str, str]) -> Any:
        path = what if what.startswith("/") else BASE + what
        form = headers.pop("Content-Type", "application/fhir+json")
        body = content if isinstance(content, str | bytes) else json.dumps(content)
        signed = self.caller.headers(method, path.partition("?")[0]) | headers
        extra = {"data": body, "content_type": form} if content is not None else {}
        return Client().generic(method, path, headers=signed, **extra)


@pytest.fixture
def epj(office: Office) -> Epj:
    """Used by Vilde Demoberg, doctor."""
    return Epj(office.caller())


@pytest.fixture
def admin(office: Office) -> Epj:
    """Used by Randi Demones, whom the office has made its administrator."""
    from sfm.identity.models import Practitioner
    from sfm.tenancy.scope import journal_scope

    with journal_scope(office.journal):
        Practitioner.objects.filter(pk=office.people["nes"].pk).update(system_admin=True)
    return Epj(office.caller("nes"))


def patient(pid: str = KARI, system: str = FNR, **changes: Any) -> dict[str, Any]:
    """An sfm-Patient as in the guide; None takes an element away."""
    whole = {
        "resourceType": "Patient",
        "meta": {"profile": ["http://ehelse.no/fhir/StructureDefinition/sfm-Patient"]},
        "identifier": [{"use": "official", "system": system, "value": pid}],
        "active": True,
        "name": [{"family": "Demosen", "given": ["Kari", "Oppdiktet"]}],
        "gender": "female",
        "birthDate": "1961-05-02",
        "address": [
            {"use": "home", "type": "physical", "line": ["Testveien 1"], "city": "Oslo", "postalCode": "0010"}
        ],
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def faults(answer: Any) -> list[tuple[str, str]]:
    """(code, path) of the element faults, after holding the outcome against its three parts."""
    content = answer.json()
    first, *middle, last = content["issue"]
    assert content["resourceType"] == "OperationOutcome"
    assert content["id"] in first["diagnostics"]
    assert answer["X-Trace-Id"] in last["details"]["text"]
    assert all(issue["details"]["text"] for issue in middle)
    return [(issue["code"], issue.get("expression", [""])[0]) for issue in middle]


def ticket_of(office: Office, epj: Epj, pid: str) -> str:
    path = "/api/v2/PatientTicket"
    signed = epj.caller.headers("POST", path)
    answer = Client().post(path, {"patientPid": pid}, content_type="application/json", headers=signed)
    return str(answer.json())

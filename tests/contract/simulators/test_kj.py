"""The KJ simulator: fed by RF, gated by token, role and the patient's own choices."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest

from tests import plain_http
from tests.contract.simulators.desk import Desk
from tests.contract.simulators.prescriber import PATIENT, SEED, Prescriber
from tests.simulators import start_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

SUMMARY = "/api/medication/v1/summary"
REACTIONS = "/api/critical-information/v1/AllergyIntolerance"
TOKEN = jwt.encode({"helseid://claims/identity/pid": "05857512229"}, "a" * 32, algorithm="HS256")
PENICILLIN = {
    "patient": PATIENT,
    "atc": "J01CE02",
    "name": "Fenoksymetylpenicillin",
    "manifestations": ["10"],
}


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    kj = start_simulator("kj", directory=tmp_path_factory.mktemp("kj"))
    rf = start_simulator("rf", directory=tmp_path_factory.mktemp("rf"), env={"SFM_KJ_URL": kj.url})
    yield Desk(rf.url), Desk(kj.url)
    rf.stop()
    kj.stop()


@pytest.fixture
def kj(processes: tuple[Desk, Desk]) -> Desk:
    for desk in processes:
        desk.post("reset")
    return processes[1]


@pytest.fixture
def rf(processes: tuple[Desk, Desk], kj: Desk) -> Desk:
    return processes[0]


def ask(kj: Desk, path: str = SUMMARY, *, basis: str = "", **headers: str) -> httpx.Response:
    usual = {"Authorization": f"Bearer {TOKEN}", "nhn-patient-nin": PATIENT, "nhn-user-role": "LE"}
    sent = usual | {"nhn-access-basis": basis, "nhn-source-system": "SFM"} | headers
    return plain_http.get(
        f"{kj.url}{path}", headers={name: value for name, value in sent.items() if value}, timeout=20
    )


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def summary(kj: Desk, *, basis: str = "") -> Any:
    answer = ask(kj, basis=basis)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for(kj: Desk, count: int) -> Any:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = summary(kj)
        if len(found["prescriptions"]) + len(found["dispensings"]) + len(found["messages"]) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError("KJ heard nothing from RF")


def test_what_happens_in_rf_is_seen_in_kj(rf: Desk, kj: Desk) -> None:
    sender = Prescriber(rf.url)
    rf.post("seed", **SEED, certificates=[sender.signer_certificate.decode()])
    resept_id = sender.prescribe()
    rf.post("apotek/dispense", resept_id=resept_id)
    rf.post("apotek/paper", patient=PATIENT, drug={"name": "Ibux tab 400 mg", "atc": "M01AE01"})
    rf.post("lege/send_list", pid=PATIENT)
    found = wait_for(kj, 4)
    (prescription,) = found["prescriptions"]
    assert (prescription["reseptId"], prescription["status"], prescription["atc"]) == (
        resept_id,
        "E",
        "C07AB02",
    )
    assert [(given["drug"], given["paper"]) for given in found["dispensings"]] == [
        ("Ibux tab 400 mg", True),
        ("Selo-Zok depottab 50 mg", False),
    ]
    assert [message["kind"] for message in found["messages"]] == ["ERM251"]
    assert found["flags"] == {"hasMedications": True, "hasLocked": False, "medicationsBlocked": False}


def test_a_token_a_patient_and_a_role_are_needed(kj: Desk) -> None:
    assert code(ask(kj, Authorization="")) == (401, "KJF-000101")
    assert code(ask(kj, Authorization="Bearer nonsense")) == (401, "KJF-000101")
    assert code(ask(kj, **{"nhn-patient-nin": ""})) == (400, "KJF-000102")
    assert code(ask(kj, **{"nhn-user-role": ""})) == (403, "KJF-000103")


@pytest.mark.parametrize(
    ("standing", "expected"),
    [("none", (404, "KJF-000206")), ("reserved", (403, "KJF-000204")), ("blocked", (403, "KJF-000205"))],
)
def test_the_patients_standing_decides(kj: Desk, standing: str, expected: tuple[int, str]) -> None:
    kj.post("seed", patients=[{"pid": PATIENT, "standing": standing}])
    assert code(ask(kj)) == expected
    opened = ask(kj, basis="HPAKUTT").status_code == 200
    assert opened == (standing == "blocked")


def test_blocked_medications_are_left_out_and_flagged(kj: Desk) -> None:
    given = {"id": "1", "pid": PATIENT, "at": "2026-11-20T10:00:00+01:00", "drug": "Ibux", "packages": "1.00"}
    kj.post("seed", patients=[{"pid": PATIENT, "medications_blocked": True}], dispensings=[given])
    shown, opened = summary(kj), summary(kj, basis="HPMOTTATTSAMTYKKE")
    assert (shown["dispensings"], shown["flags"]["medicationsBlocked"]) == ([], True)
    assert len(opened["dispensings"]) == 1


def test_reactions_are_read_written_and_changed(kj: Desk) -> None:
    kj.post("seed", reactions=[PENICILLIN])
    (entry,) = ask(kj, f"{REACTIONS}?criticalInfoType=DrugReaction").json()["entry"]
    resource = entry["resource"]
    assert resource["code"]["coding"][0]["code"] == "J01CE02"
    headers = {"Authorization": f"DPoP {TOKEN}", "nhn-patient-nin": PATIENT, "nhn-user-role": "LE"}
    url = f"{kj.url}{REACTIONS}"
    assert plain_http.post(url, json=resource | {"category": ["food"]}, headers=headers).status_code == 201
    assert (
        plain_http.post(url, json={"resourceType": "AllergyIntolerance"}, headers=headers).status_code == 400
    )
    changed = plain_http.put(
        f"{url}/{resource['id']}", json=resource | {"criticality": "low"}, headers=headers
    )
    assert (changed.status_code, changed.json()["criticality"]) == (200, "low")
    assert ask(kj, f"{REACTIONS}?criticalInfoType=OtherAllergen").json()["total"] == 1


def test_a_patients_reactions_can_be_seeded_in_national_codes(kj: Desk) -> None:
    reaction = {
        "agent": {"kind": "atc", "code": "C09AA05", "text": "ramipril"},
        "reaction": "9",
        "certainty": "3",
    }
    row = {"pid": PATIENT, "name": "Kari Demosen", "blocked": True, "reactions": [reaction]}
    for _ in range(2):
        kj.post("seed", patients=[row])
    assert code(ask(kj, REACTIONS)) == (403, "KJF-000205")
    (entry,) = ask(kj, REACTIONS, basis="HPAKUTT").json()["entry"]
    resource = entry["resource"]
    assert resource["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert resource["reaction"][0]["manifestation"][0]["coding"][0]["code"] == "9"


def test_faults(kj: Desk) -> None:
    kj.post("faults", scenario="KJ nede")
    assert ask(kj).status_code == 503
    kj.faults({"when": {"what": "summary"}, "do": {"close_connection": True}})
    with pytest.raises(httpx.TransportError):
        ask(kj)
    assert ask(kj, REACTIONS).status_code == 200
    kj.faults({"when": {}, "do": {"patient_reserved": True}})
    assert code(ask(kj)) == (403, "KJF-000204")


def test_the_page_shows_the_patient_in_plain_norwegian(kj: Desk) -> None:
    kj.post("seed", patients=[{"pid": PATIENT, "name": "Kari Demosen"}], reactions=[PENICILLIN])
    page = kj.get(f"?pasient={PATIENT}").text
    assert "Kari Demosen" in page
    assert "Fenoksymetylpenicillin" in page
    assert "Antakelser" in page


def test_a_reaction_written_by_the_product_is_read_back_and_replaced(
    kj: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sfm.gateways.kj.client import HttpKj
    from sfm.identity import helseid_client

    monkeypatch.setattr(
        helseid_client, "authorization", lambda _method, _url, shown: {"Authorization": f"DPoP {shown}"}
    )
    register = HttpKj(kj.url)
    told = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "category": ["medication"],
        "code": {"text": "Fenoksymetylpenicillin"},
        "recordedDate": "2026-11-22",
    }
    kept = register.write_reaction(told, pid=PATIENT, role="LE", token=TOKEN)
    changed = told | {"code": {"text": "Penicillin"}}
    register.write_reaction(changed, pid=PATIENT, role="LE", token=TOKEN, key=kept["id"])
    [found] = register.reactions(pid=PATIENT, role="LE", token=TOKEN)
    register.close()
    assert (found["id"], found["code"]["text"]) == (kept["id"], "Penicillin")

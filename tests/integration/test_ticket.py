"""The patient ticket: same one, prolonged, for the same user; the same nothing for everybody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils.http import parse_http_date
from redis.connection import AbstractConnection

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.core.ids import PatientKey
from sfm.identity import logins
from sfm.identity.logins import Owner
from sfm.identity.refusals import TooMany
from sfm.patients import ticket, vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy.scope import journal_scope
from tests.tokens import PEOPLE, Caller

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from sfm.tenancy.models import Journal
    from tests.office import Office

URL = "/api/v2/PatientTicket"
HOUR = 3600
pytestmark = pytest.mark.usefixtures("redis_client")


def owner(**changes: Any) -> Owner:
    base = {"journal_id": UUID(int=1), "iss": "iss", "sub": "sub", "client_id": "epj"}
    return Owner(**(base | changes))


def later(seconds: int) -> Any:
    return clock.frozen_at(clock.now() + timedelta(seconds=seconds))


@pytest.fixture
def patient() -> PatientKey:
    return PatientKey(uuid4())


def test_the_same_ticket_for_the_same_user_and_patient(patient: PatientKey) -> None:
    first = ticket.issue(owner(), patient)
    with later(600):
        again = ticket.issue(owner(), patient)
    assert again.value == first.value
    assert again.expires > first.expires
    assert ticket.open_ticket(owner().key, first.value) == patient


@pytest.mark.parametrize(
    "change", [{"journal_id": UUID(int=2)}, {"iss": "x"}, {"sub": "x"}, {"client_id": "x"}]
)
def test_a_ticket_is_bound_to_journal_user_and_client(patient: PatientKey, change: dict[str, Any]) -> None:
    mine, theirs = ticket.issue(owner(), patient).value, owner(**change)
    assert ticket.issue(theirs, patient).value != mine
    with pytest.raises(NotFound):
        ticket.open_ticket(theirs.key, mine)


def test_all_wrong_tickets_get_the_same_answer(patient: PatientKey) -> None:
    foreign = ticket.issue(owner(sub="other"), patient).value
    expired = ticket.issue(owner(sub="late"), patient).value
    told = set()
    for value, who in ((foreign, owner()), (str(uuid4()), owner()), ("", owner()), ("x" * 9000, owner())):
        with pytest.raises(NotFound) as refused:
            ticket.open_ticket(who.key, value)
        told.add((refused.value.status, refused.value.code, refused.value.text, refused.value.detail))
    with later(12 * HOUR + 1), pytest.raises(NotFound) as refused:
        ticket.open_ticket(owner(sub="late").key, expired)
    told.add((refused.value.status, refused.value.code, refused.value.text, refused.value.detail))
    assert len(told) == 1


def test_all_wrong_tickets_cost_the_same_work(patient: PatientKey, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = ticket.issue(owner(sub="other"), patient).value
    work: list[int] = []
    original = AbstractConnection.send_packed_command

    def counted(self: AbstractConnection, *args: Any, **kwargs: Any) -> Any:
        work[-1] += 1
        return original(self, *args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", counted)
    for value in (foreign, str(uuid4()), "", "x" * 9000):
        work.append(0)
        with pytest.raises(NotFound):
            ticket.open_ticket(owner().key, value)
    assert len(set(work)) == 1


def test_use_prolongs_but_never_past_twelve_hours(patient: PatientKey, redis_client: Any) -> None:
    issued = ticket.issue(owner(), patient)
    (name,) = redis_client.keys("pt:*")
    redis_client.expire(name, 10)
    ticket.open_ticket(owner().key, issued.value)
    assert redis_client.ttl(name) > HOUR - 5
    with later(12 * HOUR - 300):
        assert ticket.issue(owner(), patient).expires <= clock.now() + timedelta(seconds=301)
    assert redis_client.ttl(name) <= 300
    with later(12 * HOUR + 1):
        assert ticket.issue(owner(), patient).value != issued.value


def test_the_end_of_a_login_voids_its_tickets(patient: PatientKey) -> None:
    ended, other = ticket.issue(owner(), patient), ticket.issue(owner(sub="other"), patient)
    logins.end(owner().key)
    with pytest.raises(NotFound):
        ticket.open_ticket(owner().key, ended.value)
    assert ticket.open_ticket(owner(sub="other").key, other.value) == patient
    assert ticket.issue(owner(), patient).value != ended.value


def test_a_patients_tickets_can_be_revoked(patient: PatientKey) -> None:
    issued = [(who, ticket.issue(who, patient).value) for who in (owner(), owner(sub="other"))]
    ticket.revoke_patient(owner().journal_id, patient)
    for who, value in issued:
        with pytest.raises(NotFound):
            ticket.open_ticket(who.key, value)


def test_guessing_is_held_back(patient: PatientKey) -> None:
    right = ticket.issue(owner(), patient).value
    for _ in range(ticket.MISSES_PER_MINUTE):
        with pytest.raises(NotFound):
            ticket.open_ticket(owner().key, str(uuid4()))
    with pytest.raises(TooMany):
        ticket.open_ticket(owner().key, right)
    assert ticket.open_ticket(owner(sub="b").key, ticket.issue(owner(sub="b"), patient).value) == patient


def test_forms(patient: PatientKey) -> None:
    value = ticket.issue(owner(), patient).value
    assert str(UUID(value)) == value
    assert len(ticket.issue(owner(sub="b"), patient, form="base64url").value) == 43


def test_redis_holds_neither_ticket_nor_patient(patient: PatientKey, redis_client: Any) -> None:
    value = ticket.issue(owner(), patient).value
    dump = b"".join(redis_client.dump(key) + key for key in redis_client.keys("*"))
    assert value.encode() not in dump
    assert str(patient).encode() not in dump
    assert value not in ticket.log_name(value)


@pytest.fixture
def gateway(settings: SettingsWrapper) -> None:
    settings.ROOT_URLCONF = "sfm.fhir.session_gateway.urls"
    settings.MIDDLEWARE = []


@pytest.fixture
def registered(office: Office) -> str:
    pid = str(PEOPLE["drift"]["pid"])
    with journal_scope(office.journal):
        vault.register(PatientIdentity(family="Demosen", given="Kari Oppdiktet", pid=pid))
    return pid


def ask(caller: Caller, pid: object, **headers: str) -> Any:
    content = {"patientPid": pid} if pid is not None else {}
    signed = caller.headers("POST", URL) | headers
    return Client().post(URL, data=content, content_type="application/json", headers=signed)


@pytest.mark.usefixtures("gateway")
class TestOverHttp:
    def test_a_json_string_unless_json_is_asked_for_by_name(self, office: Office, registered: str) -> None:
        bare, anything = ask(office.caller(), registered), ask(office.caller(), registered, Accept="*/*")
        named = ask(office.caller(), registered, Accept="application/json;q=0.9, text/plain")
        assert UUID(bare.json()) == UUID(anything.json()) == UUID(named.json()["patientTicket"])
        assert bare.content.startswith(b'"')
        assert bare["Content-Type"] == "application/json; charset=utf-8"

    def test_expires_tells_the_end(self, office: Office, registered: str) -> None:
        expires = parse_http_date(ask(office.caller(), registered)["Expires"])
        assert abs(expires - clock.now().timestamp() - HOUR) < 5

    def test_the_clients_own_form(self, office: Office, registered: str) -> None:
        office.client.ticket_form = "base64url"
        office.client.save()
        assert len(ask(office.caller(), registered).json()) == 43

    @pytest.mark.parametrize("pid", [None, "", "123", 7, ["x"], "12345678901"])
    def test_an_impossible_number(self, office: Office, pid: object) -> None:
        answer = ask(office.caller(), pid)
        assert (answer.status_code, answer.json()["type"]) in {
            (400, "urn:sfm:problem:malformed"),
            (404, "urn:sfm:problem:patient-unknown"),
        }
        if pid == "12345678901":
            assert answer.status_code == 400

    def test_an_unknown_patient(self, office: Office) -> None:
        answer = ask(office.caller(), PEOPLE["haug"]["pid"])
        assert answer.status_code == 404
        assert answer.json()["code"] == "SFM-TICKET-404"
        assert answer.json()["detail"].startswith("Skriv pasienten til SFM")

    def test_the_patient_of_another_journal(self, office: Office, other_journal: Journal) -> None:
        pid = str(PEOPLE["lund"]["pid"])
        with journal_scope(other_journal):
            vault.register(PatientIdentity(family="Demosen", given="Ola Oppdiktet", pid=pid))
        assert ask(office.caller(), pid).status_code == 404

    def test_the_address_takes_no_parameters(self, office: Office, registered: str) -> None:
        signed = office.caller().headers("POST", URL)
        answer = Client().post(f"{URL}?pid={registered}", content_type="application/json", headers=signed)
        assert answer.status_code == 400
        assert registered not in answer.content.decode()

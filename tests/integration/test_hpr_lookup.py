"""HPR is asked by a worker; what it says is the ceiling, and what it takes away ends the login."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.exchange import dispatch, hpr_lookup, queueing
from sfm.gateways.hpr import client
from sfm.gateways.hpr.errors import HprUnavailable
from sfm.identity import logins, rights, users
from sfm.identity.models import Practitioner
from sfm.outbox import queue
from sfm.outbox.models import OutboxEntry, State
from sfm.simulators.hpr import answers
from sfm.tenancy.scope import journal_scope
from tests.integration.data_sharing import FNR, HPR, Epj
from tests.integration.portal import Portal
from tests.tokens import PEOPLE

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from tests.office import Office

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
NEW = synthetic_id(date(1985, 6, 7), serial=12)


class FakeHpr:
    """Knows people by number; can be down."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {}
        self.down = False

    def knows(self, person: dict[str, Any], **more: Any) -> None:
        known = {name: person[name] for name in ("hpr", "pid", "given", "family", "category")}
        self.people[person["pid"]] = answers.body(known | {"rights": person["hpr_rights"]} | more)

    def by_national_id(self, pid: str) -> dict[str, Any] | None:
        if self.down:
            raise HprUnavailable("down")
        return self.people.get(pid)

    def by_number(self, hpr: str) -> dict[str, Any] | None:
        return next((one for one in self.people.values() if str(one["hprNummer"]) == hpr), None)


@pytest.fixture
def hpr(monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper) -> FakeHpr:
    made = FakeHpr()
    settings.HPR_URL = "http://127.0.0.1:1"
    monkeypatch.setattr(client, "connect", lambda: made)
    monkeypatch.setattr(queueing, "wake", lambda _journal: None)
    return made


def work() -> list[OutboxEntry]:
    """What a worker does with what is due."""
    entries = queue.lease((queueing.HPR,))
    for entry in entries:
        dispatch.handle(entry)
    return entries


def doctor(**more: Any) -> dict[str, Any]:
    return {
        "hpr": "9400777", "pid": NEW, "given": "Ada", "family": "Demoskog", "category": "LE",
        "hpr_rights": {"prescribing": "full"},
    } | more  # fmt: skip


def test_somebody_registered_through_datadeling_gets_the_rights_hpr_gives(
    office: Office, hpr: FakeHpr
) -> None:
    hpr.knows(doctor())
    with journal_scope(office.journal):
        Practitioner.objects.filter(pk=office.people["berg"].pk).update(system_admin=True)
    answer = Epj(office.caller()).post(
        "Practitioner",
        {
            "resourceType": "Practitioner",
            "identifier": [{"system": FNR, "value": NEW}, {"system": HPR, "value": "1234567"}],
            "active": True,
            "name": [{"family": "Skogen", "given": ["Adam"]}],
            "qualification": [
                {"code": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9060", "code": "SP"}]}}
            ],
        },
    )
    assert answer.status_code == 201, answer.content
    with journal_scope(office.journal):
        assert len(work()) == 1
        row = users.find_by_pid(NEW)
        assert row is not None
        assert (row.hpr, row.personnel_category, row.family_name) == ("9400777", "LE", "Demoskog")
        assert row.hpr_read_at is not None
        assert {"rx.prescribe", "pll.send"} <= rights.permissions_for(row, office.organisation.pk)


def test_whom_hpr_does_not_know_may_do_nothing_clinical(
    office: Office, hpr: FakeHpr, in_journal: object
) -> None:
    person = office.people["nes"]
    hpr_lookup.wanted(person, always=True)
    work()
    person.refresh_from_db()
    assert rights.permissions_for(person, office.organisation.pk) == frozenset()


def test_a_right_hpr_takes_away_ends_the_login(
    office: Office, hpr: FakeHpr, in_journal: object, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    ended: list[object] = []
    monkeypatch.setattr(logins, "end_user_sessions", ended.append)
    person = office.people["berg"]
    hpr.knows(PEOPLE["berg"])
    with django_capture_on_commit_callbacks(execute=True):
        hpr_lookup.wanted(person, always=True)
        work()
    assert ended == []
    hpr.knows(PEOPLE["berg"], suspended=True)
    with django_capture_on_commit_callbacks(execute=True):
        hpr_lookup.wanted(person, always=True)
        work()
    assert ended == [person.pk]


def test_a_register_that_is_down_takes_nobodys_right(
    office: Office, hpr: FakeHpr, in_journal: object
) -> None:
    hpr.down = True
    person = office.people["berg"]
    hpr_lookup.wanted(person, always=True)
    [entry] = work()
    assert OutboxEntry.objects.get(pk=entry.pk).state == State.WAITING
    person.refresh_from_db()
    assert "rx.prescribe" in rights.permissions_for(person, office.organisation.pk)


def test_login_and_the_beat_ask_when_the_answer_is_old(office: Office, hpr: FakeHpr) -> None:
    person = office.people["berg"]
    Portal(office).log_in()  # the answer is from registration, just now
    with journal_scope(office.journal):
        assert queue.lease((queueing.HPR,)) == []
        Practitioner.objects.filter(pk=person.pk).update(hpr_read_at=clock.now() - timedelta(hours=13))
    Portal(office).log_in()
    with journal_scope(office.journal):
        [entry] = queue.lease((queueing.HPR,))
        assert entry.subject == person.pk
        queue.done(entry)
    assert hpr_lookup.ask_again() == 1

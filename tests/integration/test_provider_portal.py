"""(Tjenesteleverandørportalen) Level 4 and registered, or nothing; and never a trace of a patient."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from portals.provider import catalogue, figures, services
from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.core.errors import Invalid
from sfm.fest.models import Version
from sfm.identity import helseid_client
from sfm.identity.web_session import SessionStore
from sfm.outbox import queue
from sfm.outbox.models import OutboxEntry, State
from sfm.patients import vault
from sfm.patients.identity import PatientIdentity
from sfm.tenancy import staff
from sfm.tenancy.scope import journal_scope
from sfm.wire import schemas
from tests.factories.sending import PID
from tests.integration.test_fest_import import FIRST, SECOND, m30
from tests.tokens import PEOPLE

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries
    from pytest_django.fixtures import SettingsWrapper
    from redis import Redis

    from sfm.tenancy.models import Journal
    from tests.portals import Visitor
    from tests.tokens import HelseId

pytestmark = [
    pytest.mark.filterwarnings("ignore:No directory at"),
    pytest.mark.usefixtures("journal", "redis_client"),
]
HOME, LOGIN = "/tjeneste/", "/tjeneste/oidc/inn/"
PAGES = ("", "fest", "koer", "journaler", "tjenester")
ALL_ROLES = tuple(staff.StaffRole)


def at_work(*roles: str) -> Client:
    """Nora Demodrift, logged in with these roles."""
    person = staff.register(name="Nora Oppdiktet Demodrift", pid=str(PEOPLE["drift"]["pid"]), roles=roles)
    session, browser = SessionStore(), Client()
    session["staff"] = {"id": str(person.pk), "until": int(clock.now().timestamp()) + 3600}
    session.create()
    browser.cookies["__Host-sfm"] = str(session.session_key)
    return browser


def stopped(journal: Journal) -> int:
    with journal_scope(journal), transaction.atomic():
        queue.put(kind="send", subject=uuid4(), patient_key=uuid4())
        (entry,) = queue.lease(["send"])
        queue.dead_letter(entry, problem="error")
        return int(entry.pk)


def state_of(journal: Journal, entry: int) -> str:
    with journal_scope(journal):
        return str(OutboxEntry.objects.get(pk=entry).state)


def through_helseid(helseid: HelseId, person: str) -> Client:
    for registration in helseid_client.registrations():
        helseid.http.post("/api/clients", json=registration).raise_for_status()
    browser = Client()
    away = browser.get("/tjeneste/oidc/inn/")["Location"]
    assert set(parse_qs(urlsplit(away).query)) == {"client_id", "request_uri"}
    back = helseid.http.get(f"{away}&test_person={person}").headers["Location"]
    browser.get(back.removeprefix("http://testserver"))
    return browser


@pytest.mark.parametrize(("person", "registered"), [("niva3", True), ("berg", False)])
def test_level_3_and_the_unregistered_stay_outside(helseid: HelseId, person: str, registered: bool) -> None:
    if registered:
        staff.register(name="Per", pid=str(PEOPLE[person]["pid"]), roles=ALL_ROLES)
    browser = through_helseid(helseid, person)
    assert "Logg inn med HelseID" in browser.get(HOME).content.decode()
    for page in PAGES[1:]:
        assert browser.get(HOME + page)["Location"] == LOGIN


def test_a_registered_person_at_level_4_comes_in(helseid: HelseId) -> None:
    staff.register(name="Nora Oppdiktet Demodrift", pid=str(PEOPLE["drift"]["pid"]), roles=ALL_ROLES)
    browser = through_helseid(helseid, "drift")
    assert "Nora Oppdiktet Demodrift" in browser.get(HOME).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_login_of_a_record_system_opens_nothing_here(administrator: Visitor, page: str) -> None:
    answer = administrator.browser.get(HOME + page)
    assert answer.status_code == (200 if page == "" else 302)
    assert "Oversikt" not in answer.content.decode()
    assert administrator.browser.post(HOME + "fest/importer").status_code == 401


def test_whoever_is_taken_off_the_list_is_out() -> None:
    browser = at_work(*ALL_ROLES)
    assert browser.get(HOME + "fest").status_code == 200
    person = staff.find_by_pid(str(PEOPLE["drift"]["pid"]))
    assert person is not None
    staff.deactivate(person)
    assert browser.get(HOME + "fest")["Location"] == LOGIN


def test_the_page_knows_when_the_login_ends_and_asking_keeps_nothing_alive(redis_client: Redis) -> None:
    browser = at_work("operator")
    until = browser.session["staff"]["until"]
    shown = browser.get(HOME + "koer").content.decode()
    assert f'data-exp="{until}"' in shown
    assert f'data-ask="{HOME}okt" data-again="{LOGIN}"' in shown
    (name,) = redis_client.keys("session:*")
    redis_client.expire(name, 100)
    assert browser.get(HOME + "okt").json() == {"exp": until}
    assert redis_client.ttl(name) <= 100
    assert browser.post(HOME + "okt/fortsett").json() == {"exp": until}
    assert redis_client.ttl(name) > 100
    redis_client.delete(name)
    assert browser.get(HOME + "okt").status_code == 401
    assert browser.post(HOME + "okt/fortsett").status_code == 401


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_a_patient(journal: Journal, page: str) -> None:
    with journal_scope(journal):
        key = vault.register(PatientIdentity(family="Demosen", given="Kari Oppdiktet", pid=PID))
    stopped(journal)
    with journal_scope(journal), transaction.atomic():
        queue.put(kind="send", subject=uuid4(), patient_key=key)
    shown = at_work(*ALL_ROLES).get(HOME + page).content.decode()
    for secret in ("Demosen", PID, str(key)):
        assert secret not in shown


def test_what_stopped_is_put_back_once(journal: Journal) -> None:
    entry, browser = stopped(journal), at_work("operator")
    assert "Uventet feil under arbeidet" in browser.get(HOME + "koer").content.decode()
    address, form = f"{HOME}koer/{journal.pk}/gjenoppliv", {"entry": entry}
    assert browser.post(address, form).status_code == 302
    assert state_of(journal, entry) == State.WAITING
    with journal_scope(journal):
        row = AuditEvent.objects.get(action="admin.outbox.revive")
    assert row.detail["entry"] == entry
    assert browser.post(address, form).status_code == 409
    assert browser.post(address, {"entry": "x"}).status_code == 422
    assert browser.post(f"{HOME}koer/{uuid4()}/gjenoppliv", form).status_code == 404


def test_each_role_does_its_own(journal: Journal) -> None:
    entry = stopped(journal)
    support = at_work("support")
    assert support.post(f"{HOME}koer/{journal.pk}/gjenoppliv", {"entry": entry}).status_code == 403
    assert state_of(journal, entry) == State.DEAD
    assert support.post(HOME + "fest/importer", {"address": "https://fest.test/m30.zip"}).status_code == 403
    assert "Sett i kø igjen" not in support.get(HOME + "koer").content.decode()
    assert 'type="file"' not in support.get(HOME + "fest").content.decode()


def upload(browser: Client, content: bytes, name: str = "m30.xml") -> Any:
    return browser.post(HOME + "fest/importer", {"file": SimpleUploadedFile(name, content), "address": ""})


def test_fest_is_taken_in_and_an_older_file_refused(tmp_path: Path) -> None:
    browser = at_work("fest")
    newer, older = m30(tmp_path, "Demomet", at=SECOND), tmp_path / "older.xml"
    content = newer.read_bytes()
    assert upload(browser, content)["Location"].endswith("ok=imported")
    assert upload(browser, content)["Location"].endswith("ok=same")
    shutil.copy(m30(tmp_path, "Demomet", at=FIRST), older)
    refused = upload(browser, older.read_bytes())
    assert refused.status_code == 422
    assert "ikke nyere enn katalogen i bruk" in refused.content.decode()
    version = Version.objects.get(is_current=True)
    assert version.source == "m30.xml – Nora Oppdiktet Demodrift"
    page = browser.get(HOME + "fest").content.decode()
    assert "15.09.2026" in page
    assert "Legemidler" in page


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "tom"), (b"<M30>", "ødelagt"), (b"PK\x03\x04rest", "avkortet")]
)
def test_a_broken_file_is_refused_with_the_reason(content: bytes, said: str) -> None:
    answer = upload(at_work("fest"), content)
    assert answer.status_code == 422
    assert not Version.objects.exists()
    page = answer.content.decode()
    assert said in page or "Velg en fil" in page
    assert "/tmp/" not in page


def test_too_large_a_file_is_sent_to_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "LARGEST", 10)
    answer = upload(at_work("fest"), b"x" * 11)
    assert answer.status_code == 422
    assert "manage.py fest import" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["", "file:///etc/passwd", "ftp://fest.test/", "http:///x", "https://a:b@fest.test/", "x"]
)
def test_an_address_that_is_none(address: str) -> None:
    answer = at_work("fest").post(HOME + "fest/importer", {"address": address})
    assert answer.status_code == 422
    assert "uendret" in answer.content.decode()


def test_production_fetches_encrypted_only(settings: SettingsWrapper) -> None:
    settings.SFM_ENVIRONMENT = "production"
    with pytest.raises(Invalid):
        catalogue._checked("http://fest.test/m30.zip")


def test_nobody_answering_is_said_and_costs_nothing(settings: SettingsWrapper) -> None:
    settings.RF_URL, settings.KJ_URL, settings.HELSEID_ISSUER = "http://127.0.0.1:1", "", "http://127.0.0.1:1"
    found = {one.name: one for one in services.check_all()}
    assert found["Reseptformidleren"].problem.startswith("Svarer ikke")
    assert found["Reseptformidleren"].simulated
    assert found["Kjernejournal"].problem == "Adressen er ikke satt"
    assert not found["PostgreSQL"].problem
    assert not found["Redis"].problem
    page = at_work("operator").get(HOME + "tjenester").content.decode()
    assert "Svarer ikke" in page


def test_a_service_that_answers(helseid: HelseId, settings: SettingsWrapper) -> None:
    found = {one.name: one for one in services.check_all()}
    assert (found["HelseID"].problem, found["HelseID"].detail) == ("", "Metadata lest")


@pytest.mark.parametrize(("folder", "told"), [("", "XSD-validering av"), ("/skjema", "XSD-validering på")])
def test_whether_messages_are_held_against_the_official_schemas_is_told(
    folder: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schemas, "directory", lambda: folder or None)
    monkeypatch.setattr(services, "check_all", list)
    assert told in at_work("operator").get(HOME + "tjenester").content.decode()


def test_journals_tell_how_far_they_are(journal: Journal) -> None:
    own = next(row for row in figures.journals([journal]))
    assert (own.behind, own.units) == (0, 1)
    assert own.size > 100_000
    type(journal).objects.filter(pk=journal.pk).update(ready=False)
    assert "Ikke klar" in at_work("operator").get(HOME + "journaler").content.decode()


def test_queries_do_not_grow_with_the_queue(
    journal: Journal, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = at_work("operator")
    for _ in range(12):
        stopped(journal)
    with django_assert_max_num_queries(16):
        browser.get(HOME + "koer")


def test_fest_is_rolled_back_by_whoever_may_and_the_history_says_who(tmp_path: Path) -> None:
    browser = at_work("fest")
    for at, names in ((FIRST, ("Alfa", "Beta")), (SECOND, ("Alfa", "Beta", "Zeta"))):
        upload(browser, m30(tmp_path, *names, at=at).read_bytes())
    new = Version.objects.get(is_current=True)
    page = browser.get(f"{HOME}fest/versjon/{new.pk}").content.decode()
    assert "Zeta" in page
    assert "Ny" in page
    assert "Kryss av" in browser.post(HOME + "fest/tilbake").content.decode()
    answer = browser.post(HOME + "fest/tilbake", {"sure": "1"})
    assert answer["Location"].endswith("?ok=rolled_back")
    assert Version.objects.get(is_current=True).extracted_at == FIRST
    assert "Tatt ut" in browser.get(HOME + "fest").content.decode()
    assert at_work("support").post(HOME + "fest/tilbake", {"sure": "1"}).status_code == 403

"""The frame: waiting, setting a patient, and the door of every patient page (decision 2, integration.md 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from portals.shared import clients
from sfm.audit.models import AuditEvent
from sfm.core.errors import Unavailable
from sfm.exchange import lookup
from sfm.identity import logins, users
from sfm.tenancy.scope import journal_scope
from tests.integration.portal import SET, Portal, invented

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper
    from redis import Redis

    from tests.office import Office

pytestmark = [pytest.mark.usefixtures("pages"), pytest.mark.filterwarnings("ignore:No directory at")]


@pytest.fixture
def pages(settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The frame's addresses; look-ups are noted instead of started."""
    settings.ROOT_URLCONF = "tests.integration.frame_urls"
    clients.forget()
    started: list[dict[str, object]] = []
    monkeypatch.setattr(lookup, "start", lambda **given: started.append(given))
    return started


def actions(office: Office) -> list[str]:
    with journal_scope(office.journal):
        return list(AuditEvent.objects.order_by("seq").values_list("action", flat=True))


def test_the_portal_waits_for_login_and_then_for_a_patient(office: Office) -> None:
    portal = Portal(office)
    assert "Venter på journalsystemet" in portal.browser.get("/e/demo-epj/pasient/").content.decode()
    assert not portal.browser.cookies  # a visitor gets no session
    assert "Ingen pasient valgt" in portal.log_in().browser.get("/e/demo-epj/pasient/").content.decode()


def test_another_portal_opens_its_start_page_after_login(office: Office) -> None:
    portal = Portal(office)
    assert "Venter på journalsystemet" in portal.browser.get("/e/demo-epj/helsepersonell/").content.decode()
    assert "start for" in portal.log_in().browser.get("/e/demo-epj/helsepersonell/").content.decode()


def test_an_unknown_record_system_has_no_portal(office: Office) -> None:
    answer = Portal(office).browser.get("/e/finnes-ikke/pasient/")
    assert answer.status_code == 404
    assert answer["X-Trace-Id"] in answer.content.decode()


def test_setting_a_patient_opens_the_page(office: Office, pages: list[dict[str, object]]) -> None:
    key, pid = invented(office)
    portal = Portal(office).log_in()
    answer = portal.set_patient(pid, encounterIdentifier="kontakt-1", extra="ignoreres")
    assert answer.status_code == 200
    assert portal.browser.get(answer.json()["url"]).content.decode() == "Demosen, Kari Oppdiktet"
    assert [given["patient_key"] for given in pages] == [key]
    assert actions(office)[-2:] == ["patient.open", "read.list"]
    assert portal.browser.session["actor"]["encounter"] == "kontakt-1"


def test_no_identity_in_the_address_or_the_session(office: Office) -> None:
    key, pid = invented(office)
    portal = Portal(office).log_in()
    ticket = portal.ticket(pid)
    url = portal.post(SET, {"ticket": ticket}).json()["url"]
    assert not any(secret in url for secret in (pid, ticket, str(key), "Demosen"))
    assert not any(secret in str(portal.patient) for secret in (pid, ticket, "Demosen"))


def test_the_same_patient_keeps_the_context_and_another_gets_a_new_one(office: Office) -> None:
    _, first = invented(office)
    _, second = invented(office, 1)
    portal = Portal(office).log_in()
    urls = [portal.set_patient(pid).json()["url"] for pid in (first, first, second)]
    assert urls[0] == urls[1] != urls[2]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stale_frame_neither_reads_nor_writes(office: Office, method: str) -> None:
    _, first = invented(office)
    _, second = invented(office, 1)
    portal = Portal(office).log_in()
    stale = portal.set_patient(first).json()["url"].replace("legemidler", "skriv")
    portal.set_patient(second)
    before = actions(office)
    answer = portal.post(stale) if method == "post" else portal.browser.get(stale)
    assert answer.status_code == 409
    assert "Pasienten er byttet" in answer.content.decode()
    assert actions(office) == before


def test_without_login_nothing_opens(office: Office) -> None:
    portal = Portal(office)
    assert portal.browser.get("/e/demo-epj/pasient/abc/legemidler").status_code == 401
    _, pid = invented(office)
    url = portal.log_in().set_patient(pid).json()["url"]
    portal.browser.cookies.clear()
    assert portal.browser.get(url).status_code == 401


def test_a_form_posted_after_the_login_ended_is_told_so_and_stays(office: Office) -> None:
    _, pid = invented(office)
    portal = Portal(office).log_in()
    url = portal.set_patient(pid).json()["url"].replace("legemidler", "skriv")
    logins.end(portal.browser.session["login"]["owner"])
    answer = portal.post(url, **{"HX-Request": "true", "Accept": "*/*"})
    assert (answer.status_code, answer["HX-Retarget"]) == (401, "#errors")
    assert "Økten er utløpt" in answer.content.decode()


def test_a_login_of_one_record_system_does_not_open_the_address_of_another(office: Office) -> None:
    _, pid = invented(office)
    portal = Portal(office).log_in()
    url = portal.set_patient(pid).json()["url"]
    assert portal.browser.get(url.replace("demo-epj", "annen-epj")).status_code == 401


def test_a_missing_right_is_refused_and_recorded(office: Office) -> None:
    _, pid = invented(office)
    portal = Portal(office).log_in()
    url = portal.set_patient(pid).json()["url"].replace("legemidler", "stengt")
    assert portal.browser.get(url).status_code == 403
    assert actions(office)[-1] == "access.denied"


def test_a_failed_write_leaves_nothing_and_keeps_the_form(office: Office) -> None:
    _, pid = invented(office)
    portal = Portal(office).log_in()
    url = portal.set_patient(pid).json()["url"].replace("legemidler", "skriv")
    before = actions(office)
    answer = portal.post(url, **{"X-Wrong": "1", "HX-Request": "true", "Accept": "*/*"})
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (422, "#errors", "innerHTML")
    assert "Skriv en dose." in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert actions(office) == before


@pytest.mark.parametrize("ticket", ["", 7, None, "x" * 201, "finnes-ikke"])
def test_a_wrong_ticket_sets_nobody(office: Office, ticket: object) -> None:
    portal = Portal(office).log_in()
    answer = portal.post(SET, {"ticket": ticket})
    assert answer.status_code in (404, 422)
    assert answer["X-SFM-Error"] == "ticket-invalid"
    assert len(answer.json()["traceId"]) == 32
    assert "patient" not in portal.browser.session


def test_a_colleagues_ticket_sets_nobody(office: Office) -> None:
    _, pid = invented(office)
    theirs = Portal(office, "nes").ticket(pid)
    assert Portal(office).log_in().post(SET, {"ticket": theirs}).status_code == 404


def test_acting_for_a_colleague_is_shown(office: Office) -> None:
    _, pid = invented(office)
    portal = Portal(office, "nes").log_in()
    doctor = office.people["berg"]
    portal.set_patient(pid, onBehalfOf=doctor.hpr)
    assert (portal.patient["on_behalf_of"], portal.patient["on_behalf_of_name"]) == (doctor.hpr, doctor.name)
    assert portal.browser.session["actor"]["on_behalf_of"] == doctor.hpr


@pytest.mark.parametrize("case", ["unknown", "blocked", "not a number"])
def test_acting_for_nobody_in_use_is_ignored_with_a_notice(office: Office, case: str) -> None:
    _, pid = invented(office)
    if case == "blocked":
        with journal_scope(office.journal):
            users.block(office.people["berg"], "prøve")
    hpr = {"unknown": "9999998", "blocked": office.people["berg"].hpr, "not a number": "abc"}[case]
    portal = Portal(office, "nes").log_in()
    assert portal.set_patient(pid, onBehalfOf=hpr).status_code == 200
    assert portal.patient["on_behalf_of"] == ""
    assert "ikke aktiv bruker" in portal.patient["notice"]


def test_booleans_may_be_words(office: Office) -> None:
    _, pid = invented(office)
    portal = Portal(office).log_in()
    for sent, meant in (("false", False), (False, False), ("true", True), (True, True)):
        portal.set_patient(pid, showAllergies=sent)
        assert portal.patient["show_allergies"] is meant
    portal.set_patient(pid)
    assert portal.patient["show_allergies"] is True


def test_the_patient_opens_though_the_sources_are_down(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_given: object) -> bool:
        raise Unavailable

    monkeypatch.setattr(lookup, "start", down)
    _, pid = invented(office)
    assert Portal(office).log_in().set_patient(pid).status_code == 200


def test_a_patient_that_could_not_be_opened_leaves_the_session_with_the_one_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acts of the first patient must not be written to the encounter of the second."""

    def no_log(*_given: object, **_named: object) -> None:
        raise Unavailable

    _, first = invented(office)
    _, second = invented(office, 1)
    portal = Portal(office).log_in()
    portal.set_patient(first, encounterIdentifier="kontakt-1")
    before = dict(portal.browser.session)
    monkeypatch.setattr("portals.shared.setting.record", no_log)
    assert portal.set_patient(second, encounterIdentifier="kontakt-2").status_code == 503
    after = portal.browser.session
    assert (after["patient"], after["actor"]) == (before["patient"], before["actor"])


def test_a_page_without_a_name_is_not_found(office: Office) -> None:
    _, pid = invented(office)
    portal = Portal(office).log_in()
    url = portal.set_patient(pid).json()["url"].replace("legemidler", f"ukjent/{uuid4()}")
    answer = portal.browser.get(url)
    assert answer.status_code == 404
    assert "Siden finnes ikke" in answer.content.decode()


def test_what_the_record_system_says_of_itself_is_kept_within_bounds(office: Office) -> None:
    portal = Portal(office).log_in()
    said = {"sfm-user-agent": "x" * 300, "n": 1} | {f"k{number}": "v" for number in range(30)}
    assert portal.post("/e/demo-epj/journalsystem", said).status_code == 204
    kept = portal.browser.session["epj"]
    assert kept["sfm-user-agent"] == "x" * 200
    assert "n" not in kept
    assert len(kept) <= 20
    assert Portal(office).post("/e/demo-epj/journalsystem", said).status_code == 401


def test_staff_without_login_are_sent_to_helseid(office: Office) -> None:
    answer = Portal(office).browser.get("/tjeneste/")
    assert (answer.status_code, answer["Location"]) == (302, "/tjeneste/oidc/inn/")
    assert Portal(office).browser.get("/tjeneste/", headers={"HX-Request": "true"}).status_code == 401


def test_ready_means_that_database_and_redis_answer(office: Office, settings: SettingsWrapper) -> None:
    browser = Portal(office).browser
    assert browser.get("/helse").status_code == 200
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert browser.get("/helse").status_code == 503
    assert browser.get("/helse/lever").status_code == 200


def test_asking_how_long_the_session_lasts_keeps_nothing_alive(office: Office, redis_client: Redis) -> None:
    portal = Portal(office).log_in()
    names = [name for kind in ("session:*", "login-seen:*") for name in redis_client.keys(kind)]
    assert len(names) == 2
    for name in names:
        redis_client.expire(name, 100)
    asked = portal.browser.get("/e/demo-epj/okt")
    assert asked.json() == {"exp": portal.browser.session["login"]["exp"]}
    for name in names:
        redis_client.expire(name, 100)
    portal.browser.get("/e/demo-epj/okt")
    assert all(redis_client.ttl(name) <= 100 for name in names)
    assert portal.post("/e/demo-epj/okt/fortsett").json() == asked.json()
    assert all(redis_client.ttl(name) > 100 for name in names)
    assert portal.browser.get("/e/annen-epj/okt").status_code == 401
    redis_client.delete(*names)
    assert portal.browser.get("/e/demo-epj/okt").status_code == 401
    assert portal.post("/e/demo-epj/okt/fortsett").status_code in (401, 403)

"""The Session Gateway as an EPJ's server and the portal's own script see it (integration.md 3, attacks 22–34)."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from sfm.audit.models import AuditEvent
from sfm.core import clock
from sfm.identity import gateway_session, logins, principal, users
from sfm.identity.actors import from_dict
from sfm.tenancy.models import EpjClient, Organisation, Supplier
from sfm.tenancy.scope import journal_scope
from tests.tokens import API1, HASH, MIGRATION2, PLAIN, Caller, Key

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from sfm.tenancy.models import Journal
    from tests.office import Office

pytestmark = pytest.mark.usefixtures("gateway")
CREATE, REFRESH, END = "/api/v2/Session/create", "/api/v2/Session/refresh", "/api/v2/Session/end"
ANOTHER = base64.b64encode(bytes(64)).decode()


@pytest.fixture
def gateway(settings: SettingsWrapper) -> None:
    """The gateway's addresses and one portal page that tells who it thinks we are; the bare session middleware."""
    settings.ROOT_URLCONF = "tests.integration.gateway_urls"
    settings.CSRF_FAILURE_VIEW = "tests.integration.gateway_urls.refused"
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]


def post(path: str, caller: Caller, body: Any = None, **extra: Any) -> Any:
    content = {"data": body, "content_type": "application/json"} if body is not None else {}
    return Client().post(path, headers=caller.headers("POST", path) | extra, **content)


def create(caller: Caller, nonce: str = HASH) -> Any:
    return post(CREATE, caller, {"nonce": nonce})


def browser_at_home() -> Client:
    return Client(enforce_csrf_checks=True)


def enter(browser: Client, code: str, nonce: str = PLAIN, **headers: str) -> Any:
    return browser.post(
        "/api/Login",
        data=f'"{nonce}"',
        content_type="application/json",
        headers={"Authorization": code} | headers,
    )


def logged_in(caller: Caller) -> Client:
    browser = browser_at_home()
    assert enter(browser, create(caller).json()["code"]).status_code == 200
    assert browser.get("/who").status_code == 200
    return browser


def later(seconds: int) -> Any:
    return clock.frozen_at(clock.now() + timedelta(seconds=seconds))


def test_the_published_nonce_vector() -> None:
    assert gateway_session.nonce_hash(PLAIN) == HASH
    for bad in ("", "AAAA", PLAIN[:-4], PLAIN + "AAAA", "æ" * 88, PLAIN.replace("=", "!")):
        assert gateway_session.nonce_hash(bad) == ""


def test_create_answers_the_contract(office: Office) -> None:
    answer = create(office.caller())
    content = answer.json()
    home = "http://testserver/e/demo-epj/"
    assert content["metadata"] == {
        "patientportal": home + "pasient/",
        "healthcareportal": home + "helsepersonell/",
        "enterpriseportal": home + "virksomhet/",
    }
    assert (content["clientAddress"], content["apiAddress"]) == (home + "pasient/", "http://testserver")
    assert [len(base64.b64decode(content[name])) for name in ("id", "code")] == [64, 64]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/api/v2/session/CREATE", "/API/V2/Session/create/", "/api/v2/session/create"]
)
def test_addresses_are_forgiving(office: Office, path: str) -> None:
    assert post(path, office.caller(), {"nonce": HASH}).status_code == 200


def test_bearer_lives_on_the_old_addresses_only(office: Office, settings: SettingsWrapper) -> None:
    bearer = office.issuer.bearer(journal_id=office.journal.pk)
    assert post("/api/Session/create", bearer, {"nonce": HASH}).status_code == 200
    assert post(CREATE, bearer, {"nonce": HASH}).status_code == 401
    refused = post("/api/Session/create", office.caller(), {"nonce": HASH})
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    settings.SFM_ALLOW_BEARER = False
    assert post("/api/Session/create", bearer, {"nonce": HASH}).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"nonce": ""}, {"nonce": 7}, {"nonce": "AAAA"}, {"nonce": "ø"}, [], "text"]
)
def test_a_malformed_body(office: Office, body: Any) -> None:
    answer = post(CREATE, office.caller(), body)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:sfm:problem:malformed")


def test_not_json_not_post_and_no_query(office: Office) -> None:
    path, caller = CREATE, office.caller()
    text = Client().post(path, data="a=b", content_type="text/plain", headers=caller.headers("POST", path))
    assert text.status_code == 415
    assert Client().get(path).status_code == 405
    query = Client().post(path + "?pid=1", headers=caller.headers("POST", path))
    assert query.status_code == 400


def test_an_error_tells_what_the_contract_says(office: Office) -> None:
    answer = create(office.caller(extra={"aud": "other"}))
    problem = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith('DPoP error="invalid_token", algs="ES256 ')
    assert (problem["status"], problem["type"]) == (401, "urn:sfm:problem:invalid-token")
    assert len(problem["traceId"]) == 32
    assert "audience" not in answer.content.decode()  # why is for the log


@pytest.mark.parametrize(
    ("claims", "status", "kind"),
    [
        ({"scope": [MIGRATION2]}, 403, "insufficient-scope"),
        ({"scope": [API1]}, 403, "insufficient-scope"),
        ({principal.SECURITY_LEVEL: "3"}, 403, "assurance-too-low"),
        ({principal.ORGNR + "supplier": "310005555"}, 403, "supplier-unknown"),
        ({principal.ORGNR + "supplier": None}, 403, "supplier-unknown"),
        ({principal.JOURNAL_ID: "0b1f3e0c-5b7d-4c52-9a4e-0c7d5f1e2a3b"}, 403, "journal-unavailable"),
        ({principal.JOURNAL_ID: "not-a-uuid"}, 403, "journal-unavailable"),
        ({principal.JOURNAL_ID: None}, 403, "journal-unavailable"),
        (
            {principal.ORGNR + "parent": "310002208", principal.ORGNR + "child": None},
            403,
            "journal-unavailable",
        ),
        ({"client_id": "stranger"}, 403, "client-unknown"),
        ({principal.STATED_BY_EPJ: {"value": {}}}, 403, "user-unavailable"),
    ],
)
def test_who_is_not_admitted(office: Office, claims: dict[str, Any], status: int, kind: str) -> None:
    answer = create(office.caller(extra=claims))
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:sfm:problem:{kind}")


def test_a_foreign_and_an_unknown_journal_look_the_same(office: Office, other_journal: Journal) -> None:
    unknown = "0b1f3e0c-5b7d-4c52-9a4e-0c7d5f1e2a3b"
    answers = [create(office.caller(journal_id=journal)).json() for journal in (other_journal.pk, unknown)]
    assert [answer.pop("traceId") for answer in answers]
    assert answers[0] == answers[1]


def test_people_who_are_not_in_or_not_active(office: Office) -> None:
    assert create(office.caller("dal")).json()["type"].endswith("user-unavailable")
    with journal_scope(office.journal):
        denied = AuditEvent.objects.get(action="session.denied")
    assert (denied.result, denied.detail) == ("denied", {"problem": "user-unavailable"})
    with journal_scope(office.journal):
        users.block(office.people["berg"], "sperret")
    assert create(office.caller("berg")).json()["type"].endswith("user-unavailable")
    Organisation.objects.filter(journal=office.journal).update(active=False)
    assert create(office.caller("nes")).json()["type"].endswith("organisation-inactive")


def test_inactive_client_and_supplier(office: Office) -> None:
    EpjClient.objects.filter(pk=office.client.pk).update(active=False)
    assert create(office.caller()).status_code == 403
    EpjClient.objects.filter(pk=office.client.pk).update(active=True)
    Supplier.objects.update(active=False)
    assert create(office.caller()).json()["type"].endswith("supplier-unknown")


def test_login_opens_the_portals_as_the_person(office: Office) -> None:
    browser = browser_at_home()
    answer = enter(browser, create(office.caller()).json()["code"])
    assert answer.status_code == 200
    assert answer.json()["csrfToken"]
    assert answer.json()["portals"]["patientportal"] == "http://testserver/e/demo-epj/pasient/"
    session = browser.get("/who").json()
    actor = from_dict(session["actor"])
    assert actor.practitioner_id == office.people["berg"].pk
    assert (actor.organisation_id, actor.journal_id) == (office.organisation.pk, office.journal.pk)
    assert actor.may("rx.prescribe")
    assert session["login"]["client_slug"] == "demo-epj"
    cookie = answer.cookies[django_settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["max-age"]) == (
        True,
        True,
        "None",
        "",
    )


def test_the_csrf_token_of_the_login_works(office: Office) -> None:
    browser = browser_at_home()
    token = enter(browser, create(office.caller()).json()["code"]).json()["csrfToken"]
    assert browser.post("/note").status_code == 403
    assert browser.post("/note", headers={"X-CSRFToken": token}).status_code == 200


def test_a_bare_nonce_is_taken_too(office: Office) -> None:
    code = create(office.caller()).json()["code"]
    answer = Client().post(
        "/api/login/", data=PLAIN, content_type="text/plain", headers={"Authorization": code}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("nonce", [HASH, "", ANOTHER], ids=["hash", "none", "another"])
def test_a_wrong_nonce_burns_the_code(office: Office, nonce: str) -> None:
    code = create(office.caller()).json()["code"]
    first, second = enter(Client(), code, nonce), enter(Client(), code, PLAIN)
    assert (first.status_code, first["X-SFM-Error"]) == (401, "nonce-mismatch")
    assert (second.status_code, second["X-SFM-Error"]) == (401, "code-used")


def test_a_code_works_once_and_not_for_long(office: Office, redis_client: Any) -> None:
    code = create(office.caller()).json()["code"]
    ttl = next(redis_client.ttl(key) for key in redis_client.keys("code:*"))
    assert 15 <= ttl <= django_settings.SFM_SESSION_CODE_TTL
    assert enter(Client(), code).status_code == 200
    assert enter(Client(), code).status_code == 401
    assert enter(Client(), "AAAA").status_code == 401


def test_a_refused_login_says_why(office: Office, redis_client: Any) -> None:
    late = create(office.caller()).json()["code"]
    for key in redis_client.keys("code:*"):
        redis_client.delete(key)
    assert enter(Client(), late)["X-SFM-Error"] == "code-expired"
    code = create(office.caller()).json()["code"]
    post("/api/v2/Session/end", office.caller())
    assert enter(Client(), code)["X-SFM-Error"] == "session-ended"


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://127.0.0.1:8010"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_login_from_a_foreign_page(office: Office, headers: dict[str, str]) -> None:
    assert enter(Client(), create(office.caller()).json()["code"], **headers).status_code == 401


def test_a_planted_cookie_is_not_kept(office: Office) -> None:
    browser = Client()
    name = django_settings.SESSION_COOKIE_NAME
    browser.cookies[name] = "planted-by-somebody-else"
    enter(browser, create(office.caller()).json()["code"])
    before = browser.cookies[name].value
    assert before != "planted-by-somebody-else"
    enter(browser, create(office.caller()).json()["code"])
    assert browser.cookies[name].value != before
    thief = Client()
    thief.cookies[name] = before
    assert thief.get("/who").status_code == 401


def test_a_session_costs_one_round_trip(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from redis.connection import AbstractConnection

    browser, sent = logged_in(office.caller()), []
    original = AbstractConnection.send_packed_command
    monkeypatch.setattr(
        AbstractConnection,
        "send_packed_command",
        lambda self, *a, **k: (sent.append(1), original(self, *a, **k))[1],
    )
    assert browser.get("/who").status_code == 200
    assert len(sent) == 1


def test_end_closes_every_frame(office: Office) -> None:
    caller = office.caller()
    frames = [logged_in(caller), logged_in(office.caller())]
    pending = create(caller).json()["code"]
    other = logged_in(office.caller("nes"))
    assert post(END, caller).json() == {}
    assert [frame.get("/who").status_code for frame in frames] == [401, 401]
    assert enter(Client(), pending).status_code == 401
    assert other.get("/who").status_code == 200
    assert post(REFRESH, caller).json()["type"].endswith("session-not-live")
    assert post(END, caller).status_code == 200


def test_token_expiry_ends_and_refresh_prolongs(office: Office) -> None:
    browser = logged_in(office.caller(exp=int(clock.now().timestamp()) + 300))
    with later(301):
        assert browser.get("/who").status_code == 401
    browser = logged_in(office.caller(exp=int(clock.now().timestamp()) + 400))
    assert post(REFRESH, office.caller()).json() == {}
    with later(401):
        assert browser.get("/who").status_code == 200


def test_a_late_refresh_revives_for_ten_minutes(office: Office) -> None:
    browser = logged_in(office.caller(exp=int(clock.now().timestamp()) + 60))
    with later(60 + 9 * 60):
        assert browser.get("/who").status_code == 401
        assert post(REFRESH, office.caller()).status_code == 200


def test_a_refresh_eleven_minutes_late(office: Office, redis_client: Any) -> None:
    create(office.caller(exp=int(clock.now().timestamp()) + 60))
    for key in redis_client.keys(
        "login-by:*"
    ):  # Redis keeps its own time: what is left must not outlive the revival
        assert redis_client.ttl(key) <= 60 + 10 * 60
        redis_client.delete(key)
    assert post(REFRESH, office.caller()).status_code == 409


def test_refresh_by_another_is_refused_and_the_session_kept(office: Office, other_journal: Journal) -> None:
    key = Key()
    browser = logged_in(office.caller(key=key))
    answer = post(REFRESH, office.caller("nes", key=key))
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:sfm:problem:session-mismatch")
    assert post(END, office.caller("nes", key=key)).status_code == 403
    assert post(REFRESH, office.caller("nes")).status_code == 409  # nobody's session, with a key nobody used
    assert browser.get("/who").status_code == 200


def test_create_on_a_living_session_keeps_it(office: Office) -> None:
    browser = logged_in(office.caller())
    before = browser.get("/who").json()["login"]
    shorter = office.caller(exp=int(clock.now().timestamp()) + 60)
    second = logged_in(shorter).get("/who").json()["login"]
    assert second == before


def test_an_idle_login_is_over(office: Office, redis_client: Any) -> None:
    browser = logged_in(office.caller())
    seen = redis_client.keys("login-seen:*") + redis_client.keys("session:*")
    assert all(0 < redis_client.ttl(key) <= django_settings.SFM_SESSION_IDLE for key in seen)
    redis_client.delete(*seen)
    assert browser.get("/who").status_code == 401
    assert post(REFRESH, office.caller()).status_code == 409


def test_blocking_a_person_ends_their_sessions(
    office: Office, django_capture_on_commit_callbacks: Any
) -> None:
    browser, other = logged_in(office.caller()), logged_in(office.caller("nes"))
    with journal_scope(office.journal), django_capture_on_commit_callbacks(execute=True):
        users.block(office.people["berg"], "sperret av administrator")
    assert (browser.get("/who").status_code, other.get("/who").status_code) == (401, 200)


def test_rights_follow_at_refresh(office: Office) -> None:
    browser = logged_in(office.caller())
    with journal_scope(office.journal):
        berg = users.find(office.people["berg"].pk)
        berg.hpr_rights = {"prescribing": "none"}
        berg.save(update_fields=["hpr_rights"])
    post(REFRESH, office.caller())
    assert "rx.prescribe" not in browser.get("/who").json()["actor"]["permissions"]


def test_a_reused_nonce_is_refused_where_that_is_switched_on(
    office: Office, settings: SettingsWrapper
) -> None:
    assert [create(office.caller()).status_code for _ in range(2)] == [200, 200]
    settings.SFM_REJECT_REUSED_NONCE = True
    fresh = base64.b64encode(hashlib.sha512(b"x").digest()).decode()
    assert [create(office.caller(), fresh).status_code for _ in range(2)] == [200, 400]


def test_nothing_readable_lies_in_redis(office: Office, redis_client: Any) -> None:
    caller = office.caller()
    browser = logged_in(caller)
    cookie = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    login_id, _, secret = cookie.partition(".")
    dump = b"".join(redis_client.dump(key) + key for key in redis_client.keys("*"))
    for text in (caller.token.split(".")[1], secret, "14837849986", "Demoberg", "prescribe"):
        assert text.encode() not in dump
    assert logins.token_of(login_id) == caller.token


def test_without_redis_the_door_is_closed(office: Office, settings: SettingsWrapper) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = create(office.caller())
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:sfm:problem:unavailable")

"""The service provider's staff log in to SFM itself: HelseID, level 4, registered, through our own client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from sfm.core.errors import Forbidden, SfmError
from sfm.identity import helseid_client, oidc
from sfm.identity.refusals import AssuranceTooLow, InvalidToken, UserUnavailable
from sfm.tenancy.models import ProviderStaff
from tests.tokens import API2, PEOPLE, HelseId, Key

if TYPE_CHECKING:
    from django.http import HttpRequest
    from pytest_django.fixtures import SettingsWrapper

pytestmark = [pytest.mark.usefixtures("here", "redis_client"), pytest.mark.django_db]


def who(request: HttpRequest) -> HttpResponse:
    staff = oidc.staff_of(request)
    return HttpResponse(staff.name if staff else "ingen")


def handler500(_request: HttpRequest) -> HttpResponse:  # the product's error pages are not under test here
    return HttpResponse(status=500)


urlpatterns = [path("tjeneste/oidc/", include("sfm.identity.oidc_urls")), path("tjeneste/", who)]


@pytest.fixture
def here(settings: SettingsWrapper, helseid: HelseId) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
    for registration in helseid_client.registrations():
        helseid.http.post("/api/clients", json=registration).raise_for_status()


@pytest.fixture
def nora() -> ProviderStaff:
    digest = oidc.pid_digest(str(PEOPLE["drift"]["pid"]))
    return ProviderStaff.objects.create(name="Nora Oppdiktet Demodrift", pid_bi=digest, roles=["operator"])


def at_helseid(helseid: HelseId, browser: Client, person: str) -> str:
    """Log in at HelseID and come back with the address the browser is sent to."""
    away = browser.get("/tjeneste/oidc/inn/")["Location"]
    query = parse_qs(urlsplit(away).query)
    assert set(query) == {"client_id", "request_uri"}  # PAR: nothing else in the address
    back = helseid.http.get(f"{away}&test_person={person}").headers["Location"]
    return back.removeprefix("http://testserver")


def test_a_registered_person_gets_in(helseid: HelseId, nora: ProviderStaff) -> None:
    browser = Client()
    landed = browser.get(at_helseid(helseid, browser, "drift"))
    assert (landed.status_code, landed["Location"]) == (302, "/tjeneste/")
    assert browser.get("/tjeneste/").content.decode() == nora.name
    nora.active = False
    nora.save()
    assert browser.get("/tjeneste/").content.decode() == "ingen"


def test_logging_out(helseid: HelseId, nora: ProviderStaff) -> None:
    browser = Client()
    browser.get(at_helseid(helseid, browser, "drift"))
    assert browser.get("/tjeneste/oidc/ut/").status_code == 405
    browser.post("/tjeneste/oidc/ut/")
    assert browser.get("/tjeneste/").content.decode() == "ingen"


def test_the_session_changes_at_login(helseid: HelseId, nora: ProviderStaff) -> None:
    browser = Client()
    back = at_helseid(helseid, browser, "drift")
    before = browser.cookies["__Host-sfm"].value
    browser.get(back)
    assert browser.cookies["__Host-sfm"].value != before
    thief = Client()
    thief.cookies["__Host-sfm"] = before
    assert thief.get("/tjeneste/").content.decode() == "ingen"


def test_nothing_of_an_earlier_session_is_carried_over(helseid: HelseId, nora: ProviderStaff) -> None:
    browser = Client()
    back = at_helseid(helseid, browser, "drift")
    session = browser.session
    session["patient"] = {"ctx": "x"}
    session.save()
    browser.get(back)
    assert "patient" not in browser.session


@pytest.mark.parametrize(("person", "refusal"), [("berg", UserUnavailable), ("niva3", AssuranceTooLow)])
def test_others_do_not(helseid: HelseId, nora: ProviderStaff, person: str, refusal: type[SfmError]) -> None:
    browser = Client()
    with pytest.raises(refusal):
        browser.get(at_helseid(helseid, browser, person))
    assert browser.get("/tjeneste/").content.decode() == "ingen"


def test_a_registered_person_at_too_low_a_level(helseid: HelseId) -> None:
    ProviderStaff.objects.create(name="Per", pid_bi=oidc.pid_digest(str(PEOPLE["niva3"]["pid"])))
    browser = Client()
    with pytest.raises(AssuranceTooLow):
        browser.get(at_helseid(helseid, browser, "niva3"))


@pytest.mark.parametrize("change", [("iss=", "iss=x"), ("state=", "state=x"), ("code=", "kode=")])
def test_a_tampered_answer(helseid: HelseId, nora: ProviderStaff, change: tuple[str, str]) -> None:
    browser = Client()
    back = at_helseid(helseid, browser, "drift")
    with pytest.raises(Forbidden):
        browser.get(back.replace(*change))


def test_an_answer_works_once_and_in_one_browser(helseid: HelseId, nora: ProviderStaff) -> None:
    browser = Client()
    back = at_helseid(helseid, browser, "drift")
    with pytest.raises(Forbidden):
        Client().get(back)
    assert browser.get(back).status_code == 302
    with pytest.raises(Forbidden):
        browser.get(back)


def test_id_tokens_of_other_clients_and_logins(helseid: HelseId, nora: ProviderStaff) -> None:
    foreign = helseid.register("epj").login("drift", nonce="n").answer["id_token"]
    backend = oidc.HelseIdBackend()
    with pytest.raises(InvalidToken):
        backend.verify_token(foreign, nonce="n")
    own = helseid.register("sfm-tjeneste").login("drift", nonce="n").answer["id_token"]
    assert backend.verify_token(own, nonce="n")
    for nonce in ("other", "", None):
        with pytest.raises(InvalidToken):
            backend.verify_token(own, nonce=nonce)


def test_the_users_token_is_exchanged_for_rf(helseid: HelseId, settings: SettingsWrapper) -> None:
    user = helseid.register("epj").login("berg")
    exchanged = helseid_client._claims(helseid_client.exchange(user.token, scope=settings.RF_SCOPE))
    assert (exchanged["aud"], exchanged["act"]["client_id"]) == ("nhn:reseptformidleren", "sfm")
    assert exchanged["helseid://claims/identity/pid"] == PEOPLE["berg"]["pid"]


@pytest.mark.parametrize("claims", [{"sub": "somebody else"}, {"aud": "e-helse:other"}])
def test_an_exchanged_token_for_another_is_refused(
    helseid: HelseId, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any]
) -> None:
    user = helseid.register("epj").login("berg")
    order = {"client_id": "epj", "person": "berg", "scope": API2, "jkt": Key().jkt}
    wrong = helseid.mint(**order, claims={"aud": "nhn:reseptformidleren"} | claims)["access_token"]
    monkeypatch.setattr(helseid_client, "tokens", lambda *_a, **_k: {"access_token": wrong})
    with pytest.raises(helseid_client.HelseIdRefused):
        helseid_client.exchange(user.token, scope=settings.RF_SCOPE)

"""Headers, cookies and origins of every portal page (security.md 4.3, attacks on the frame)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from portals.shared import clients
from portals.shared.middleware import PartitionedCookieMiddleware
from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.tenancy.models import EpjClient
from tests.integration.portal import OWN, Portal, invented

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

    from tests.office import Office

pytestmark = [pytest.mark.usefixtures("pages"), pytest.mark.filterwarnings("ignore:No directory at")]


@pytest.fixture
def pages(settings: SettingsWrapper) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.integration.frame_urls"
    clients.forget()
    yield
    clients.forget()


def ancestors(path: str) -> str:
    policy = Client().get(path)["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/e/demo-epj/pasient/{}/legemidler", 400),
        ("/e/demo-epj/pasient/?q={}", 400),
        ("/e/demo-epj/pasient/?{}=x", 400),
        ("/tjeneste/?q={}", 400),
        ("/e/demo-epj/pasient/?q=12345678901", 200),
    ],
)
def test_a_national_number_never_stands_in_an_address(office: Office, address: str, status: int) -> None:
    pid = synthetic_id(date(1956, 3, 12))
    for written in (pid, f"{pid[:6]}%20{pid[6:]}"):
        answer = Client().get(address.format(written))
        assert answer.status_code == status
        assert pid not in answer.content.decode()


def test_only_the_registered_record_system_may_hold_the_page(office: Office) -> None:
    EpjClient.objects.create(
        client_id="two", slug="two", name="To", origins=["https://a.example", "https://b.example"]
    )
    EpjClient.objects.create(
        client_id="off", slug="off", name="Av", origins=["https://c.example"], active=False
    )
    assert ancestors("/e/demo-epj/pasient/") == "http://127.0.0.1:8010"
    assert ancestors("/e/two/pasient/") == "https://a.example https://b.example"
    for path in ("/e/off/pasient/", "/e/unknown/pasient/", "/helse", "/tjeneste/", "/"):
        assert ancestors(path) == "'none'"


@pytest.mark.parametrize(
    "origin", ["*", "https://*.example", "https://a.example; script-src *", "null", "https://a/x"]
)
def test_only_whole_origins_reach_the_header(office: Office, origin: str) -> None:
    EpjClient.objects.filter(slug="demo-epj").update(origins=[origin])
    assert ancestors("/e/demo-epj/pasient/") == "'none'"


def test_a_changed_registration_is_in_force_after_ten_seconds(office: Office) -> None:
    assert ancestors("/e/demo-epj/pasient/") == "http://127.0.0.1:8010"
    EpjClient.objects.filter(slug="demo-epj").update(origins=["https://new.example"])
    with clock.frozen_at(clock.now() + timedelta(seconds=11)):
        assert ancestors("/e/demo-epj/pasient/") == "https://new.example"


@pytest.mark.parametrize("path", ["/e/demo-epj/pasient/", "/finnes-ikke", "/e/demo-epj/pasient/x/legemidler"])
def test_every_page_says_the_same(office: Office, path: str) -> None:
    answer = Client().get(path)
    assert answer["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "strict-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]
    assert "X-Frame-Options" not in answer
    assert len(answer["X-Trace-Id"]) == 32


def test_the_page_itself_keeps_the_policy(office: Office) -> None:
    """No inline script, style or handler: the policy would refuse them, silently."""
    page = Client().get("/e/demo-epj/pasient/").content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src=")


def test_the_session_cookie_lives_in_the_partition(office: Office) -> None:
    cookie = Portal(office).log_in().browser.cookies["__Host-sfm"].OutputString()
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert part in cookie
    assert "Max-Age" not in cookie
    assert "Domain" not in cookie


def test_a_cookie_is_taken_away_from_its_own_partition() -> None:
    def view(_request: object) -> HttpResponse:
        answer = HttpResponse()
        answer.delete_cookie("__Host-sfm", samesite="None")
        return answer

    taken = PartitionedCookieMiddleware(view)(RequestFactory().get("/")).cookies["__Host-sfm"].OutputString()
    assert "Max-Age=0" in taken
    assert "Partitioned" in taken
    assert "Secure" in taken


MATRIX = [
    ("own page", {}, 200),
    ("no browser headers", {"Origin": None, "Sec-Fetch-Site": None}, 200),
    ("no token", {"X-CSRFToken": None}, 403),
    ("wrong token", {"X-CSRFToken": "a" * 64}, 403),
    ("the record system", {"Origin": "http://127.0.0.1:8010"}, 403),
    ("a file", {"Origin": "null"}, 403),
    ("a look-alike", {"Origin": "http://testserver.evil.example"}, 403),
    ("cross-site", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("same-site", {"Sec-Fetch-Site": "same-site"}, 403),
    ("typed in", {"Sec-Fetch-Site": "none"}, 403),
]


@pytest.mark.parametrize(("changes", "status"), [row[1:] for row in MATRIX], ids=[row[0] for row in MATRIX])
def test_who_may_write(office: Office, changes: dict[str, str | None], status: int) -> None:
    _, pid = invented(office)
    portal = Portal(office).log_in()
    url = portal.set_patient(pid).json()["url"].replace("legemidler", "skriv")
    headers = {**OWN, "X-CSRFToken": portal.token} | changes
    sent = {name: value for name, value in headers.items() if value is not None}
    assert portal.browser.post(url, headers=sent).status_code == status


def test_an_error_has_the_form_that_was_asked_for(office: Office) -> None:
    def answer(**headers: str) -> str:
        return Client().get("/e/demo-epj/pasient/x/legemidler", headers=headers).content.decode()

    page, fragment, content = answer(), answer(**{"HX-Request": "true"}), answer(accept="application/json")
    assert "<html" in page
    assert "Økten er utløpt" in page
    assert fragment.startswith("<section")
    assert '"code": "E14"' in content

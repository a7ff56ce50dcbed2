"""The gateway with the product's own addresses and middleware around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.tokens import HASH, PLAIN

if TYPE_CHECKING:
    from tests.office import Office

# static files are collected by an installation, not by a test run
pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
CREATE = "/api/v2/Session/create"


def _create(office: Office, browser: Client) -> str:
    signed = office.caller().headers("POST", CREATE)
    answer = browser.post(CREATE, {"nonce": HASH}, content_type="application/json", headers=signed)
    return str(answer.json()["code"])


def test_code_to_cookie_to_page(office: Office) -> None:
    browser = Client(enforce_csrf_checks=True)
    own = {
        "Authorization": _create(office, browser),
        "Origin": "http://testserver",
        "Sec-Fetch-Site": "same-origin",
    }
    answer = browser.post("/api/Login", f'"{PLAIN}"', content_type="application/json", headers=own)
    assert answer.status_code == 200
    cookie = answer.cookies["__Host-sfm"]
    assert cookie["partitioned"] is True
    assert browser.get("/e/demo-epj/pasient/").status_code == 200


def test_the_trace_id_is_one_and_the_same(office: Office) -> None:
    signed = office.caller(extra={"aud": "other"}).headers("POST", CREATE)
    answer = Client().post(CREATE, {"nonce": HASH}, content_type="application/json", headers=signed)
    assert answer.status_code == 401
    assert answer.json()["traceId"] == answer["X-Trace-Id"]


@pytest.mark.parametrize(
    "path", ["/api/session/create", "/api/v2/PATIENTTICKET/", "/api/login/", "/API/Session/End"]
)
def test_every_address_is_there(office: Office, path: str) -> None:
    assert Client().post(path).status_code == 401

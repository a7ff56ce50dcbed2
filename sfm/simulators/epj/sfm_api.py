"""The EPJ's calls to SFM, server to server: session, ticket, tasks and journal notes (integration.md 3, 7, 8)."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import time
from typing import Any

import httpx

from sfm.simulators.client import http
from sfm.simulators.epj import helseid, keys
from sfm.simulators.epj.models import Login, PatientRecord, SfmCall

SFM = os.environ.get("SFM_PUBLIC_ORIGIN", "http://localhost:8000")
RENEW_BEFORE = 300  # seconds left of a token when a new one is fetched


class SfmRefused(Exception):
    """SFM said no. `problem` is its own explanation."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        super().__init__(problem.get("title") or f"SFM svarte {status}")


def create_session(login: Login) -> dict[str, Any]:
    """A session and what the frame needs to log in to it. The nonce's hash goes to SFM, the nonce to the frame."""
    raw = secrets.token_bytes(64)
    digest = base64.b64encode(hashlib.sha512(raw).digest()).decode()
    session = _call(login, "POST", "/api/v2/Session/create", json={"nonce": digest}).json()
    return {
        "code": session["code"],
        "nonce": base64.b64encode(raw).decode(),
        "apiEndpoint": session["apiAddress"],
        "metadata": session["metadata"],
    }


def refresh_session(login: Login) -> bool:
    """Called by the page every four minutes; renews the token only when it is about to run out."""
    if login.expires - time.time() > RENEW_BEFORE:
        return False
    helseid.renew(login)
    _call(login, "POST", "/api/v2/Session/refresh")
    return True


def end_session(login: Login) -> None:
    _call(login, "POST", "/api/v2/Session/end")


def patient_ticket(login: Login, patient: PatientRecord) -> str:
    answer = _call(
        login,
        "POST",
        "/api/v2/PatientTicket",
        json={"patientPid": patient.pid},
        headers={"Accept": "application/json"},
    )
    ticket = str(answer.json()["patientTicket"])
    login.tickets = login.tickets | {str(patient.pk): ticket}
    login.save(update_fields=["tickets"])
    return ticket


def tasks(login: Login) -> list[dict[str, Any]]:
    """The task list of the logged-in user."""
    bundle = _call(login, "GET", "/datadeling/v2/Task", params={"type": "None"}).json()
    return [entry["resource"] for entry in bundle.get("entry", [])]


def journal_notes(login: Login, encounter: str) -> list[dict[str, Any]]:
    """What SFM wrote for the journal under this encounter."""
    params = {"_query": "JOURNALNOTE", "encounterIdentifier": encounter}
    bundle = _call(login, "GET", "/datadeling/v2/Basic", params=params).json()
    return [entry["resource"] for entry in bundle.get("entry", [])]


def _call(login: Login, method: str, path: str, **kwargs: Any) -> httpx.Response:
    url = f"{SFM}{path}"
    headers = kwargs.pop("headers", {}) | {
        "Authorization": f"DPoP {login.access_token}",
        "DPoP": keys.dpop(login.dpop_pem, method=method, url=url, token=login.access_token),
    }
    answer = http().request(method, url, headers=headers, **kwargs)
    SfmCall.objects.create(cookie=login.cookie, line=f"{method} {path}", status=answer.status_code)
    if answer.is_error:
        is_json = "json" in answer.headers.get("content-type", "")
        raise SfmRefused(answer.status_code, answer.json() if is_json else {})
    return answer

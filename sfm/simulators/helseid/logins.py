"""A login in three steps: the pushed request, the person who is picked, the code that comes of it."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from django.db import transaction

from sfm.simulators.helseid import details, state, tokens
from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.models import Grant, PushedRequest
from sfm.simulators.helseid.people import Person

LIFE = 60  # seconds, of request_uri and of code
REFRESH_LIFE = 8 * 3600  # seconds


def push(client: dict[str, Any], assertion: dict[str, Any], form: dict[str, str]) -> str:
    """Keep a checked authorization request; return its request_uri."""
    login: dict[str, Any] = {
        "scopes": scopes_of(client, form.get("scope", "")),
        "redirect_uri": form.get("redirect_uri", ""),
        "state": form.get("state", ""),
        "nonce": form.get("nonce", ""),
        "code_challenge": form.get("code_challenge", ""),
        "resource": form.get("resource", ""),
        "login_hint": form.get("login_hint", ""),
        "asked": details.wanted(assertion, form),
    }
    if form.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type må være code")
    if login["redirect_uri"] not in client["redirect_uris"]:
        raise OAuthError("invalid_request", "redirect_uri er ikke registrert på klienten")
    if form.get("code_challenge_method") != "S256" or len(login["code_challenge"]) != 43:
        raise OAuthError("invalid_request", "PKCE med S256 er påkrevd")
    details.tenancy_claims(client, login["asked"])
    uri = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe(32)}"
    PushedRequest.objects.create(
        uri=uri, client_id=client["client_id"], parameters=login, expires=state.now() + LIFE
    )
    return uri


def scopes_of(client: dict[str, Any], asked: str) -> list[str]:
    scopes = asked.split()
    if unknown := [scope for scope in scopes if scope not in client["scopes"]]:
        raise OAuthError("invalid_scope", f"ikke registrert på klienten: {' '.join(unknown)}")
    return scopes


def pending(uri: str, client_id: str) -> PushedRequest:
    found = PushedRequest.objects.filter(uri=uri, client_id=client_id, expires__gte=state.now()).first()
    if found is None:
        raise OAuthError("invalid_request_uri", "request_uri er ukjent, brukt eller utløpt")
    return found


@transaction.atomic
def pick(request: PushedRequest, person: Person) -> str:
    """The person logs in: uses up the request and returns the authorization code."""
    if not PushedRequest.objects.filter(uri=request.uri).delete()[0]:
        raise OAuthError("invalid_request_uri", "request_uri er brukt")
    login = request.parameters | {
        "person": person.key,
        "sid": uuid.uuid4().hex.upper(),
        "auth_time": int(state.now()),
    }
    return issue("code", request.client_id, login, life=LIFE)


def issue(kind: str, client_id: str, login: dict[str, Any], *, life: float, family: str = "") -> str:
    """A new code or refresh token. The family links all that come from one login."""
    secret = secrets.token_urlsafe(32)
    Grant.objects.create(
        secret_hash=state.sha256_hex(secret),
        kind=kind,
        family=family or uuid.uuid4().hex,
        client_id=client_id,
        login=login,
        expires=state.now() + life,
    )
    return secret


def redeem(kind: str, secret: str, client_id: str) -> Grant:
    """Use a code or refresh token. Used again, everything from that login is revoked."""
    grant = Grant.objects.filter(secret_hash=state.sha256_hex(secret), kind=kind).first()
    if grant is None or grant.client_id != client_id or grant.expires < state.now():
        raise OAuthError("invalid_grant", f"{kind} er ukjent eller utløpt")
    if not Grant.objects.filter(pk=grant.pk, used=False).update(used=True):
        Grant.objects.filter(family=grant.family).update(used=True)
        raise OAuthError("invalid_grant", f"{kind} er brukt før; innloggingen er trukket tilbake")
    return grant


def end(sid: str) -> None:
    for grant in Grant.objects.filter(used=False):
        if grant.login.get("sid") == sid:
            Grant.objects.filter(family=grant.family).update(used=True)


def narrowed(login: dict[str, Any], form: dict[str, str]) -> list[str]:
    """The scopes of this token: what was granted, limited by `scope` and `resource`."""
    granted: list[str] = login["scopes"]
    asked = form.get("scope", "").split() or granted
    if extra := [scope for scope in asked if scope not in granted]:
        raise OAuthError("invalid_scope", f"ikke gitt ved innlogging: {' '.join(extra)}")
    resource = form.get("resource") or login.get("resource", "")
    return [s for s in asked if not (resource and tokens.is_api(s)) or s.split("/")[0] == resource]

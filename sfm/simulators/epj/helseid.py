"""Logging in through HelseID: pushed request, PKCE, private_key_jwt and DPoP. All on the server."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import jwt

from sfm.simulators.client import http
from sfm.simulators.epj import keys
from sfm.simulators.epj.models import Login, PendingLogin, Workplace

ISSUER = os.environ.get("SFM_HELSEID_ISSUER", "http://127.0.0.1:8020")
ORIGIN = os.environ.get("SFM_EPJ_ORIGIN", "http://127.0.0.1:8010")
CLIENT_ID = "demo-epj"
REDIRECT = f"{ORIGIN}/retur"
SCOPES = (
    "openid profile offline_access helseid://scopes/identity/pid helseid://scopes/identity/security_level "
    "helseid://scopes/identity/assurance_level helseid://scopes/hpr/hpr_number e-helse:sfm.api/sfm.api2"
)
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def register() -> None:
    """Make HelseID know this client; a real one is registered by hand in HelseID's self-service."""
    organisations = [{"parent": w.orgnr_parent, "child": w.orgnr_child} for w in Workplace.objects.all()]
    registration = {
        "client_id": CLIENT_ID,
        "name": "Demo-EPJ",
        "jwk": keys.public_jwk(keys.client_pem()),
        "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": [f"{ORIGIN}/"],
        "scopes": SCOPES.split(),
        "tenancy": "multi-tenant",
        "orgnr_supplier": "999999900",
        "organisations": organisations,
        "journal_ids": [str(w.journal_id) for w in Workplace.objects.all()],
    }
    http().post(f"{ISSUER}/api/clients", json=registration).raise_for_status()


def begin(workplace: Workplace, *, hint: str = "") -> str:
    """Push the request; return the address the browser goes to."""
    pending = PendingLogin.objects.create(
        state=secrets.token_urlsafe(24),
        workplace=workplace,
        verifier=secrets.token_urlsafe(48),
        nonce=secrets.token_urlsafe(24),
        dpop_pem=keys.new_pem(),
    )
    form = _client_fields() | {
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": SCOPES,
        "state": pending.state,
        "nonce": pending.nonce,
        "code_challenge": keys.b64url(hashlib.sha256(pending.verifier.encode()).digest()),
        "code_challenge_method": "S256",
        "authorization_details": json.dumps(_details(workplace)),
    }
    if hint:
        form["login_hint"] = hint
    answer = http().post(f"{ISSUER}/connect/par", data=form)
    answer.raise_for_status()
    query = urlencode({"client_id": CLIENT_ID, "request_uri": answer.json()["request_uri"]})
    return f"{ISSUER}/connect/authorize?{query}"


def finish(state: str, code: str) -> Login:
    """Redeem the code; the tokens stay here. Raises PendingLogin.DoesNotExist for an unknown state."""
    pending = PendingLogin.objects.select_related("workplace").get(state=state)
    pending.delete()
    tokens = _token(
        {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT,
         "code_verifier": pending.verifier},
        pending.dpop_pem,
    )  # fmt: skip
    person = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    return Login.objects.create(
        cookie=secrets.token_urlsafe(32),
        workplace=pending.workplace,
        name=person.get("name", ""),
        hpr=claims.get("helseid://claims/hpr/hpr_number", ""),
        dpop_pem=pending.dpop_pem,
        **_token_fields(tokens),
    )


def renew(login: Login) -> None:
    """A new access token before the old one runs out."""
    tokens = _token({"grant_type": "refresh_token", "refresh_token": login.refresh_token}, login.dpop_pem)
    for name, value in _token_fields(tokens | {"id_token": tokens.get("id_token", login.id_token)}).items():
        setattr(login, name, value)
    login.save()


def logout_address(login: Login) -> str:
    query = urlencode({"id_token_hint": login.id_token, "post_logout_redirect_uri": f"{ORIGIN}/"})
    return f"{ISSUER}/connect/endsession?{query}"


def _token(form: dict[str, str], dpop_pem: str) -> dict[str, Any]:
    """One call to the token endpoint, repeated once with the nonce HelseID asks for."""
    url = f"{ISSUER}/connect/token"
    proof = keys.dpop(dpop_pem, method="POST", url=url)
    answer = http().post(url, data=form | _client_fields(), headers={"DPoP": proof})
    if answer.status_code == 400 and answer.json().get("error") == "use_dpop_nonce":
        proof = keys.dpop(dpop_pem, method="POST", url=url, nonce=answer.headers["DPoP-Nonce"])
        answer = http().post(url, data=form | _client_fields(), headers={"DPoP": proof})
    answer.raise_for_status()
    tokens: dict[str, Any] = answer.json()
    return tokens


def _token_fields(tokens: dict[str, Any]) -> dict[str, Any]:
    return {
        "access_token": tokens["access_token"],
        "refresh_token": tokens.get("refresh_token", ""),
        "id_token": tokens.get("id_token", ""),
        "expires": time.time() + float(tokens["expires_in"]),
    }


def _client_fields() -> dict[str, str]:
    return {
        "client_id": CLIENT_ID,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": keys.client_assertion(CLIENT_ID, ISSUER),
    }


def _details(workplace: Workplace) -> list[dict[str, Any]]:
    number = f"NO:ORGNR:{workplace.orgnr_parent}" + (
        f":{workplace.orgnr_child}" if workplace.orgnr_child else ""
    )
    identifier = {"system": "urn:oid:1.0.6523", "type": "ENH", "value": number}
    return [
        {"type": "helseid_authorization", "practitioner_role": {"organization": {"identifier": identifier}}},
        {"type": "nhn:sfm:journal-id", "value": {"journal_id": str(workplace.journal_id)}},
    ]

"""SFM as a client of HelseID: private_key_jwt, PAR, DPoP with the server's nonce, and token exchange (security.md 2).

One private key for SFM's own clients: a JWK in the file SFM_HELSEID_CLIENT_KEY, by default made in SFM_KEY_DIR.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from sfm.core import clock
from sfm.identity import jose, jwks
from sfm.identity.helseid_http import http
from sfm.identity.refusals import OutOfService

ASSERTION_LIFE = 30  # seconds; HelseID takes at most 60
METADATA_AGE = 24 * 60 * 60  # seconds
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  a type, not a token
_metadata: dict[str, tuple[float, dict[str, Any]]] = {}


class HelseIdRefused(Exception):
    """HelseID answered with an OAuth error. `error` is its code."""

    def __init__(self, error: str) -> None:
        super().__init__(f"HelseID: {error}")
        self.error = error


def metadata(issuer: str) -> dict[str, Any]:
    """The issuer's own description, kept for a day."""
    held = _metadata.get(issuer)
    if held is not None and time.monotonic() - held[0] < METADATA_AGE:
        return held[1]
    try:
        content = jwks.get_json(issuer + jwks.WELL_KNOWN)
    except (httpx.HTTPError, ValueError) as error:
        raise OutOfService(detail="HelseID's metadata could not be read") from error
    if content.get("issuer") != issuer:
        raise OutOfService(detail="HelseID's metadata is of another issuer")
    _metadata[issuer] = (time.monotonic(), content)
    return content


def pushed(client_id: str, parameters: dict[str, str]) -> str:
    """Send an authorization request ahead; the request_uri to send the browser with."""
    answer = _post("pushed_authorization_request_endpoint", client_id, parameters)
    return str(_content(answer)["request_uri"])


def tokens(client_id: str, form: dict[str, str], *, dpop: bool = True) -> dict[str, Any]:
    """The token endpoint, once more with the nonce when HelseID asks for it. Raises HelseIdRefused."""
    url = metadata(settings.HELSEID_ISSUER)["token_endpoint"]
    proof = dpop_proof("POST", url) if dpop else ""
    answer = _post("token_endpoint", client_id, form, proof=proof)
    nonce = answer.headers.get("DPoP-Nonce", "")
    if answer.status_code == 400 and nonce and _error(answer) == "use_dpop_nonce":
        answer = _post("token_endpoint", client_id, form, proof=dpop_proof("POST", url, nonce=nonce))
    return _content(answer)


def exchange(token: str, *, scope: str) -> str:
    """The user's access token for another API (RF, KJ), with SFM as actor and bound to SFM's own key.

    Raises HelseIdRefused also when the answer is for another person or another API than asked for.
    """
    form = {
        "grant_type": EXCHANGE,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN,
        "scope": scope,
    }
    exchanged = str(tokens(settings.HELSEID_CLIENT_ID, form)["access_token"])
    ours, theirs = _claims(token), _claims(exchanged)
    audience = scope.partition("/")[0]
    if theirs.get("sub") != ours.get("sub") or theirs.get("aud") not in (audience, [audience]):
        raise HelseIdRefused("exchanged token is of another subject or audience")
    return exchanged


def dpop_proof(method: str, url: str, *, token: str = "", nonce: str = "") -> str:
    """A proof by SFM's own key, for HelseID (nonce) or for an API (token)."""
    claims: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": _now()}
    if nonce:
        claims["nonce"] = nonce
    if token:
        claims["ath"] = jose.sha256_b64url(token.encode())
    return _signed(claims, {"typ": "dpop+jwt", "jwk": public_jwk()})


def authorization(method: str, url: str, token: str) -> dict[str, str]:
    """The headers of a call to another API with an exchanged token: bound to SFM's own key, proven once per call."""
    return {"Authorization": f"DPoP {token}", "DPoP": dpop_proof(method, url, token=token)}


def public_jwk() -> dict[str, Any]:
    """What to register in HelseID."""
    return {
        name: value for name, value in _private_jwk(_key_file()).items() if name in ("kty", "crv", "x", "y")
    }


def registrations() -> list[dict[str, Any]]:
    """What SFM's own clients must be registered with in HelseID; the demo sends it to the simulator."""
    exchanging = {
        "client_id": settings.HELSEID_CLIENT_ID,
        "name": "SFM",
        "scopes": [settings.RF_SCOPE, settings.KJ_SCOPE, settings.HELFO_SCOPE, *settings.HPR_SCOPE.split()],
        "audience": settings.HELSEID_AUDIENCE,
    }
    staff = {
        "client_id": settings.OIDC_RP_CLIENT_ID,
        "name": "SFM tjenesteleverandørportal",
        "scopes": settings.OIDC_RP_SCOPES.split(),
        "redirect_uris": [f"{settings.PUBLIC_ORIGIN}/tjeneste/oidc/tilbake/"],
    }
    return [client | {"jwk": public_jwk(), "tenancy": "single-tenant"} for client in (exchanging, staff)]


def _post(endpoint: str, client_id: str, form: dict[str, str], *, proof: str = "") -> httpx.Response:
    own = {
        "client_id": client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": _assertion(client_id),
    }
    try:
        url = metadata(settings.HELSEID_ISSUER)[endpoint]
        return http().post(url, data=form | own, headers={"DPoP": proof} if proof else {})
    except httpx.HTTPError as error:
        raise OutOfService(detail="HelseID did not answer") from error


def _assertion(client_id: str) -> str:
    now = _now()
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": settings.HELSEID_ISSUER,
        "iat": now,
        "nbf": now,
        "exp": now + ASSERTION_LIFE,
        "jti": secrets.token_urlsafe(16),
    }
    return _signed(claims, {"typ": "client-authentication+jwt", "kid": jose.thumbprint(public_jwk())})


def _signed(claims: dict[str, Any], header: dict[str, Any]) -> str:
    key = jwt.PyJWK.from_dict(_private_jwk(_key_file()), algorithm="ES256").key
    return jwt.encode(claims, key, algorithm="ES256", headers=header)


def _content(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= 500:
        raise OutOfService(detail=f"HelseID answered {answer.status_code}")
    if not answer.is_success:
        raise HelseIdRefused(_error(answer))
    content: dict[str, Any] = answer.json()
    return content


def _error(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("error", "unknown"))
    except (ValueError, AttributeError):
        return "unknown"


def _claims(token: str) -> dict[str, Any]:
    try:
        return jose.parse(token).claims
    except ValueError as error:
        raise HelseIdRefused("the answer is not a token") from error


def _now() -> int:
    return int(clock.now().timestamp())


def _key_file() -> Path:
    return Path(settings.HELSEID_CLIENT_KEY or Path(settings.SFM_KEY_DIR) / "helseid-client.json")


@cache
def _private_jwk(file: Path) -> dict[str, Any]:
    """The key in the file, made at first use; of several processes that make one, the first wins."""
    if not file.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        mine = file.with_suffix(f".{os.getpid()}.new")
        mine.touch(mode=0o600)
        mine.write_text(
            json.dumps(jwt.get_algorithm_by_name("ES256").to_jwk(made, as_dict=True)), encoding="utf-8"
        )
        try:
            os.link(mine, file)
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content

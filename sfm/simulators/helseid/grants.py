"""The token endpoint: four grants."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import jwt

from sfm.simulators.helseid import details, keys, logins, people, state, tokens
from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.models import SigningKey

Answer = dict[str, Any]
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  a type, not a token


def answer(client: dict[str, Any], assertion: dict[str, Any], form: dict[str, str], jkt: str) -> Answer:
    grant = GRANTS.get(form.get("grant_type", ""))
    if grant is None:
        raise OAuthError("unsupported_grant_type", "ukjent grant_type")
    return grant(client, assertion, form, jkt)


def _code(client: dict[str, Any], assertion: dict[str, Any], form: dict[str, str], jkt: str) -> Answer:
    grant = logins.redeem("code", form.get("code", ""), client["client_id"])
    if form.get("redirect_uri") != grant.login["redirect_uri"]:
        raise OAuthError("invalid_grant", "redirect_uri er ikke den samme")
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if not hmac.compare_digest(challenge, grant.login["code_challenge"]):
        raise OAuthError("invalid_grant", "code_verifier passer ikke")
    return _user_tokens(client, assertion, form, jkt, grant.login, grant.family)


def _refresh(client: dict[str, Any], assertion: dict[str, Any], form: dict[str, str], jkt: str) -> Answer:
    grant = logins.redeem("refresh", form.get("refresh_token", ""), client["client_id"])
    return _user_tokens(client, assertion, form, jkt, grant.login, grant.family)


def _user_tokens(
    client: dict[str, Any],
    assertion: dict[str, Any],
    form: dict[str, str],
    jkt: str,
    login: dict[str, Any],
    family: str,
) -> Answer:
    person = people.find(login["person"])
    if person is None:
        raise OAuthError("invalid_grant", "personen finnes ikke lenger")
    asked = details.wanted(assertion, form) or login["asked"]
    login = login | {"asked": asked}
    scopes, rejected = _allowed(client, logins.narrowed(login, form), asked)
    extra = tokens.person_claims(person, login["scopes"]) | {
        "sid": login["sid"],
        "auth_time": login["auth_time"],
        **details.tenancy_claims(client, asked),
    }
    result = _token_answer(client, scopes, rejected, jkt, extra)
    if "openid" in login["scopes"]:
        result["id_token"] = tokens.id_token(client["client_id"], login, person)
    if "offline_access" in login["scopes"]:
        life = logins.REFRESH_LIFE
        result["refresh_token"] = logins.issue(
            "refresh", client["client_id"], login, life=life, family=family
        )
        result["rt_expires_in"] = life
    return result


def _client_credentials(
    client: dict[str, Any], assertion: dict[str, Any], form: dict[str, str], jkt: str
) -> Answer:
    asked = details.wanted(assertion, form)
    wanted = logins.scopes_of(client, form.get("scope", ""))
    scopes, rejected = _allowed(client, wanted, asked)
    return _token_answer(client, scopes, rejected, jkt, details.tenancy_claims(client, asked))


def _exchange(client: dict[str, Any], _assertion: dict[str, Any], form: dict[str, str], jkt: str) -> Answer:
    """The user's token for another API: same person and original client, with the exchanging client as actor."""
    if form.get("subject_token_type") != ACCESS_TOKEN:
        raise OAuthError("invalid_request", "subject_token_type må være access_token")
    subject = _own_token(form.get("subject_token", ""), audience=client.get("audience", ""))
    scopes = logins.scopes_of(client, form.get("scope", ""))
    times = {"iss", "aud", "iat", "nbf", "exp", "jti", "cnf", "scope", "client_id"}
    extra = {name: value for name, value in subject.items() if name not in times}
    extra["act"] = {"sub": client["client_id"], "client_id": client["client_id"]}
    if "act" in subject:
        extra["act"]["act"] = subject["act"]
    left = int(subject["exp"] - state.now())
    claims = tokens.access_claims(subject["client_id"], scopes, jkt=jkt, extra=extra, lifetime=left)
    return {
        "access_token": tokens.access_token(claims),
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "DPoP" if jkt else "Bearer",
        "expires_in": left,
        "scope": " ".join(scopes),
    }


def _own_token(token: str, *, audience: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
        key = SigningKey.objects.get(kid=header["kid"])
        claims: dict[str, Any] = jwt.decode(
            token,
            keys.private(key).public_key(),
            algorithms=[key.alg],
            audience=audience,
            issuer=state.ISSUER,
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except (jwt.PyJWTError, SigningKey.DoesNotExist, KeyError) as error:
        raise OAuthError("invalid_grant", f"subject_token: {error}") from error
    if claims["exp"] <= state.now():
        raise OAuthError("invalid_grant", "subject_token er utløpt")
    return claims


def _allowed(client: dict[str, Any], scopes: list[str], asked: dict[str, str]) -> tuple[list[str], list[str]]:
    """A multi-tenant client that names no organisation gets no API scope: they come back as rejected."""
    if not str(client["tenancy"]).startswith("multi") or asked.get("parent") or asked.get("child"):
        return scopes, []
    rejected = [scope for scope in scopes if tokens.is_api(scope)]
    return [scope for scope in scopes if scope not in rejected], rejected


def _token_answer(
    client: dict[str, Any], scopes: list[str], rejected: list[str], jkt: str, extra: dict[str, Any]
) -> Answer:
    claims = tokens.access_claims(client["client_id"], scopes, jkt=jkt, extra=extra)
    result = {
        "access_token": tokens.access_token(claims),
        "token_type": "DPoP" if jkt else "Bearer",
        "expires_in": claims["exp"] - claims["iat"],
        "scope": " ".join(scopes),
    }
    return result | ({"rejected_scope": " ".join(rejected)} if rejected else {})


GRANTS: dict[str, Callable[[dict[str, Any], dict[str, Any], dict[str, str], str], Answer]] = {
    "authorization_code": _code,
    "refresh_token": _refresh,
    "client_credentials": _client_credentials,
    EXCHANGE: _exchange,
}

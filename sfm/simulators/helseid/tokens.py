"""The tokens the simulator makes, in the shape HelseID's have."""

from __future__ import annotations

import secrets
from typing import Any

from sfm.simulators.helseid import keys, state
from sfm.simulators.helseid.people import Person

IDENTITY = "helseid://claims/identity/"
HPR_SCOPE = "helseid://scopes/hpr/hpr_number"
PID_SCOPE = "helseid://scopes/identity/pid"
NOT_AN_API = ("openid", "profile", "offline_access")
ID_TOKEN_LIFE = 300  # seconds


def audiences(scopes: list[str]) -> list[str]:
    """The APIs the scopes belong to: the part before the slash of `e-helse:sfm.api/sfm.api2`."""
    return sorted({scope.split("/")[0] for scope in scopes if is_api(scope)})


def is_api(scope: str) -> bool:
    return scope not in NOT_AN_API and not scope.startswith("helseid://") and "/" in scope


def person_claims(person: Person, scopes: list[str]) -> dict[str, Any]:
    claims = {
        "sub": person.sub,
        "idp": "testidp-oidc",
        "amr": ["pwd"],
        IDENTITY + "security_level": person.level,
        IDENTITY + "assurance_level": person.assurance,
        IDENTITY + "network": "internett",
    }
    if PID_SCOPE in scopes:
        claims[IDENTITY + "pid"] = person.pid
        claims[IDENTITY + "pid_pseudonym"] = person.sub[::-1]
    if HPR_SCOPE in scopes and person.hpr:
        claims["helseid://claims/hpr/hpr_number"] = person.hpr
    return claims


def access_claims(
    client_id: str, scopes: list[str], *, jkt: str, extra: dict[str, Any], lifetime: int | None = None
) -> dict[str, Any]:
    """The claims of an access token; `jkt` empty gives a Bearer token."""
    now = int(state.now())
    aud = audiences(scopes)
    return {
        "iss": state.ISSUER,
        "aud": aud[0] if len(aud) == 1 else aud,
        "iat": now,
        "nbf": now,
        "exp": now + (lifetime if lifetime is not None else state.faults().token_lifetime),
        "jti": secrets.token_hex(16).upper(),
        "client_id": client_id,
        "client_amr": "private_key_jwt",
        "helseid://claims/client/amr": "private_key_jwt",
        "scope": scopes,
        **({"cnf": {"jkt": jkt}} if jkt else {}),
        **extra,
    }


def access_token(claims: dict[str, Any]) -> str:
    return keys.sign(claims, typ="at+jwt")


def id_token(client_id: str, login: dict[str, Any], person: Person) -> str:
    now = int(state.now())
    scopes = login["scopes"]
    claims = {
        "iss": state.ISSUER,
        "aud": client_id,
        "iat": now,
        "nbf": now,
        "exp": now + ID_TOKEN_LIFE,
        "auth_time": login["auth_time"],
        "sid": login["sid"],
        "acr": f"Level{person.level}",
        **person_claims(person, scopes),
    }
    if "profile" in scopes:
        claims["name"] = person.name
    if login.get("nonce"):
        claims["nonce"] = login["nonce"]
    return keys.sign(claims, typ="JWT")

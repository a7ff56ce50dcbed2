"""Who calls an API: the believed content of an access token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PID = "helseid://claims/identity/pid"
SECURITY_LEVEL = "helseid://claims/identity/security_level"
ASSURANCE_LEVEL = "helseid://claims/identity/assurance_level"
HPR = "helseid://claims/hpr/hpr_number"
NAME = "name"
ORGNR = "helseid://claims/client/claims/orgnr_"
TENANCY = "helseid://claims/client/client_tenancy"
JOURNAL_ID = "nhn:sfm:journal-id"
SFM_ID = "e-helse:sfm.api/client/claims/sfm-id"
STATED_BY_EPJ = "helseid://claims/external/sfm"


@dataclass(frozen=True, kw_only=True)
class Principal:
    """One caller, for one request. Holds the national id in clear, so it is never stored and never logged."""

    iss: str
    sub: str
    client_id: str
    journal_id: str  # lower case; "" where the token names none
    orgnr_parent: str
    orgnr_child: str
    orgnr_supplier: str
    multi_tenant: bool
    hpr: str
    pid: str = field(repr=False)
    name: str
    sid: str
    jti: str
    jkt: str  # "" for a Bearer token
    exp: int  # seconds since 1970
    scopes: frozenset[str]
    token: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    is_authenticated = True  # what Django REST Framework asks of a user
    is_active = True

    @property
    def orgnrs(self) -> tuple[str, ...]:
        """The organisation numbers of the call, the lower level first (it is matched first)."""
        return tuple(number for number in (self.orgnr_child, self.orgnr_parent) if number)

    @property
    def has_level_4(self) -> bool:
        return self.claims.get(SECURITY_LEVEL) == "4" and self.claims.get(ASSURANCE_LEVEL) == "high"


def from_claims(claims: Mapping[str, Any], *, token: str) -> Principal:
    """The principal of validated claims. A claim of another type than text counts as absent."""
    multi_tenant = _text(claims, TENANCY).startswith("multi")
    cnf = claims.get("cnf")
    return Principal(
        iss=_text(claims, "iss"),
        sub=_text(claims, "sub"),
        client_id=_text(claims, "client_id"),
        journal_id=_journal_id(claims, multi_tenant=multi_tenant),
        orgnr_parent=_text(claims, ORGNR + "parent"),
        orgnr_child=_text(claims, ORGNR + "child"),
        orgnr_supplier=_text(claims, ORGNR + "supplier"),
        multi_tenant=multi_tenant,
        hpr=_text(claims, HPR),
        pid=_text(claims, PID),
        name=_text(claims, NAME),
        sid=_text(claims, "sid"),
        jti=_text(claims, "jti"),
        jkt=_text(cnf, "jkt") if isinstance(cnf, dict) else "",
        exp=claims["exp"],
        scopes=scopes_of(claims),
        token=token,
        claims=claims,
    )


def scopes_of(claims: Mapping[str, Any]) -> frozenset[str]:
    """HelseID sends an array; a space-separated text is accepted too."""
    scope = claims.get("scope", ())
    if isinstance(scope, str):
        return frozenset(scope.split())
    return (
        frozenset(part for part in scope if isinstance(part, str)) if isinstance(scope, list) else frozenset()
    )


def _journal_id(claims: Mapping[str, Any], *, multi_tenant: bool) -> str:
    """journal-id wins over sfm-id, which means nothing for a multi-tenant client (integration.md 2.2)."""
    return (_text(claims, JOURNAL_ID) or ("" if multi_tenant else _text(claims, SFM_ID))).lower()


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""

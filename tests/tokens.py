"""Tokens for tests: DPoP keys and proofs, a client of the HelseID simulator, and an issuer without any network.

caller = issuer.caller(person="berg", journal_id=journal.id)          # no process, microseconds
caller = helseid.register("epj").login("berg")                        # the whole dance over HTTP
client.post(path, headers=caller.headers("POST", path))
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec

from sfm.core import clock
from sfm.core.ids import synthetic_id
from sfm.identity import jwks
from tests.plain_http import NO_TLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

ORIGIN = "http://testserver"  # PUBLIC_ORIGIN of the test settings
API2 = "e-helse:sfm.api/sfm.api2"
API1 = "e-helse:sfm.api/sfm.api"
MIGRATION2 = "e-helse:sfm.api/sfm-migrering.api2"
IDENTITY_SCOPES = [
    "openid",
    "profile",
    "offline_access",
    "helseid://scopes/identity/pid",
    "helseid://scopes/identity/security_level",
    "helseid://scopes/identity/assurance_level",
    "helseid://scopes/hpr/hpr_number",
]
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
# NHN's published nonce vector (integration.md 3.1)
PLAIN = "qkhV08YwfJFk97VB3XP1t6WaZ2OaTMs8Y98HxGJgoHu9VGTrwN6R9te57JeOidhszqgOMpnCv5O6+X+F/8hWpA=="
HASH = "sqGnrWdjgWN2COtLrXMYu9+xER5P9r4+UbepqyQh0gJThofaSXan2djVtnMGuLVHgrx+mOFdeCrtbQykEwR2rw=="
JOURNAL_ID = "7a1f3e0c-5b7d-4c52-9a4e-0c7d5f1e2a3b"
PARENT, CHILD, SUPPLIER = "310001104", "310001112", "310009911"

PERSONAS = Path(__file__).resolve().parents[1] / "fixtures" / "personas.yaml"
CAST: list[dict[str, Any]] = [
    *yaml.safe_load(PERSONAS.read_text(encoding="utf-8"))["people"],
    {
        "key": "niva3",
        "name": "Per Oppdiktet Demolav",
        "pid": synthetic_id(date(1990, 1, 9)),
        "hpr": "",
        "level": "3",
    },
]
PEOPLE = {str(person["key"]): person for person in CAST}


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(header: dict[str, Any], claims: dict[str, Any], key: Any = None) -> str:
    """A JWS with exactly this content, right or wrong. Without a key the signature is empty."""
    data = ".".join(b64url(json.dumps(part).encode()) for part in (header, claims))
    signature = jwt.get_algorithm_by_name("ES256").sign(data.encode(), key) if key is not None else b""
    return f"{data}.{b64url(signature)}"


def changed(base: dict[str, Any], changes: dict[str, Any] | None) -> dict[str, Any]:
    """`base` with some members replaced; None removes."""
    return {name: value for name, value in (base | (changes or {})).items() if value is not None}


def now() -> int:
    return int(clock.now().timestamp())


class Key:
    """An ES256 key of a client: signs DPoP proofs and client assertions."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.private_jwk: dict[str, Any] = json.loads(jwt.get_algorithm_by_name("ES256").to_jwk(self.private))
        self.public_jwk = {name: self.private_jwk[name] for name in ("kty", "crv", "x", "y")}
        members = json.dumps(self.public_jwk, separators=(",", ":"), sort_keys=True)
        self.jkt = b64url(hashlib.sha256(members.encode()).digest())

    def proof(
        self,
        method: str,
        url: str,
        *,
        token: str = "",
        claims: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
    ) -> str:
        """A DPoP proof; `claims` and `header` replace parts of a right one, None removes a part."""
        right: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": now()}
        if token:
            right["ath"] = b64url(hashlib.sha256(token.encode()).digest())
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.public_jwk}
        return compact(changed(head, header), changed(right, claims), self.private)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Someone with an access token, ready to call. A Bearer caller has no key."""

    token: str
    key: Key | None = None
    answer: dict[str, Any] = field(default_factory=dict)

    def headers(self, method: str, path: str, *, origin: str = ORIGIN) -> dict[str, str]:
        """The headers of one call; the proof is fresh every time. `path` without query."""
        if self.key is None:
            return {"Authorization": f"Bearer {self.token}"}
        proof = self.key.proof(method, origin + path, token=self.token)
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}


class Issuer:
    """Signs tokens in the test's own process; the product's key cache reads its keys without any network."""

    url = "http://127.0.0.1:9001"

    def __init__(self) -> None:
        self.key, self.kid = Key(), secrets.token_hex(8)
        self.fetches = 0
        self.down = False

    def fetch(self, url: str) -> dict[str, Any]:
        self.fetches += 1
        if self.down:
            raise httpx.ConnectError("down")
        if url.endswith("/openid-configuration"):
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}
        return {"keys": [self.key.public_jwk | {"kid": self.kid, "alg": "ES256", "use": "sig"}]}

    def claims(self, *, person: str = "berg", **changes: Any) -> dict[str, Any]:
        """The claims of a right token. Keyword arguments replace by short name, others go in `extra`."""
        who = PEOPLE[person]
        journal_id = str(changes.pop("journal_id", JOURNAL_ID))
        base = {
            "iss": self.url,
            "aud": "e-helse:sfm.api",
            "iat": now(),
            "nbf": now(),
            "exp": now() + 3600,
            "jti": secrets.token_hex(16),
            "client_id": "epj-client",
            "scope": [API2],
            "sub": f"sub-{person}",
            "sid": f"sid-{person}",
            "name": who["name"],
            "nhn:sfm:journal-id": journal_id,
            "helseid://claims/identity/pid": who["pid"],
            "helseid://claims/identity/security_level": who.get("level", "4"),
            "helseid://claims/identity/assurance_level": "high",
            "helseid://claims/hpr/hpr_number": who.get("hpr") or None,
            "helseid://claims/client/client_tenancy": "multi-tenant",
            "helseid://claims/client/claims/orgnr_parent": PARENT,
            "helseid://claims/client/claims/orgnr_child": CHILD,
            "helseid://claims/client/claims/orgnr_supplier": SUPPLIER,
        }
        return changed(base, changes.pop("extra", {}) | changes)

    def sign(
        self, claims: dict[str, Any], header: dict[str, Any] | None = None, key: Key | None = None
    ) -> str:
        head = {"alg": "ES256", "kid": self.kid, "typ": "at+jwt"}
        return compact(changed(head, header), claims, (key or self.key).private)

    def caller(
        self, *, key: Key | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> Caller:
        """A DPoP caller; `extra={claim: value}` changes any claim, None removes it."""
        key = key or Key()
        extra = {"cnf": {"jkt": key.jkt}} | changes.pop("extra", {})
        return Caller(token=self.sign(self.claims(extra=extra, **changes), header), key=key)

    def bearer(self, **changes: Any) -> Caller:
        extra = {"scope": [API1]} | changes.pop("extra", {})
        return Caller(token=self.sign(self.claims(extra=extra, **changes)))


@pytest.fixture
def issuer(settings: SettingsWrapper) -> Iterator[Issuer]:
    """An issuer the product trusts, without a process."""
    made = Issuer()
    settings.HELSEID_ISSUER = made.url
    jwks.forget()
    jwks._sets[made.url] = jwks.KeySet(made.url, fetch=made.fetch)
    yield made
    jwks.forget()


class HelseId:
    """The simulator, spoken to over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=20, trust_env=False, verify=NO_TLS)

    def register(self, client_id: str, **data: Any) -> Epj:
        """Register a client with a new key. Multi-tenant with one organisation unless told otherwise."""
        key = Key()
        ordinary = {
            "client_id": client_id,
            "jwk": key.public_jwk,
            "redirect_uris": ["http://127.0.0.1:8010/callback"],
            "scopes": [*IDENTITY_SCOPES, API2, MIGRATION2, API1],
            "tenancy": "multi-tenant",
            "orgnr_supplier": SUPPLIER,
            "organisations": [{"parent": PARENT, "child": CHILD}],
        }
        self.http.post("/api/clients", json=ordinary | data).raise_for_status()
        return Epj(helseid=self, key=key, data=ordinary | data)

    def mint(self, **order: Any) -> dict[str, Any]:
        answer = self.http.post("/api/mint", json=order)
        content: dict[str, Any] = answer.raise_for_status().json()
        return content

    def faults(self, **changes: Any) -> None:
        self.http.post("/api/faults", json=changes).raise_for_status()

    def heal(self) -> None:
        self.http.delete("/api/faults").raise_for_status()

    def rotate(self) -> None:
        self.http.post("/api/rotate").raise_for_status()


@dataclass(frozen=True, kw_only=True)
class Epj:
    """A registered client, acting as an EPJ's server."""

    helseid: HelseId
    key: Key
    data: dict[str, Any]

    @property
    def client_id(self) -> str:
        return str(self.data["client_id"])

    def assertion(self, **changes: Any) -> str:
        header = changes.pop("header", {})
        moment = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.helseid.url,
            "iat": moment,
            "nbf": moment,
            "exp": moment + 10,
            "jti": secrets.token_urlsafe(16),
        }
        head = changed({"alg": "ES256", "typ": "client-authentication+jwt"}, header)
        return compact(head, changed(claims, changes), self.key.private)

    def post(
        self, path: str, form: dict[str, Any], *, assertion: str = "", proof: str = ""
    ) -> httpx.Response:
        """One call with client authentication, and with a DPoP proof if given."""
        form = {
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
        } | form
        return self.helseid.http.post(path, data=form, headers={"DPoP": proof} if proof else {})

    def token(self, form: dict[str, Any], *, dpop: Key | None, details: Any = None) -> dict[str, Any]:
        """The token endpoint, with the nonce dance. Raises AssertionError with HelseID's words on refusal."""
        url = f"{self.helseid.url}/connect/token"
        nonce: dict[str, Any] = {}
        for _attempt in range(2):
            proof = dpop.proof("POST", url, claims=nonce) if dpop else ""
            assertion = self.assertion(assertion_details=details)
            answer = self.post("/connect/token", form, assertion=assertion, proof=proof)
            if answer.status_code == 200 or "DPoP-Nonce" not in answer.headers:
                break
            nonce = {"nonce": answer.headers["DPoP-Nonce"]}
        assert answer.status_code == 200, answer.json()
        content: dict[str, Any] = answer.json()
        return content

    def code(self, person: str, *, scope: str = "", **par: Any) -> tuple[str, str]:
        """(authorization code, code verifier) through PAR and the pick-a-person page."""
        verifier = secrets.token_urlsafe(48)
        form = {
            "scope": scope or " ".join([*IDENTITY_SCOPES, API2]),
            "redirect_uri": self.data["redirect_uris"][0],
            "response_type": "code",
            "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "state": "abc",
            "resource": "e-helse:sfm.api",
        } | par
        pushed = self.post("/connect/par", form)
        assert pushed.status_code == 201, pushed.json()
        query = {
            "client_id": self.client_id,
            "request_uri": pushed.json()["request_uri"],
            "test_person": person,
        }
        landed = self.helseid.http.get("/connect/authorize", params=query).headers["Location"]
        back = {name: values[0] for name, values in parse_qs(urlsplit(landed).query).items()}
        assert (back["state"], back["iss"]) == (form["state"], self.helseid.url)
        return back["code"], verifier

    def login(
        self, person: str = "berg", *, journal_id: str = JOURNAL_ID, bearer: bool = False, **code: Any
    ) -> Caller:
        """Log a person in and come back with a caller."""
        if bearer:
            code.setdefault("scope", " ".join([*IDENTITY_SCOPES, API1]))
        secret, verifier = self.code(person, **code)
        form = {
            "grant_type": "authorization_code",
            "code": secret,
            "code_verifier": verifier,
            "redirect_uri": self.data["redirect_uris"][0],
        }
        key = None if bearer else Key()
        answer = self.token(form, dpop=key, details=details(journal_id=journal_id))
        return Caller(token=answer["access_token"], key=key, answer=answer)


def details(
    *, parent: str = PARENT, child: str = CHILD, journal_id: str = JOURNAL_ID
) -> list[dict[str, Any]]:
    """authorization_details for one organisation and one journal (security.md 2)."""
    value = f"NO:ORGNR:{parent}:{child}" if child else f"NO:ORGNR:{parent}"
    identifier = {"system": "urn:oid:1.0.6523", "type": "ENH", "value": value}
    return [
        {"type": "helseid_authorization", "practitioner_role": {"organization": {"identifier": identifier}}},
        {"type": "nhn:sfm:journal-id", "value": {"journal_id": journal_id}},
    ]

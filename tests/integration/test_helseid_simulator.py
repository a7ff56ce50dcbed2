"""The HelseID simulator over real HTTP: the login an EPJ performs, what it refuses, and the faults it makes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from sfm.core import clock
from sfm.identity import api_call, jwks
from sfm.identity.principal import Principal
from sfm.identity.refusals import InvalidProof, InvalidToken, OutOfService, Refused
from tests import plain_http
from tests.tokens import (
    ACCESS_TOKEN,
    API1,
    API2,
    CHILD,
    EXCHANGE,
    IDENTITY_SCOPES,
    JOURNAL_ID,
    PARENT,
    PEOPLE,
    SUPPLIER,
    Caller,
    HelseId,
    Key,
    compact,
    details,
)

if TYPE_CHECKING:
    from tests.simulators import Simulator

pytestmark = pytest.mark.usefixtures("redis_client")
PATH = "/api/v2/Session/create"


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def accepted(caller: Caller, *, scope: str = API2) -> Principal:
    """What the product makes of a call by this caller."""
    headers = caller.headers("POST", PATH)
    meta = {"HTTP_" + name.upper(): value for name, value in headers.items()}
    if caller.key is None:
        return api_call.by_bearer(meta, scopes=frozenset({scope}))
    return api_call.by_dpop(meta, method="POST", path=PATH, scopes=frozenset({scope}))


def test_login_to_principal(helseid: HelseId) -> None:
    caller = helseid.register("epj").login("berg")
    principal = accepted(caller)
    assert (principal.pid, principal.hpr) == (PEOPLE["berg"]["pid"], PEOPLE["berg"]["hpr"])
    assert (principal.journal_id, principal.orgnrs, principal.orgnr_supplier) == (
        JOURNAL_ID,
        (CHILD, PARENT),
        SUPPLIER,
    )
    assert principal.multi_tenant
    assert claims_of(caller.token)["aud"] == "e-helse:sfm.api"
    assert jwt.get_unverified_header(caller.token)["typ"] == "at+jwt"


def test_the_page_lets_one_pick_a_person(helseid: HelseId) -> None:
    epj = helseid.register("epj", name="Demo-EPJ")
    form = {
        "scope": "openid",
        "redirect_uri": "http://127.0.0.1:8010/callback",
        "response_type": "code",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
        "state": "s",
    }
    uri = epj.post("/connect/par", form).json()["request_uri"]
    query = {"client_id": "epj", "request_uri": uri}
    page = helseid.http.get("/connect/authorize", params=query).text
    assert "«Demo-EPJ» ber om innlogging" in page
    assert PEOPLE["berg"]["name"] in page
    picked = helseid.http.post("/connect/authorize", data=query | {"test_person": "nes"})
    assert picked.status_code == 302
    assert f"iss={helseid.url.replace(':', '%3A').replace('/', '%2F')}" in picked.headers["Location"]
    again = helseid.http.post("/connect/authorize", data=query | {"test_person": "nes"})
    assert again.json()["error"] == "invalid_request_uri"


def test_an_old_client_comes_with_bearer(helseid: HelseId) -> None:
    caller = helseid.register("gammel", bearer=True).login("berg", bearer=True)
    assert caller.answer["token_type"] == "Bearer"
    assert accepted(caller, scope=API1).jkt == ""


def test_refresh_rotates_and_switches_unit(helseid: HelseId) -> None:
    epj = helseid.register("epj", organisations=[{"parent": PARENT, "child": CHILD}, {"parent": "310002208"}])
    caller = epj.login("berg")
    form = {"grant_type": "refresh_token", "refresh_token": caller.answer["refresh_token"]}
    answer = epj.token(form, dpop=caller.key, details=details(parent="310002208", child=""))
    fresh = Caller(token=answer["access_token"], key=caller.key)
    assert accepted(fresh).orgnrs == ("310002208",)
    assert accepted(fresh).sub == accepted(caller).sub
    with pytest.raises(AssertionError, match="invalid_grant"):
        epj.token(form, dpop=caller.key)
    with pytest.raises(AssertionError, match="invalid_grant"):  # reuse revokes the whole login
        epj.token(form | {"refresh_token": answer["refresh_token"]}, dpop=caller.key)


def test_exchange_names_the_client_and_the_actor(helseid: HelseId) -> None:
    user = helseid.register("epj").login("berg")
    sfm = helseid.register("sfm", tenancy="single-tenant", audience="e-helse:sfm.api", scopes=["nhn:rf/api"])
    form = {"grant_type": EXCHANGE, "subject_token": user.token, "subject_token_type": ACCESS_TOKEN}
    answer = sfm.token(form | {"scope": "nhn:rf/api"}, dpop=Key())
    claims = claims_of(answer["access_token"])
    assert (claims["aud"], claims["client_id"], claims["act"]["client_id"]) == ("nhn:rf", "epj", "sfm")
    assert claims["sub"] == claims_of(user.token)["sub"]
    stranger = helseid.register("stranger", scopes=["nhn:rf/api"])
    with pytest.raises(AssertionError, match="invalid_grant"):
        stranger.token(form | {"scope": "nhn:rf/api"}, dpop=Key())


def test_client_credentials_carry_no_person(helseid: HelseId) -> None:
    epj = helseid.register("epj")
    answer = epj.token({"grant_type": "client_credentials", "scope": API2}, dpop=Key(), details=details())
    assert "helseid://claims/identity/pid" not in claims_of(answer["access_token"])


def test_the_id_token(helseid: HelseId) -> None:
    claims = claims_of(helseid.register("epj").login("berg", nonce="n-1").answer["id_token"])
    assert (claims["aud"], claims["nonce"], claims["helseid://claims/identity/security_level"]) == (
        "epj",
        "n-1",
        "4",
    )


def test_end_session_ends_the_refreshing(helseid: HelseId) -> None:
    epj = helseid.register("epj", post_logout_redirect_uris=["http://127.0.0.1:8010/ute"])
    caller = epj.login("berg")
    query = {
        "id_token_hint": caller.answer["id_token"],
        "post_logout_redirect_uri": "http://127.0.0.1:8010/ute",
        "state": "s",
    }
    away = helseid.http.get("/connect/endsession", params=query)
    assert away.headers["Location"] == "http://127.0.0.1:8010/ute?state=s"
    with pytest.raises(AssertionError, match="invalid_grant"):
        epj.token(
            {"grant_type": "refresh_token", "refresh_token": caller.answer["refresh_token"]}, dpop=caller.key
        )


@pytest.mark.parametrize(
    "fault",
    [
        {"header": {"typ": "JWT"}},
        {"header": {"alg": "none"}},
        {"aud": "https://other"},
        {"iss": "other"},
        {"sub": "other"},
        {"exp": int(time.time()) - 60},
        {"exp": int(time.time()) + 36000},
        {"nbf": int(time.time()) + 36000},
        {"jti": None},
    ],
)
def test_client_assertions_it_refuses(helseid: HelseId, fault: dict[str, Any]) -> None:
    epj = helseid.register("epj")
    answer = epj.post("/connect/par", {}, assertion=epj.assertion(**fault))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_assertion_works_once_and_only_with_the_clients_key(helseid: HelseId) -> None:
    epj = helseid.register("epj")
    assertion = epj.assertion()
    first, second = (epj.post("/connect/par", {}, assertion=assertion).json()["error"] for _ in range(2))
    assert (first, second) == ("unsupported_response_type", "invalid_client")
    claims = claims_of(epj.assertion())
    forged = compact({"alg": "ES256", "typ": "client-authentication+jwt"}, claims, Key().private)
    assert epj.post("/connect/par", {}, assertion=forged).json()["error"] == "invalid_client"


def test_par_and_code_are_single_use_with_pkce(helseid: HelseId) -> None:
    epj = helseid.register("epj")
    code, verifier = epj.code("berg")
    uri = epj.data["redirect_uris"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": uri}
    with pytest.raises(AssertionError, match="code_verifier"):
        epj.token(form | {"code_verifier": "wrong" * 10}, dpop=Key())
    with pytest.raises(AssertionError, match="brukt før"):
        epj.token(form | {"code_verifier": verifier}, dpop=Key())


@pytest.mark.parametrize(
    ("par", "error"),
    [
        ({"redirect_uri": "http://evil.example/"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "nhn:other/api"}, "invalid_scope"),
        ({"authorization_details": "["}, "invalid_authorization_details"),
    ],
)
def test_requests_it_refuses(helseid: HelseId, par: dict[str, str], error: str) -> None:
    with pytest.raises(AssertionError, match=error):
        helseid.register("epj").code("berg", **par)


def test_tenancy_rules(helseid: HelseId) -> None:
    epj = helseid.register("epj", journal_ids=[JOURNAL_ID])
    form = {"grant_type": "client_credentials", "scope": f"{API2}"}
    for wrong in (
        details(parent="310002208", child=""),
        details(journal_id="0b1f3e0c-5b7d-4c52-9a4e-0c7d5f1e2a3b"),
    ):
        with pytest.raises(AssertionError, match="invalid_authorization_details"):
            epj.token(form, dpop=Key(), details=wrong)
    nobody = epj.token(form, dpop=Key())
    assert (nobody["scope"], nobody["rejected_scope"]) == ("", API2)
    single = helseid.register(
        "en", tenancy="single-tenant", orgnr_parent=PARENT, sfm_id=JOURNAL_ID, organisations=[]
    )
    claims = claims_of(single.token(form, dpop=Key())["access_token"])
    assert claims["e-helse:sfm.api/client/claims/sfm-id"] == JOURNAL_ID


def test_dpop_needs_the_nonce(helseid: HelseId) -> None:
    epj = helseid.register("epj")
    url = f"{helseid.url}/connect/token"
    answer = epj.post("/connect/token", {"grant_type": "client_credentials"}, proof=Key().proof("POST", url))
    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
    assert answer.headers["DPoP-Nonce"]
    without = epj.post("/connect/token", {"grant_type": "client_credentials"})
    assert without.json()["error"] == "invalid_dpop_proof"


@pytest.mark.parametrize(
    "order",
    [
        {"sign": "forged"},
        {"sign": "unknown"},
        {"sign": "none"},
        {"sign": "hs256"},
        {"header": {"typ": "x"}},
        {"claims": {"iss": "https://other"}},
        {"claims": {"aud": "other"}},
        {"claims": {"cnf": None}},
        {"expires_in": -60},
        {"claims": {"scope": ["other"]}},
        {"claims": {"helseid://claims/identity/security_level": "3"}},
    ],
)
def test_the_fault_bench_makes_tokens_we_refuse(helseid: HelseId, order: dict[str, Any]) -> None:
    helseid.register("epj")
    key = Key()
    right = {"client_id": "epj", "person": "berg", "scope": API2, "jkt": key.jkt}
    right["details"] = {"parent": PARENT, "child": CHILD, "journal_id": JOURNAL_ID}
    assert accepted(Caller(token=helseid.mint(**right)["access_token"], key=key))
    with pytest.raises(Refused):
        accepted(Caller(token=helseid.mint(**(right | order))["access_token"], key=key))


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"claims": {"htm": "GET"}},
        {"claims": {"ath": None}},
        {"claims": {"iat": True}},
        {"header": {"typ": "x"}},
    ],
)
def test_the_fault_bench_makes_proofs(helseid: HelseId, fault: dict[str, Any]) -> None:
    helseid.register("epj")
    made = helseid.mint(
        client_id="epj",
        person="berg",
        scope=API2,
        proof={"url": "http://testserver" + PATH, "method": "POST"} | fault,
    )
    meta = {"HTTP_AUTHORIZATION": f"DPoP {made['access_token']}", "HTTP_DPOP": made["dpop_proof"]}
    if not fault:
        assert api_call.by_dpop(meta, method="POST", path=PATH, scopes=frozenset({API2}))
        return
    with pytest.raises(InvalidProof):
        api_call.by_dpop(meta, method="POST", path=PATH, scopes=frozenset({API2}))


def test_rotation_needs_no_fetch_when_the_next_key_was_announced(helseid: HelseId) -> None:
    epj = helseid.register("epj")
    accepted(epj.login("berg"))
    reads = helseid.http.get("/api/faults").json()["jwks_reads"]
    helseid.rotate()
    accepted(epj.login("berg"))
    assert helseid.http.get("/api/faults").json()["jwks_reads"] == reads
    helseid.rotate()
    with pytest.raises(InvalidToken):  # a key nobody announced: one more fetch, but not within the minute
        accepted(epj.login("berg"))
    jwks.forget()
    accepted(epj.login("berg"))


def test_faults_it_can_have(helseid: HelseId) -> None:
    epj = helseid.register("epj")
    caller = epj.login("berg")
    helseid.faults(jwks_down=True)
    with pytest.raises(OutOfService):
        accepted(caller)
    helseid.heal()
    jwks.forget()
    accepted(caller)
    helseid.faults(all_down=True)
    assert helseid.http.get("/.well-known/openid-configuration").status_code == 503
    accepted(caller)  # keys are cached
    helseid.heal()
    helseid.faults(delay=0.3)
    started = time.monotonic()
    helseid.http.get("/.well-known/openid-configuration")
    assert time.monotonic() - started > 0.3


@pytest.mark.parametrize(("drift", "works"), [(4, True), (20, False)])
def test_a_clock_that_drifts(helseid: HelseId, drift: int, works: bool) -> None:
    epj = helseid.register("epj")
    helseid.faults(clock_offset=drift)
    key = Key()
    token = helseid.mint(client_id="epj", person="berg", scope=API2, jkt=key.jkt)["access_token"]
    caller = Caller(token=token, key=key)
    if works:
        assert accepted(caller)
        return
    with pytest.raises(InvalidToken, match="clock drift"):
        accepted(caller)
    assert epj.client_id == "epj"
    assert claims_of(token)["iat"] > clock.now().timestamp() + 10


def test_it_never_runs_in_production(helseid_process: Simulator, tmp_path: Any) -> None:
    from tests.simulators import start_simulator

    with pytest.raises(RuntimeError, match="never run in production"):
        start_simulator("helseid", 0, tmp_path, {"SFM_ENVIRONMENT": "production"})


def test_unknown_client(helseid: HelseId) -> None:
    epj = helseid.register("epj")
    answer = plain_http.post(
        f"{helseid.url}/connect/par",
        data={
            "client_id": "nobody",
            "client_assertion": epj.assertion(),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        },
    )
    assert answer.json()["error"] == "invalid_client"
    assert set(IDENTITY_SCOPES) <= set(epj.data["scopes"])

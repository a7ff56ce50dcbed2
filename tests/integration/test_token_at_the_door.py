"""The whole check of a call, from headers to refusal, with a real Redis (security.md 12, attacks 1–22)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import path
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from sfm.core import clock
from sfm.identity import drf, principal, replay
from sfm.identity.refusals import InvalidProof
from tests.tokens import API1, Caller, Issuer, Key

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper
    from rest_framework.request import Request

pytestmark = pytest.mark.usefixtures("here", "redis_client")
URL = "/thing"


class Thing(APIView):
    authentication_classes = [drf.DPoPAuthentication]
    permission_classes = [drf.HasScope, drf.Level4]

    def get_exception_handler(self) -> Any:
        return drf.exception_handler

    def get(self, request: Request) -> Response:
        return Response({"sub": request.user.sub})


class Polling(Thing):
    machine_too = True
    permission_classes = [drf.HasScope]


class Old(Thing):
    authentication_classes = [drf.BearerAuthentication]


urlpatterns = [
    path("thing", Thing.as_view()),
    path("old", Old.as_view()),
    path("polling", Polling.as_view()),
]


@pytest.fixture
def here(settings: SettingsWrapper) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []


def get(headers: dict[str, str], url: str = URL, **extra: Any) -> Any:
    return APIClient().get(url, headers=headers, **extra)


def test_a_right_call(issuer: Issuer) -> None:
    answer = get(issuer.caller().headers("GET", URL))
    assert answer.json() == {"sub": "sub-berg"}


def test_a_proof_works_once(issuer: Issuer) -> None:
    headers = issuer.caller().headers("GET", URL)
    assert [get(headers).status_code for _ in range(3)] == [200, 401, 401]


def test_fifty_at_once_and_one_gets_in(issuer: Issuer) -> None:
    headers = issuer.caller().headers("GET", URL)
    with ThreadPoolExecutor(16) as pool:
        codes = list(pool.map(lambda _: get(headers).status_code, range(50)))
    assert sorted(codes) == [200, *[401] * 49]


def test_the_same_jti_of_two_keys_is_two_proofs(issuer: Issuer) -> None:
    for caller in (issuer.caller(), issuer.caller()):
        assert caller.key is not None
        proof = caller.key.proof(
            "GET", "http://testserver" + URL, token=caller.token, claims={"jti": "x" * 20}
        )
        assert get({"Authorization": f"DPoP {caller.token}", "DPoP": proof}).status_code == 200


def test_a_used_proof_is_remembered_as_long_as_it_could_be_used(issuer: Issuer, redis_client: Any) -> None:
    get(issuer.caller().headers("GET", URL))
    (key,) = redis_client.keys("dpop:*")
    assert 20 <= redis_client.ttl(key) <= replay.TTL == 21


def test_without_replay_memory_nobody_gets_in(issuer: Issuer, settings: SettingsWrapper) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = get(issuer.caller().headers("GET", URL))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:sfm:problem:unavailable")


def test_without_keys_nobody_gets_in(issuer: Issuer) -> None:
    issuer.down = True
    assert get(issuer.caller().headers("GET", URL)).status_code == 503


def _headers(caller: Caller, **changes: str | None) -> dict[str, str]:
    right = caller.headers("GET", URL) | {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in right.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"Authorization": None}, "invalid_token"),
        ({"Authorization": ""}, "invalid_token"),
        ({"Authorization": "DPoP"}, "invalid_token"),
        ({"Authorization": "DPoP a.b.c"}, "invalid_token"),
        ({"Authorization": "Basic YTpi"}, "invalid_token"),
        ({"DPoP": None}, "invalid_dpop_proof"),
        ({"DPoP": "a.b.c"}, "invalid_dpop_proof"),
        ({"DPoP": "x" * 5000}, "invalid_dpop_proof"),
    ],
)
def test_header_faults(issuer: Issuer, changes: dict[str, str | None], error: str) -> None:
    answer = get(_headers(issuer.caller(), **changes))
    assert answer.status_code == 401
    assert f'error="{error}"' in answer["WWW-Authenticate"]
    assert answer["WWW-Authenticate"].startswith("DPoP ")


def test_two_of_a_header_as_servers_join_them(issuer: Issuer) -> None:
    caller = issuer.caller()
    for name in ("Authorization", "DPoP"):
        headers = caller.headers("GET", URL)
        assert get(headers | {name: f"{headers[name]},{headers[name]}"}).status_code == 401


def test_bearer_and_dpop_never_mix(issuer: Issuer, settings: SettingsWrapper) -> None:
    caller, bearer = issuer.caller(), issuer.bearer()
    assert get(_headers(caller, Authorization=f"Bearer {caller.token}")).status_code == 401
    assert get(caller.headers("GET", "/old"), "/old").status_code == 401
    bound = issuer.caller(extra={"scope": [API1]})
    assert get({"Authorization": f"Bearer {bound.token}"}, "/old").status_code == 401
    assert get({"Authorization": f"DPoP {bearer.token}", "DPoP": Key().proof("GET", URL)}).status_code in (
        401,
        403,
    )
    assert get(bearer.headers("GET", "/old"), "/old").status_code == 200
    settings.SFM_ALLOW_BEARER = False
    refused = get(bearer.headers("GET", "/old"), "/old")
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_a_proof_beside_a_bearer_token_is_refused(issuer: Issuer) -> None:
    bearer, proof = issuer.bearer(), Key().proof("GET", "http://testserver/old")
    assert get(bearer.headers("GET", "/old") | {"DPoP": proof}, "/old").status_code == 401


def test_an_address_for_machines_takes_people_at_level_4_alone(issuer: Issuer) -> None:
    nobody = {principal.PID: None, principal.SECURITY_LEVEL: None}
    stated = nobody | {principal.STATED_BY_EPJ: {"value": {}}}
    for url, extra, status in (("/polling", nobody, 200), (URL, nobody, 403), ("/polling", stated, 403)):
        assert get(issuer.caller(extra=extra).headers("GET", url), url).status_code == status
    assert get(issuer.caller(person="niva3").headers("GET", "/polling"), "/polling").status_code == 403


def test_a_token_without_a_key_is_no_dpop_token(issuer: Issuer) -> None:
    key = Key()
    for cnf in (None, {}, {"jkt": ""}, {"jkt": 7}, "text"):
        answer = get(issuer.caller(key=key, extra={"cnf": cnf}).headers("GET", URL))
        assert (answer.status_code, "invalid_token" in answer["WWW-Authenticate"]) == (401, True)


def test_a_token_of_another_key_is_useless(issuer: Issuer) -> None:
    stolen = Caller(token=issuer.caller().token, key=Key())
    assert get(stolen.headers("GET", URL)).status_code == 401


def test_the_address_comes_from_settings(issuer: Issuer, settings: SettingsWrapper) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    caller = issuer.caller()
    elsewhere = caller.headers("GET", URL, origin="http://evil.example")
    spoofs = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}
    assert get(elsewhere, **spoofs).status_code == 401
    assert get(caller.headers("GET", URL), **spoofs).status_code == 200


def test_a_query_is_no_part_of_the_address(issuer: Issuer) -> None:
    assert get(issuer.caller().headers("GET", URL), URL + "?a=b").status_code == 200


def test_headers_of_a_megabyte(issuer: Issuer) -> None:
    assert get(_headers(issuer.caller(), X_Filler="x" * 1_000_000)).status_code == 431


def test_levels_and_scopes(issuer: Issuer) -> None:
    for person, status in (("niva3", 403), ("holm", 200)):
        assert get(issuer.caller(person=person).headers("GET", URL)).status_code == status
    answer = get(issuer.caller(scope=["e-helse:sfm.api/sfm-migrering.api2"]).headers("GET", URL))
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:sfm:problem:insufficient-scope")


def test_the_door_knows_nothing_of_cookies(issuer: Issuer) -> None:
    client = APIClient()
    client.cookies["__Host-sfm"] = "x"
    assert client.get(URL).status_code == 401


def test_the_checks_come_in_order(issuer: Issuer) -> None:
    """The first failure wins: a bad proof says nothing while the token is bad, and burns nothing."""
    caller = issuer.caller(extra={"iss": "https://other"})
    assert 'error="invalid_token"' in get(_headers(caller, DPoP="a.b.c"))["WWW-Authenticate"]
    right = issuer.caller()
    headers = right.headers("GET", URL)
    assert get({**headers, "Authorization": f"DPoP {caller.token}"}).status_code == 401
    assert get(headers).status_code == 200


def test_use_raises_the_second_time() -> None:
    from sfm.identity.dpop import Proof

    proof = Proof(jkt="a", jti=f"only-once-{clock.now().timestamp()}")
    replay.use(proof)
    with pytest.raises(InvalidProof):
        replay.use(proof)

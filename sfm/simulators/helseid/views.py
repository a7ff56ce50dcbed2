"""The public endpoints of the token service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from time import sleep
from typing import Any, cast
from urllib.parse import urlencode

import jwt
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sfm.simulators.helseid import client_auth, dpop, grants, keys, logins, people, registry, state
from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.jose import ALGORITHMS
from sfm.simulators.helseid.models import Faults, PushedRequest, SigningKey

View = Callable[[HttpRequest], HttpResponseBase]


def as_service(view: View) -> View:
    """Answer OAuth errors as JSON, and be as slow or as dead as ordered."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponseBase:
        faults = state.faults()
        sleep(faults.delay)
        if faults.all_down:
            return JsonResponse({"error": "temporarily_unavailable"}, status=503)
        try:
            return view(request)
        except OAuthError as error:
            return _json({"error": error.error, "error_description": error.text}, status=error.status)

    return inner


def _json(
    content: Mapping[str, object], *, status: int = 200, headers: dict[str, str] | None = None
) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store"} | (headers or {}))


@as_service
@require_GET
def discovery(_request: HttpRequest) -> HttpResponseBase:
    issuer = state.ISSUER
    return JsonResponse(
        {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/openid-configuration/jwks",
            "pushed_authorization_request_endpoint": f"{issuer}/connect/par",
            "authorization_endpoint": f"{issuer}/connect/authorize",
            "token_endpoint": f"{issuer}/connect/token",
            "end_session_endpoint": f"{issuer}/connect/endsession",
            "require_pushed_authorization_requests": True,
            "authorization_response_iss_parameter_supported": True,
            "grant_types_supported": sorted(grants.GRANTS),
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
            "dpop_signing_alg_values_supported": ALGORITHMS,
            "id_token_signing_alg_values_supported": ["PS256", "ES256"],
            "subject_types_supported": ["public"],
            "authorization_details_types_supported": ["helseid_authorization", "nhn:sfm:journal-id"],
        }
    )


@as_service
@require_GET
def jwks(_request: HttpRequest) -> HttpResponseBase:
    Faults.objects.filter(pk=1).update(jwks_reads=F("jwks_reads") + 1)
    if state.faults().jwks_down:
        return JsonResponse({"error": "temporarily_unavailable"}, status=503)
    return JsonResponse({"keys": keys.published()})


@as_service
@require_POST
def par(request: HttpRequest) -> HttpResponseBase:
    form = request.POST.dict()
    client, assertion = client_auth.authenticate(form)
    if "request_uri" in form:
        raise OAuthError("invalid_request", "request_uri kan ikke sendes hit")
    return _json({"request_uri": logins.push(client, assertion, form), "expires_in": logins.LIFE}, status=201)


@as_service
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponseBase:
    """Pick who to be. `test_person` or `login_hint` picks without a page, for tests."""
    form = request.GET.dict() | request.POST.dict()
    pushed = _pushed(form)
    if form.get("cancel"):
        return _back(pushed, {"error": "access_denied"})
    wanted = form.get("test_person") or form.get("login_hint") or pushed.parameters.get("login_hint", "")
    person = people.find(wanted)
    if person is None:
        return _choose(request, pushed)
    return _back(pushed, {"code": logins.pick(pushed, person)})


def _pushed(form: dict[str, str]) -> PushedRequest:
    """The pushed request, or the one an old client (`bearer`) sends in the address itself."""
    client_id = form.get("client_id", "")
    if "request_uri" not in form:
        client = registry.client(client_id)
        if not client["bearer"]:
            raise OAuthError("invalid_request", "klienten må bruke PAR")
        form["request_uri"] = logins.push(client, {}, form)
    return logins.pending(form["request_uri"], client_id)


def _choose(request: HttpRequest, pushed: PushedRequest) -> HttpResponse:
    name = registry.client(pushed.client_id).get("name") or pushed.client_id
    context = {"people": people.everyone(), "pushed": pushed, "client_name": name}
    page = render(request, "choose.html", context)
    page["Cache-Control"] = "no-store"
    return page


def _back(pushed: PushedRequest, answer: dict[str, str]) -> HttpResponseRedirect:
    answer |= {"state": pushed.parameters["state"], "iss": state.ISSUER}
    return HttpResponseRedirect(f"{pushed.parameters['redirect_uri']}?{urlencode(answer)}")


@as_service
@require_POST
def token(request: HttpRequest) -> HttpResponseBase:
    form = request.POST.dict()
    try:
        jkt = _proof_key(request)
    except dpop.NonceNeeded as needed:
        content = {"error": needed.error, "error_description": needed.text}
        return _json(content, status=400, headers={"DPoP-Nonce": dpop.new_nonce()})
    client, assertion = client_auth.authenticate(form)
    if not jkt and not client["bearer"]:
        raise OAuthError("invalid_dpop_proof", "DPoP er påkrevd")
    return _json(grants.answer(client, assertion, form, jkt))


def _proof_key(request: HttpRequest) -> str:
    proof = request.headers.get("DPoP", "")
    return dpop.key_of(proof, url=f"{state.ISSUER}/connect/token") if proof else ""


@as_service
@require_http_methods(["GET", "POST"])
def end_session(request: HttpRequest) -> HttpResponseBase:
    form = request.GET.dict() | request.POST.dict()
    claims = _hint(form.get("id_token_hint", ""))
    if sid := claims.get("sid"):
        logins.end(sid)
    target = form.get("post_logout_redirect_uri", "")
    if target and claims and target in registry.client(claims["aud"])["post_logout_redirect_uris"]:
        return HttpResponseRedirect(f"{target}?{urlencode({'state': form.get('state', '')})}")
    return render(request, "logged_out.html")


def _hint(id_token: str) -> dict[str, str]:
    try:
        kid = jwt.get_unverified_header(id_token)["kid"]
        key = keys.private(SigningKey.objects.get(kid=kid)).public_key()
        untimed = {"verify_exp": False, "verify_aud": False, "verify_nbf": False, "verify_iat": False}
        return dict(jwt.decode(id_token, key, algorithms=["PS256", "ES256"], options=cast("Any", untimed)))
    except (jwt.PyJWTError, KeyError, SigningKey.DoesNotExist):
        return {}

"""The control panel over HTTP: register clients, order faults, mint tokens, see who there is."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sfm.simulators.helseid import keys, mint, people, registry, state
from sfm.simulators.helseid.errors import OAuthError
from sfm.simulators.helseid.models import Faults

FAULT_FIELDS = ("clock_offset", "delay", "jwks_down", "all_down", "token_lifetime", "jwks_reads")


@require_GET
def home(request: HttpRequest) -> HttpResponseBase:
    context = {
        "issuer": state.ISSUER,
        "clients": registry.everyone(),
        "people": people.everyone(),
        "faults": {name: getattr(state.faults(), name) for name in FAULT_FIELDS},
        "keys": keys.published(),
    }
    return render(request, "home.html", context)


@require_http_methods(["GET", "POST"])
def clients(request: HttpRequest) -> HttpResponseBase:
    """GET: all registrations. POST: one registration, or a list."""
    if request.method == "GET":
        return JsonResponse({"clients": registry.everyone()})
    body = json.loads(request.body)
    try:
        made = [registry.register(entry) for entry in (body if isinstance(body, list) else [body])]
    except OAuthError as error:
        return JsonResponse({"error": error.error, "error_description": error.text}, status=400)
    return JsonResponse({"clients": made}, status=201)


@require_http_methods(["GET", "POST", "DELETE"])
def faults(request: HttpRequest) -> HttpResponseBase:
    """GET: in force. POST: change some. DELETE: everything well again."""
    state.faults()
    if request.method == "DELETE":
        Faults.objects.all().delete()
    if request.method == "POST":
        changes = json.loads(request.body)
        Faults.objects.update(**{name: changes[name] for name in FAULT_FIELDS if name in changes})
    row = state.faults()
    return JsonResponse({name: getattr(row, name) for name in FAULT_FIELDS})


@require_POST
def rotate(_request: HttpRequest) -> HttpResponseBase:
    return JsonResponse({"current": keys.rotate().kid})


@require_POST
def mint_token(request: HttpRequest) -> HttpResponseBase:
    order: dict[str, Any] = json.loads(request.body)
    try:
        return JsonResponse(mint.mint(order))
    except OAuthError as error:
        return JsonResponse({"error": error.error, "error_description": error.text}, status=400)


@require_GET
def persons(_request: HttpRequest) -> HttpResponseBase:
    return JsonResponse({"people": [vars(person) | {"sub": person.sub} for person in people.everyone()]})

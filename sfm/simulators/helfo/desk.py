"""The caseworker's desk, and what tests and the demo need."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sfm.core import clock
from sfm.simulators.helfo import engine
from sfm.simulators.helfo.models import Application, Call, Decision, Setting

Json = dict[str, Any]
ASSUMPTIONS = (
    "Helfos tjeneste er ikke dokumentert. Adresser, skjema og regler er våre egne.",
    "Innvilget: alvorlig, langvarig, og noe er prøvd eller kan ikke prøves. Vedtaket gjelder i tre år.",
    "Til saksbehandler: reseptgruppe A og B, og når en annen alvorlig diagnose er grunnen.",
    "Avslag ellers, med grunn etter 7481. KMI under 35 gir avslag der det spørres om KMI.",
    "Det som finansieres av helseforetakene, og det pasienten alt har vedtak på, stoppes før skjemaet.",
)
STATES = {"granted": "Innvilget", "refused": "Avslått", "dismissed": "Avvist", "manual": "Til behandling"}
BY_HAND = {"granted": engine.Judgement(status="granted"), "refused": engine.Judgement(status="refused", ground="14"),
           "dismissed": engine.Judgement(status="dismissed", ground="14")}  # fmt: skip


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        _settle(request.POST.get("id", ""), request.POST.get("outcome", ""))
        return HttpResponseRedirect("/")
    context = {
        "applications": Application.objects.order_by("-received")[:50],
        "decisions": Decision.objects.order_by("-id")[:50],
        "calls": Call.objects.order_by("-id")[:30],
        "assumptions": ASSUMPTIONS,
        "states": STATES,
        "grounds": engine.GROUNDS,
        "local": clock.local,
    }
    return render(request, "helfo/page.html", context)


@require_POST
def answer(request: HttpRequest) -> JsonResponse:
    wanted = json.loads(request.body)
    found = _settle(str(wanted.get("id", "")), str(wanted.get("outcome", "")))
    return JsonResponse({"settled": found}, status=200 if found else 404)


def _settle(key: str, outcome: str) -> bool:
    """A caseworker answers what the rules left to a person."""
    with transaction.atomic():
        row = Application.objects.filter(key=key, status="manual").first()
        if row is None or outcome not in BY_HAND:
            return False
        engine.settle(row, BY_HAND[outcome])
        return True


@require_POST
def reset(_request: HttpRequest) -> JsonResponse:
    with transaction.atomic():
        for model in apps.get_app_config("helfo").get_models():
            model._default_manager.all().delete()
    return JsonResponse({"reset": True})


@require_POST
def plant(request: HttpRequest) -> JsonResponse:
    rows: list[Json] = json.loads(request.body).get("decisions", [])
    with transaction.atomic():
        for row in rows:
            body = {key: value for key, value in row.items() if key != "patient"}
            engine.keep(row["patient"], body)
    return JsonResponse({"decisions": Decision.objects.count()})


@require_POST
def faults(request: HttpRequest) -> JsonResponse:
    wanted = json.loads(request.body or b"{}")
    Setting.objects.update_or_create(key="status", defaults={"value": int(wanted.get("status", 0))})
    return JsonResponse(wanted)


@require_GET
def show_state(_request: HttpRequest) -> JsonResponse:
    rows = Application.objects.order_by("received")
    return JsonResponse(
        {
            "decisions": [row.body for row in Decision.objects.order_by("id")],
            "applications": [{"id": row.key, "status": row.status, "body": row.body} for row in rows],
            "calls": list(Call.objects.order_by("id").values("what", "status")),
        }
    )

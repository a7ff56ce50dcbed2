"""The register's two questions, the test API, and a page that shows who is in it."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from sfm.core import clock
from sfm.simulators import tokens
from sfm.simulators.hpr import register
from sfm.simulators.hpr.models import Call, Person, Setting

SCOPES = {"nhn:hpr/basic", "nhn:hpr/extended"}
ASSUMPTIONS = (
    "Kodene i 7701 utover «1 Full rekvisisjonsrett» og i 7704 utover «1 Autorisasjon» er våre egne.",
    "Helsesykepleier står i HPR som sykepleier med begrenset rekvisisjonsrett.",
    "Suspensjon vises som administrativ reaksjon på godkjenningen.",
)


@require_GET
def by_number(request: HttpRequest, hpr: str) -> HttpResponse:
    if not hpr.isdigit():
        return _answered(hpr, 400)
    return _ask(request, Person.objects.filter(hpr=hpr.lstrip("0")).first(), hpr)


@require_POST
def by_national_id(request: HttpRequest) -> HttpResponse:
    try:
        nin = str(json.loads(request.body)["nin"])
    except (ValueError, KeyError, TypeError):
        return _answered("", 400)
    return _ask(request, Person.objects.filter(nin=nin).first(), "")


def _ask(request: HttpRequest, found: Person | None, asked: str) -> HttpResponse:
    fault = Setting.objects.filter(key="status").first()
    if fault is not None and fault.value:
        return _answered(asked, int(fault.value))
    try:
        granted = str(tokens.claims_of(request.headers.get("Authorization", "")).get("scope", ""))
    except tokens.BadToken:
        return _answered(asked, 401)
    if not set(granted.split()) >= SCOPES:
        return _answered(asked, 403)
    return _answered(asked, 404) if found is None else _answered(found.hpr, 200, found.body)


def _answered(hpr: str, status: int, body: Any = None) -> HttpResponse:
    Call.objects.create(at=clock.now(), hpr=hpr[:9], status=status)
    return JsonResponse(body if body is not None else {"status": status}, status=status)


@require_POST
def reset(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        for model in apps.get_app_config("hpr").get_models():
            model._default_manager.all().delete()
    return JsonResponse({"reset": True})


@require_POST
def plant(request: HttpRequest) -> HttpResponse:
    try:
        return JsonResponse({"people": register.plant(json.loads(request.body)["people"])})
    except (ValueError, KeyError, TypeError) as error:
        return JsonResponse({"error": str(error)}, status=400)


@require_POST
def faults(request: HttpRequest) -> HttpResponse:
    wanted = json.loads(request.body or b"{}")
    Setting.objects.update_or_create(key="status", defaults={"value": int(wanted.get("status", 0))})
    return JsonResponse(wanted)


@require_GET
def show_state(_request: HttpRequest) -> HttpResponse:
    people = {row.hpr: row.body for row in Person.objects.all()}
    return JsonResponse(
        {"people": people, "calls": list(Call.objects.order_by("id").values("hpr", "status"))}
    )


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    people = [_line(row) for row in Person.objects.order_by("hpr")]
    calls = Call.objects.order_by("-id")[:30]
    context = {"people": people, "calls": calls, "assumptions": ASSUMPTIONS, "local": clock.local}
    return render(request, "hpr/page.html", context)


def _line(row: Person) -> dict[str, str]:
    person, approvals = row.body["person"], row.body["godkjenninger"]
    names = (person["fornavn"], person["mellomnavn"], person["etternavn"])
    rights = [right["type"]["navn"] for one in approvals for right in one["rekvisisjonsretter"]]
    measures = [found["type"]["navn"] for one in approvals for found in one["administrativeReaksjoner"]]
    return {
        "hpr": row.hpr,
        "name": " ".join(name for name in names if name),
        "category": ", ".join(one["helsepersonellkategori"]["navn"] for one in approvals),
        "rights": ", ".join([*rights, *measures]) or "Ingen",
    }

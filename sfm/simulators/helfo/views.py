"""Helfo's four questions and answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from sfm.core import clock
from sfm.simulators import tokens
from sfm.simulators.helfo import engine, forms
from sfm.simulators.helfo.models import Application, Call, Decision, Setting

Json = dict[str, Any]


def _asked(request: HttpRequest, what: str, answer: Callable[[Json], Json]) -> JsonResponse:
    """Every question goes the same way: fault, token, patient, answer, log."""
    fault = Setting.objects.filter(key="status").first()
    if fault is not None and fault.value:
        return _logged(what, "", int(fault.value), {"error": "Helfo-simulatoren er satt til å feile."})
    try:
        person = tokens.identity(tokens.claims_of(request.headers.get("Authorization", "")))["pid"][:11]
    except tokens.BadToken:
        return _logged(what, "", 401, {"error": "Tilgangstoken mangler eller er ugyldig."})
    try:
        body = json.loads(request.body)
        int(body["patient"])
        with transaction.atomic():
            return _logged(what, person, 200, answer(body))
    except engine.Impossible as refused:
        return _logged(what, person, 409, {"error": str(refused)})
    except (ValueError, KeyError, TypeError) as error:
        return _logged(what, person, 400, {"error": f"Ugyldig forespørsel: {error}"})


def _logged(what: str, person: str, status: int, body: Json) -> JsonResponse:
    Call.objects.create(at=clock.now(), what=what, person=person, status=status)
    return JsonResponse(body, status=status)


@require_POST
def decisions(request: HttpRequest) -> JsonResponse:
    def answer(body: Json) -> Json:
        pid = body["patient"]
        pending = Application.objects.filter(pid=pid, status="manual").order_by("received")
        return {
            "decisions": [row.body for row in Decision.objects.filter(pid=pid).order_by("-id")],
            "pending": [_pending(row) for row in pending],
        }

    return _asked(request, "decisions", answer)


def _pending(row: Application) -> Json:
    product = row.body["product"]["name"]
    return {"id": row.key, "reference": row.reference, "product": product, "sent": row.received.isoformat()}


@require_POST
def make_form(request: HttpRequest) -> JsonResponse:
    def answer(body: Json) -> Json:
        engine.check(body["patient"], body["product"])
        return forms.form(body["product"], body["diagnosis"])

    return _asked(request, "form", answer)


@require_http_methods(["PUT"])
def apply(request: HttpRequest, key: str) -> JsonResponse:
    def answer(body: Json) -> Json:
        known = Application.objects.filter(key=key, pid=body["patient"]).first()
        if known is not None:
            return _answer(known)
        engine.check(body["patient"], body["product"])
        made = forms.form(body["product"], body["diagnosis"])
        left = forms.missing(made["fields"], body["answers"])
        if left:
            raise engine.Impossible(f"Søknaden mangler svar: {', '.join(left)}.")
        number = Application.objects.count() + 1
        row = Application.objects.create(
            key=key,
            pid=body["patient"],
            reference=f"{clock.today().year}/{100000 + number}",
            status="manual",
            text="",
            body=body,
            received=clock.now(),
        )
        engine.settle(row, engine.judge(body["product"], body["answers"]))
        return _answer(row)

    return _asked(request, "apply", answer)


@require_POST
def status(request: HttpRequest, key: str) -> JsonResponse:
    def answer(body: Json) -> Json:
        known = Application.objects.filter(key=key, pid=body["patient"]).first()
        if known is None:
            raise ValueError("ukjent søknad")
        return _answer(known)

    return _asked(request, "status", answer)


def _answer(row: Application) -> Json:
    decision = row.decision.body if row.decision else None
    return {
        "id": row.key,
        "reference": row.reference,
        "status": row.status,
        "text": row.text,
        "decision": decision,
    }

"""KJ's two APIs, the test API, and the inspection page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sfm.core import clock
from sfm.simulators import tokens
from sfm.simulators.kj import events, faults, reactions, record, seed
from sfm.simulators.kj.models import Call, Dispensing, ListMessage, Person, Prescription, Reaction
from sfm.simulators.kj.record import NoAccess

Json = dict[str, Any]
ASSUMPTIONS = (
    "Legemiddel-API-et til kjernejournal er ikke dokumentert. Adressen og formen er vår egen.",
    "Feilkodene er våre, bortsett fra KJF-000206 som er sett i ekte svar; betydningen er antatt.",
    "Et sperret legemiddelsammendrag utelates og flagges. Tilgangsgrunnlag i nhn-access-basis åpner det.",
    "Låste resepter utelates uten tilgangsgrunnlag; flagget hasLocked settes.",
    "Uten since vises de siste tre månedene. Resepter som fortsatt kan ekspederes, vises uansett alder.",
    "En pasient kjernejournalen aldri har hørt om, har en tom, åpen journal.",
    "Annullerte utleveringer vises ikke.",
)


def _ask(
    request: HttpRequest, what: str, answer: Callable[[Person, str], Json], status: int = 200
) -> HttpResponseBase:
    """Every question goes the same way: fault script, token, headers, the patient's standing, answer, log."""
    pid, role = request.headers.get("nhn-patient-nin", ""), request.headers.get("nhn-user-role", "")
    basis = request.headers.get("nhn-access-basis", "")
    do = faults.match(what, pid)
    time.sleep(do.get("delay_ms", 0) / 1000)
    if "http_status" in do:
        return HttpResponse(
            "Feil i KJ-simulatoren", status=do["http_status"], content_type="text/plain; charset=utf-8"
        )
    if do.get("close_connection"):
        return _broken_off()
    caller, code = "", ""
    try:
        caller = _caller(request)
        _check(pid, role, do)
        body = answer(record.person(pid, basis), basis)
    except NoAccess as refused:
        status, code = refused.status, refused.code
        body = {"error": {"code": refused.code, "text": refused.text}}
    Call.objects.create(
        at=clock.now(),
        what=what,
        pid=pid[:11],
        role=role[:40],
        basis=basis[:40],
        person=caller,
        status=status,
        code=code,
    )
    if do.get("malformed"):
        return HttpResponse(b'{"prescriptions": [', content_type="application/json")
    return JsonResponse(body, status=status)


def _caller(request: HttpRequest) -> str:
    authorization = request.headers.get("Authorization", "")
    if not authorization and not seed.setting("require_authorization"):
        return ""
    try:
        return tokens.identity(tokens.claims_of(authorization))["pid"][:11]
    except tokens.BadToken as error:
        raise NoAccess(401, "000101", "Tilgangstoken mangler eller er ugyldig.") from error


def _check(pid: str, role: str, do: Json) -> None:
    if not pid:
        raise NoAccess(400, "000102", "Headeren nhn-patient-nin mangler.")
    if not role or do.get("no_access_role"):
        raise NoAccess(403, "000103", "Brukeren har ikke en rolle som gir tilgang til kjernejournal.")
    if do.get("patient_reserved"):
        raise NoAccess(403, "000204", "Pasienten har reservert seg mot kjernejournal.")


def _broken_off() -> HttpResponseBase:
    response = StreamingHttpResponse(iter([b"{"]), content_type="application/json")
    response["Content-Length"] = "10000"
    return response


@require_GET
def medication_summary(request: HttpRequest) -> HttpResponseBase:
    def answer(patient: Person, basis: str) -> Json:
        try:
            since = record.start_of_window(request.GET.get("since", ""))
        except ValueError as error:
            raise NoAccess(400, "000102", "since er ikke en dato.") from error
        return record.summary(patient, basis=basis, since=since)

    return _ask(request, "summary", answer)


@require_http_methods(["GET", "POST"])
def critical_information(request: HttpRequest) -> HttpResponseBase:
    if request.method == "POST":
        return _ask(request, "reactions", lambda patient, _basis: _keep(request, patient), status=201)
    kind = request.GET.get("criticalInfoType", "DrugReaction")

    def answer(patient: Person, _basis: str) -> Json:
        if kind not in reactions.KINDS:
            raise NoAccess(400, "000102", "criticalInfoType må være DrugReaction eller OtherAllergen.")
        return record.reactions(patient, kind)

    return _ask(request, "reactions", answer)


@require_http_methods(["PUT"])
def one_reaction(request: HttpRequest, key: str) -> HttpResponseBase:
    def answer(patient: Person, _basis: str) -> Json:
        if not Reaction.objects.filter(key=key, pid=patient.pid).exists():
            raise NoAccess(404, "000102", "Fant ikke opplysningen.")
        return _keep(request, patient, key)

    return _ask(request, "reactions", answer)


def _keep(request: HttpRequest, patient: Person, key: str = "") -> Json:
    try:
        kept = json.loads(request.body)
        patient.save()
        return reactions.keep(patient.pid, kept, key)
    except (ValueError, TypeError, AttributeError) as error:
        raise NoAccess(400, "000102", f"Opplysningen kan ikke lagres: {error}") from error


@require_POST
def rf_events(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"taken": events.take(json.loads(request.body)["events"])})


@require_POST
def reset(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        for model in apps.get_app_config("kj").get_models():
            model._default_manager.all().delete()
    return JsonResponse({"reset": True})


@require_POST
def plant(request: HttpRequest) -> HttpResponse:
    try:
        return JsonResponse(seed.plant(json.loads(request.body or b"{}")))
    except (ValueError, TypeError, KeyError) as error:
        return JsonResponse({"error": str(error)}, status=400)


@require_http_methods(["GET", "POST"])
def show_faults(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        wanted = json.loads(request.body or b"{}")
        try:
            faults.replace(
                faults.SCENARIOS[wanted["scenario"]] if "scenario" in wanted else wanted.get("rules", [])
            )
        except (ValueError, KeyError) as error:
            return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"rules": faults.rules(), "scenarios": list(faults.SCENARIOS)})


@require_GET
def show_state(request: HttpRequest) -> HttpResponse:
    chosen = {"pid": request.GET["patient"]} if request.GET.get("patient") else {}
    return JsonResponse(
        {
            "patients": list(Person.objects.filter(**chosen).values()),
            "prescriptions": {
                row.resept_id: {"status": row.status, "pid": row.pid, "drug": row.body.get("drug", "")}
                for row in Prescription.objects.filter(**chosen)
            },
            "dispensings": [row.key for row in Dispensing.objects.filter(**chosen)],
            "lists": list(ListMessage.objects.filter(**chosen).values("msg_id", "pid", "kind")),
            "reactions": [row.body for row in Reaction.objects.filter(**chosen)],
            "calls": list(Call.objects.filter(**chosen).order_by("id").values()),
            "faults": faults.rules(),
        }
    )


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        faults.replace(faults.SCENARIOS.get(request.POST.get("scenario", ""), []))
    people = Person.objects.order_by("name", "pid")
    chosen = people.filter(pid=request.GET.get("pasient", "")).first()
    shown = record.summary(chosen, basis="HPUNNTAK", since=clock.now() - record.LONGEST) if chosen else None
    context = {
        "people": people,
        "chosen": chosen,
        "summary": shown,
        "reactions": [row.body for row in Reaction.objects.filter(pid=chosen.pid)] if chosen else [],
        "calls": Call.objects.order_by("-id")[:40],
        "scenarios": list(faults.SCENARIOS),
        "rules": faults.rules(),
        "assumptions": ASSUMPTIONS,
        "local": clock.local,
    }
    return render(request, "kj/page.html", context)

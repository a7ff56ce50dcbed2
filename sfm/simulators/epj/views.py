"""The demo EPJ's pages. Small and plain on purpose: a record system with SFM in a frame."""

from __future__ import annotations

import json
import uuid
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sfm.simulators.epj import helseid, sfm_api
from sfm.simulators.epj.models import Login, PatientRecord, PendingLogin, SfmCall, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable

COOKIE = "demo_epj"


def logged_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view its Login, or send the browser to the front page."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        login = (
            Login.objects.select_related("workplace").filter(cookie=request.COOKIES.get(COOKIE, "")).first()
        )
        if login is None:
            return redirect("/")
        try:
            return view(request, login, **kwargs)
        except sfm_api.SfmRefused as refused:
            return JsonResponse({"error": str(refused), "problem": refused.problem}, status=refused.status)
        except httpx.HTTPError as error:
            return JsonResponse({"error": f"Får ikke svar: {type(error).__name__}"}, status=502)

    return inner


@require_GET
def front(request: HttpRequest) -> HttpResponse:
    return render(request, "front.html", {"workplaces": Workplace.objects.order_by("name")})


@require_POST
def log_in(request: HttpRequest) -> HttpResponseBase:
    workplace = get_object_or_404(Workplace, key=request.POST.get("workplace", ""))
    helseid.register()
    return redirect(helseid.begin(workplace, hint=request.POST.get("person", "")))


@require_GET
def come_back(request: HttpRequest) -> HttpResponseBase:
    """The return from HelseID."""
    try:
        login = helseid.finish(request.GET.get("state", ""), request.GET.get("code", ""))
    except (PendingLogin.DoesNotExist, httpx.HTTPStatusError):
        return redirect("/")
    response = redirect("/pasienter")
    response.set_cookie(COOKIE, login.cookie, httponly=True, samesite="Lax")
    return response


@logged_in
def log_out(_request: HttpRequest, login: Login) -> HttpResponseBase:
    address = helseid.logout_address(login)
    sfm_api.end_session(login)
    login.delete()
    response = redirect(address)
    response.delete_cookie(COOKIE)
    return response


@logged_in
def patients(request: HttpRequest, login: Login) -> HttpResponseBase:
    """The working page: patients on the left, the chosen one and SFM's frame on the right."""
    records = PatientRecord.objects.filter(journal_id=login.workplace.journal_id)
    return render(request, "epj.html", {"login": login, "patients": records, "encounter": uuid.uuid4()})


@require_POST
@logged_in
def session(_request: HttpRequest, login: Login) -> HttpResponseBase:
    return JsonResponse(sfm_api.create_session(login))


@require_POST
@logged_in
def refresh(_request: HttpRequest, login: Login) -> HttpResponseBase:
    return JsonResponse({"renewed": sfm_api.refresh_session(login)})


@require_POST
@logged_in
def ticket(_request: HttpRequest, login: Login, pk: int) -> HttpResponseBase:
    patient = get_object_or_404(PatientRecord, pk=pk, journal_id=login.workplace.journal_id)
    return JsonResponse({"ticket": sfm_api.patient_ticket(login, patient)})


@logged_in
def tasks(request: HttpRequest, login: Login) -> HttpResponseBase:
    return render(request, "tasks.html", {"tasks": sfm_api.tasks(login)})


@logged_in
def notes(request: HttpRequest, login: Login, encounter: str) -> HttpResponseBase:
    return render(
        request, "notes.html", {"notes": [_note(n) for n in sfm_api.journal_notes(login, encounter)]}
    )


@logged_in
def calls(_request: HttpRequest, login: Login) -> HttpResponseBase:
    """What this EPJ's server has asked SFM, newest last."""
    rows = SfmCall.objects.filter(cookie=login.cookie).order_by("-pk")[:40]
    lines = [{"at": row.at.isoformat(), "line": row.line, "status": row.status} for row in rows]
    return JsonResponse({"calls": lines[::-1]})


@require_http_methods(["GET", "POST"])
def seed(request: HttpRequest) -> HttpResponseBase:
    """POST {"workplaces": [...], "patients": [...]}: replace what the EPJ knows. GET: what it knows."""
    if request.method == "POST":
        data = json.loads(request.body)
        for place in data.get("workplaces", []):
            Workplace.objects.update_or_create(key=place.pop("key"), defaults=place)
        for patient in data.get("patients", []):
            key = {"journal_id": patient.pop("journal_id"), "pid": patient.pop("pid")}
            PatientRecord.objects.update_or_create(**key, defaults=patient)
    return JsonResponse(
        {"workplaces": list(Workplace.objects.values()), "patients": PatientRecord.objects.count()}
    )


@require_GET
def static_file(_request: HttpRequest, name: str) -> HttpResponseBase:
    path = Path(__file__).parent / "static" / name
    if not path.is_file() or path.parent.name != "static":
        return HttpResponse(status=404)
    kind = "text/css" if path.suffix == ".css" else "text/javascript"
    return FileResponse(path.open("rb"), content_type=f"{kind}; charset=utf-8")


def _note(resource: dict[str, Any]) -> dict[str, str]:
    """The parts of a journal note that the journal shows."""
    parts = {part["url"]: part for part in resource["extension"][0]["extension"]}
    return {
        "at": str(parts.get("timestamp", {}).get("valueDateTime", "")),
        "title": str(parts.get("title", {}).get("valueString", "")),
        "text": str(parts.get("text", {}).get("valueString", "")),
    }

"""The JSON API of the simulator, for tests and the demo.

GET  /api/state      {"now", "settings", "received": [...],
                      "messages": {MSGID: {"type", "received": times, "accepted": times, "codes": [...]}},
                      "prescriptions": {RESEPTID: {...}}, "lists": {PID: {"ref_msg_id", "chain": [...]}},
                      "outgoing": [...], "dispensings": [...], "multidose": [...], "faults": [...], "patients": [...]}
                     ?patient=PID limits it to one patient; ?m1=1 adds the M1 bytes (base64).
GET  /api/messages/MSGID.xml   the bytes as received (or sent)
GET  /api/authorities.pem  everyone whose signature RF believes
POST /api/reset      everything forgotten
POST /api/seed       seed.py
POST /api/clock      {"hours": 1} | {"days": 1} | {"to": "2026-11-22T10:00:00+01:00"} | {"reset": true}
POST /api/faults     faults.py; GET shows the rules with their counters and the names of the scenarios
POST /api/settings   {"async_enabled": false, …}
POST /api/apotek/VERB  start {resept_id, her} · cancel {resept_id} · dispense {resept_id, her, packages, finished,
                     drug, varenr, intervention, days_ago} · annul {dispensing_id} · paper {patient, drug,
                     packages, days_ago} · ask {patient, question, code, entry_id} · register_multidose {patient, her}
                     · answer_application {resept_id, granted, reason}   (Norwegian names work too: utlever, …)
POST /api/lege/VERB  prescribe ORDER · recall {resept_id, reason, note, by, her} · send_list {pid, by, her, entries,
                     note} · take_over {pid, by, her} (multidose: M28 to the former doctor)
POST /api/pasient/VERB  block {patient, hpr, mode} · new_identity {patient, new_pid}
POST /api/post       one round of asynchronous delivery now
An error is {"error": "text"} with 400; a refusal by RF's rules is 409 with {"error", "codes"}.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sfm.simulators.rf import apotek, certificates, doctors, faults, posting, seed, state, views_of_state
from sfm.simulators.rf.models import ListMessage, Outgoing, Patient, Prescription, Received, TrustedIssuer
from sfm.simulators.rf.verdict import Refused
from sfm.simulators.rf.wording import text_of

View = Callable[..., HttpResponse]
APOTEK: dict[str, Callable[..., Any]] = {
    "start": apotek.start,
    "cancel": apotek.cancel,
    "dispense": apotek.dispense,
    "annul": apotek.annul,
    "paper": apotek.paper,
    "ask": apotek.ask,
    "register_multidose": apotek.register_multidose,
    "answer_application": apotek.answer_application,
    "start_ekspedering": apotek.start,
    "utlever": apotek.dispense,
    "kanseller": apotek.cancel,
    "annuller": apotek.annul,
    "papirresept": apotek.paper,
    "spor": apotek.ask,
}
LEGE: dict[str, Callable[..., Any]] = {
    "prescribe": lambda **order: doctors.prescribe(order),
    "recall": doctors.recall,
    "send_list": doctors.send_list,
    "take_over": doctors.take_over,
}


def _new_identity(*, patient: str, new_pid: str) -> None:
    person = Patient.objects.get(pid=patient)
    Patient.objects.get_or_create(
        pid=new_pid, defaults={"given": person.given, "family": person.family, "sex": person.sex}
    )
    person.new_pid = new_pid
    person.save()
    Prescription.objects.filter(pid=patient).update(pid=new_pid)
    ListMessage.objects.filter(pid=patient).update(pid=new_pid)


PATIENT: dict[str, Callable[..., Any]] = {"block": seed.set_block, "new_identity": _new_identity}


def plain_errors(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            codes = [
                {"code": remark.code, "text": text_of(remark.code, remark.system)}
                for remark in refused.remarks
            ]
            return JsonResponse({"error": str(refused), "codes": codes}, status=409)
        except (ValueError, TypeError, ObjectDoesNotExist, KeyError) as error:
            return JsonResponse({"error": str(error)}, status=400)

    return guarded


def _body(request: HttpRequest) -> dict[str, Any]:
    read = json.loads(request.body or b"{}")
    if not isinstance(read, dict):
        raise TypeError("JSON-objekt ventet")
    return read


@require_GET
def authorities(_request: HttpRequest) -> HttpResponse:
    certificates.authority()
    found = TrustedIssuer.objects.order_by("fingerprint").values_list("pem", flat=True)
    return HttpResponse("\n".join(found), content_type="application/x-pem-file")


@require_GET
def show_state(request: HttpRequest) -> HttpResponse:
    return JsonResponse(
        views_of_state.everything(request.GET.get("patient", ""), with_m1=bool(request.GET.get("m1")))
    )


@require_GET
def show_message(_request: HttpRequest, msg_id: str) -> HttpResponse:
    found: Received | Outgoing | ListMessage | None = (
        Received.objects.filter(msg_id=msg_id).first()
        or Outgoing.objects.filter(msg_id=msg_id).first()
        or ListMessage.objects.filter(msg_id=msg_id).first()
    )
    if found is None:
        raise Http404("Ukjent MsgId")
    return HttpResponse(bytes(found.xml), content_type="application/xml")


@require_POST
def reset(_request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        for model in apps.get_app_config("rf").get_models():
            model._default_manager.all().delete()
    return JsonResponse({"reset": True})


@require_POST
@plain_errors
def plant(request: HttpRequest) -> HttpResponse:
    made = seed.plant(_body(request))
    posting.wake()
    return JsonResponse(made)


@require_POST
@plain_errors
def move_clock(request: HttpRequest) -> HttpResponse:
    wanted = _body(request)
    if wanted.get("reset"):
        state.put("clock_offset_s", 0.0)
    elif "to" in wanted:
        state.move_clock(to=datetime.fromisoformat(wanted["to"]))
    else:
        state.move_clock(hours=float(wanted.get("hours", 0)), days=float(wanted.get("days", 0)))
    return JsonResponse({"now": state.now().isoformat()})


@require_http_methods(["GET", "POST"])
@plain_errors
def show_faults(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        wanted = _body(request)
        if "scenario" in wanted and wanted["scenario"] not in faults.SCENARIOS:
            raise ValueError(f"Ukjent scenario {wanted['scenario']}")
        faults.replace(
            faults.SCENARIOS[wanted["scenario"]] if "scenario" in wanted else wanted.get("rules", [])
        )
    return JsonResponse({"rules": faults.rules(), "scenarios": list(faults.SCENARIOS)})


@require_POST
@plain_errors
def set_settings(request: HttpRequest) -> HttpResponse:
    seed.plant({"settings": _body(request)})
    posting.wake()
    return JsonResponse(state.everything())


def _verb(verbs: dict[str, Callable[..., Any]]) -> View:
    @require_POST
    @plain_errors
    def act(request: HttpRequest, verb: str) -> HttpResponse:
        if verb not in verbs:
            raise ValueError(f"Ukjent handling {verb}. Kjente: {', '.join(verbs)}")
        with transaction.atomic():
            done = verbs[verb](**_body(request))
        posting.wake()
        return JsonResponse({"done": verb, "id": str(getattr(done, "pk", done) or "")})

    return act


apotek_verb, doctor_verb, patient_verb = _verb(APOTEK), _verb(LEGE), _verb(PATIENT)


@require_POST
def post_now(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"attempted": posting.post_now()})

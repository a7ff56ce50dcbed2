"""The console: what RF knows, page by page, and buttons for what pharmacies and other doctors do. Norwegian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST
from lxml import etree

from sfm.core import clock
from sfm.simulators.codes_7408 import STATUS
from sfm.simulators.rf import apotek, doctors, faults, lists, posting, prescriptions, seed, state
from sfm.simulators.rf.assumptions import ASSUMPTIONS
from sfm.simulators.rf.models import (
    ListMessage,
    MultidoseParty,
    Organisation,
    Outgoing,
    Patient,
    Practitioner,
    Prescription,
    Received,
)
from sfm.simulators.rf.reading import parse
from sfm.simulators.rf.verdict import Refused
from sfm.simulators.rf.wording import RECALL_REASON, text_of

Values = dict[str, str]
ACTIONS: dict[str, tuple[str, Callable[[Values], Any]]] = {
    "start": ("Ekspedering startet", lambda v: apotek.start(resept_id=v["resept_id"])),
    "cancel": ("Ekspedering kansellert", lambda v: apotek.cancel(resept_id=v["resept_id"])),
    "dispense": ("Utlevert", lambda v: apotek.dispense(resept_id=v["resept_id"])),
    "annul": ("Utlevering annullert", lambda v: apotek.annul(dispensing_id=v["dispensing_id"])),
    "grant": (
        "Søknad innvilget",
        lambda v: apotek.answer_application(resept_id=v["resept_id"], granted=True),
    ),
    "deny": ("Søknad avslått", lambda v: apotek.answer_application(resept_id=v["resept_id"], granted=False)),
    "recall": ("Tilbakekalt av annen lege", lambda v: doctors.recall(v["resept_id"], reason="4")),
    "send_list": ("Annen lege sendte legemiddelliste", lambda v: doctors.send_list(pid=v["pid"])),
    "ask": (
        "Spørsmål sendt",
        lambda v: apotek.ask(patient=v["pid"], question=v["question"] or "Skal varen fortsette?"),
    ),
    "block": (
        "Sperring endret",
        lambda v: seed.set_block(patient=v["pid"], hpr=v["hpr"], mode=v["mode"]),
    ),
    "scenario": ("Scenario satt", lambda v: faults.replace(faults.SCENARIOS[v["scenario"]])),
    "clock": (
        "Klokken er flyttet",
        lambda v: state.move_clock(hours=float(v.get("hours") or 0), days=float(v.get("days") or 0)),
    ),
    "clock_reset": ("Klokken går riktig", lambda _v: state.put("clock_offset_s", 0.0)),
    "async": ("Asynkron sending endret", lambda v: state.put("async_enabled", v["on"] == "ja")),
}


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    common = {
        "now": clock.local(state.now()),
        "moved": abs(state.get("clock_offset_s")) > 1,
        "rules": faults.rules(),
        "told": request.GET.get("melding", ""),
        "status_text": STATUS,
        "reason_text": RECALL_REASON,
        "local": clock.local,
        "text_of": text_of,
        "here": request.path,
    }
    return render(request, f"rf/{template}.html", common | context)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    prescriptions.expire()
    counts = dict(Prescription.objects.values_list("pid").annotate(Count("resept_id")))
    patients = [
        {"patient": patient, "prescriptions": counts.get(patient.pid, 0), "list": lists.head(patient.pid)}
        for patient in Patient.objects.order_by("family", "given")
    ]
    return _page(request, "home", patients=patients, nameless=counts.get("", 0), latest=_latest(8))


def _latest(count: int) -> list[Received]:
    return list(Received.objects.defer("xml", "answer").order_by("-id")[:count])


@require_GET
def patient_page(request: HttpRequest, pid: str) -> HttpResponse:
    patient = Patient.objects.filter(pid=pid).first()
    if patient is None:
        raise Http404("Ukjent pasient")
    prescriptions.expire()
    rows = [
        {"row": row, "info": prescriptions.summary(row), "given": list(row.dispensings.order_by("at"))}
        for row in Prescription.objects.filter(pid=pid).order_by("-received")
    ]
    return _page(
        request,
        "patient",
        patient=patient,
        rows=rows,
        chain=ListMessage.objects.filter(pid=pid).defer("xml").order_by("-id"),
        head=lists.head(pid),
        parties=MultidoseParty.objects.filter(pid=pid),
        names={person.hpr: person.name for person in Practitioner.objects.all()},
        places={place.her: place.name for place in Organisation.objects.all()},
    )


@require_GET
def log(request: HttpRequest) -> HttpResponse:
    return _page(request, "log", latest=_latest(200))


@require_GET
def message(request: HttpRequest, msg_id: str) -> HttpResponse:
    """One message, laid out for reading; the stored bytes are untouched."""
    came = list(Received.objects.filter(msg_id=msg_id).order_by("id"))
    other = (
        ListMessage.objects.filter(msg_id=msg_id).first() or Outgoing.objects.filter(msg_id=msg_id).first()
    )
    found: Any = came[0] if came else other
    if found is None:
        raise Http404("Ukjent melding")
    return _page(
        request, "message", msg_id=msg_id, came=came, xml=_readable(bytes(found.xml)), answers=_answers(came)
    )


def _answers(came: list[Received]) -> list[str]:
    return [_readable(bytes(row.answer)) for row in came if row.answer]


def _readable(xml: bytes) -> str:
    root = parse(xml)
    etree.indent(root)
    for element in root.iter(
        "{*}Base64Container", "{*}X509Certificate", "{*}SignatureValue", "{*}VarerIBrukB64"
    ):
        element.text = f"… {len(element.text or '')} tegn …"
    return etree.tostring(root, encoding="unicode")


@require_GET
def fault_page(request: HttpRequest) -> HttpResponse:
    return _page(request, "faults", scenarios=faults.SCENARIOS, async_enabled=state.get("async_enabled"))


@require_GET
def post_page(request: HttpRequest) -> HttpResponse:
    return _page(request, "post", outgoing=Outgoing.objects.defer("xml").order_by("-id")[:200])


@require_GET
def assumptions(request: HttpRequest) -> HttpResponse:
    return _page(request, "assumptions", assumptions=ASSUMPTIONS, settings=state.everything())


@require_POST
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """A button: do it, and back to the page it came from with a line about how it went."""
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != request.get_host():
        return HttpResponseForbidden("Fra et annet nettsted")
    if verb not in ACTIONS:
        raise Http404("Ukjent handling")
    said, do = ACTIONS[verb]
    try:
        with transaction.atomic():
            do({key: str(value) for key, value in request.POST.items()})
    except Refused as refused:
        said = "; ".join(f"{remark.code} {text_of(remark.code, remark.system)}" for remark in refused.remarks)
    except (ValueError, KeyError, ObjectDoesNotExist) as error:
        said = f"Det gikk ikke: {error}"
    posting.wake()
    back = urlsplit(request.POST.get("back", "/")).path
    response = HttpResponseRedirect(back if back.startswith("/") and not back.startswith("//") else "/")
    response["Location"] += f"?{urlencode({'melding': said})}"
    return response


urlpatterns = [
    path("", home, name="home"),
    path("konsoll/", home),
    path("konsoll/pasient/<str:pid>", patient_page, name="patient"),
    path("konsoll/logg", log, name="log"),
    path("konsoll/melding/<str:msg_id>", message, name="message_page"),
    path("konsoll/feil", fault_page, name="faults"),
    path("konsoll/post", post_page, name="post"),
    path("konsoll/antakelser", assumptions, name="assumptions"),
    path("konsoll/gjor/<str:verb>", act, name="act"),
]

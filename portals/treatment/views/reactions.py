"""(Kritiske legemiddelreaksjoner, CAVE) The list, the form, and «Ingen kjente» as a recorded fact."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import Conflict, Invalid
from sfm.fest import agents
from sfm.medication.actions import reactions as acts
from sfm.medication.rules.reaction_words import CERTAINTIES, REACTIONS, SEVERITIES

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest

AGENT_KINDS = {
    "substance": "Virkestoff",
    "atc": "ATC-gruppe",
    "brand": "Merkevare",
    "excipient": "Hjelpestoff",
    "text": "Fritekst (varsler ikke)",
}
SOURCES = {
    "1": "Resultat av tester/analyser",
    "2": "Observert av behandlende lege",
    "3": "Pasientens egne opplysninger",
    "4": "Pårørendes opplysninger",
    "5": "Hentet fra tidligere journal",
    "6": "Annet",
    "7": "Opplyst av ansvarlig behandler",
}


@require_GET
@patient_page("lib.view", audit="read.reactions")
def page(request: PatientRequest) -> HttpResponse:
    return _page(request)


@require_POST
@patient_page("reaction.register")
def register(request: PatientRequest) -> HttpResponse:
    try:
        with transaction.atomic():
            acts.register(**_fields(request), by=request.actor, patient=request.patient.key)
    except (Invalid, Conflict) as refused:
        errors = getattr(refused, "fields", None) or {"": refused.text}
        return _page(request, errors=errors, status=refused.status)
    return HttpResponseRedirect(f"{root_of(request)}reaksjoner")


@require_POST
@patient_page("reaction.register")
def none_known(request: PatientRequest) -> HttpResponse:
    acts.none_known(by=request.actor, patient=request.patient.key)
    return HttpResponseRedirect(f"{root_of(request)}reaksjoner")


@require_POST
@patient_page("reaction.register")
def refute(request: PatientRequest, pk: UUID) -> HttpResponse:
    try:
        with transaction.atomic():
            acts.refute(
                reaction_id=pk,
                by=request.actor,
                patient=request.patient.key,
                comment=request.POST.get("comment", ""),
            )
    except Invalid as invalid:
        return _page(request, errors=invalid.fields or {"": invalid.text}, status=422)
    return HttpResponseRedirect(f"{root_of(request)}reaksjoner")


def _page(
    request: PatientRequest, *, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "may_register": request.actor.may("reaction.register"),
        "agent_kinds": AGENT_KINDS,
        "reactions": REACTIONS,
        "certainties": CERTAINTIES,
        "severities": SEVERITIES,
        "sources_of_information": SOURCES,
        "form": request.POST or request.GET,  # from a drug: the agent is filled in
        "errors": errors or {},
    }
    return screen(request, "treatment/reactions.html", context, status=status)


def _fields(request: PatientRequest) -> dict[str, Any]:
    data = request.POST
    kind, text = data.get("agent_kind", ""), data.get("agent_text", "").strip()
    return {
        "agent_kind": kind,
        "agent_text": text,
        "agent_code": _agent_code(kind, text),
        "reaction": data.get("reaction", ""),
        "certainty": data.get("certainty", ""),
        "severity": data.get("severity", ""),
        "source_of_information": data.get("source_of_information", ""),
        "discovered_on": _date(data.get("discovered_on", "")),
        "comment": data.get("comment", ""),
    }


def _agent_code(kind: str, text: str) -> str:
    """The FEST id or ATC code of what was written: without it a reaction cannot warn."""
    if kind == "atc":
        return text.split(" ")[0].upper()
    if kind in ("substance", "brand"):
        return agents.code_of(kind, text)
    if kind == "excipient":  # FEST names excipients and gives them no id
        return text.casefold()[:64]
    return ""


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields={"discovered_on": "Datoen er ikke gyldig."}) from error

"""(Detaljvisning, historikk) Everything about one treatment, and the patient's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from portals.treatment.words import VERBS
from sfm.exchange import dispensings, explaining, lookup, questions
from sfm.identity import logins
from sfm.medication.queries import detail, timeline, warnings

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest

EXTENDED = "3ar"


@require_GET
@patient_page("lib.view", audit="read.treatment")
def page(request: PatientRequest, pk: UUID) -> HttpResponse:
    found = detail.load(pk, patient_key=request.patient.key, actor=request.actor)
    card = warnings.of_treatment(pk, patient_key=request.patient.key, actor=request.actor)
    context = {
        "detail": found,
        "card": card,
        "root": root_of(request),
        "verbs": VERBS,
        "explained": explaining.explain(pk, patient_key=request.patient.key),
    }
    return screen(request, "treatment/detail.html", context)


@require_GET
@patient_page("lib.view", audit="read.history")
def history(request: PatientRequest) -> HttpResponse:
    """Three months; three years when asked for (clinical.md 3.13)."""
    may = request.actor.may("history.extended")
    extended = may and request.GET.get("periode") == EXTENDED
    first = dispensings.since(long=extended)
    context = {
        "lines": timeline.load(request.patient.key, actor=request.actor, since=first),
        "dispensed": dispensings.load(request.patient.key, first),
        "extended": extended,
        "first": first,
        "may_extend": may,
        "may_ask": may and request.actor.may("lib.lookup_kj"),
    }
    return screen(request, "treatment/history.html", context)


@require_POST
@patient_page("history.extended", audit="lookup.history")
def fetch_history(request: PatientRequest) -> HttpResponse:
    """«Hent tre år»: KJ is asked once more, for as far back as it may tell."""
    terms = questions.Terms(since=dispensings.since(long=True).isoformat())
    token = logins.token_of(request.session["login"]["login_id"])
    lookup.start(patient_key=request.patient.key, by=request.actor, token=token, force=True, terms=terms)
    return HttpResponseRedirect(f"{root_of(request)}historikk?periode={EXTENDED}")

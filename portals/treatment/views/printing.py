"""(Utskrift) What can be printed, shown as it will look, and the same as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from sfm.audit.record import record
from sfm.core.errors import Invalid, NotFound
from sfm.printing import printouts
from sfm.printing.printouts import Wish

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest


@require_GET
@patient_page("printout.make")
def page(request: PatientRequest) -> HttpResponse:
    """The preview: the same sheet as in the PDF, in the page."""
    kind = request.GET.get("type", "liste")
    wish = _wish(request)
    problem, made = "", None
    try:
        made = printouts.make(kind, wish)
    except Invalid as refused:
        problem = refused.text
    record(request.actor, "print.preview", patient=request.patient.key, detail={"document": kind})
    context = {
        "choices": printouts.choices(request.patient.key, request.actor),
        "kind": kind,
        "subject": wish.subject,
        "language": wish.language,
        "large": wish.large,
        "long": wish.long,
        "languages": printouts.LANGUAGES,
        "made": made,
        "problem": problem,
        "query": request.GET.urlencode(),
        "root": root_of(request),
    }
    return screen(request, "treatment/printing.html", context, status=422 if problem else 200)


@require_GET
@patient_page("printout.make")
def as_pdf(request: PatientRequest, kind: str) -> HttpResponse:
    wish = _wish(request)
    made = printouts.make(kind, wish).pdf()
    detail = {"document": kind, "language": wish.language, "subject": str(wish.subject or "")}
    record(request.actor, "print", patient=request.patient.key, detail=detail)
    response = HttpResponse(made, content_type="application/pdf")
    how = "attachment" if "last-ned" in request.GET else "inline"
    response["Content-Disposition"] = f'{how}; filename="{kind}.pdf"'
    return response


def _wish(request: PatientRequest) -> Wish:
    asked = request.GET
    try:
        subject = UUID(asked["id"]) if asked.get("id") else None
    except ValueError as error:
        raise NotFound from error
    return Wish(
        patient=request.patient.key,
        who=request.patient.identity,
        actor=request.actor,
        language=asked.get("sprak", "nb"),
        large=asked.get("stor") == "1",
        subject=subject,
        long=asked.get("periode") == "3ar",
    )

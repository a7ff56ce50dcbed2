"""(Legemiddelgjennomgang) Begin, fill in, carry out on the rows, close; and what earlier ones came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared import days
from portals.shared.guard import patient_page
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import Conflict, Invalid
from sfm.medication.actions import medication_reviews as acts
from sfm.medication.queries import reviews
from sfm.medication.rules import review_templates
from sfm.tenancy.models import Organisation

if TYPE_CHECKING:
    from portals.shared.guard import PatientRequest


@require_GET
@patient_page("lib.view", audit="read.reviews")
def page(request: PatientRequest) -> HttpResponse:
    return _list(request)


@require_POST
@patient_page("review.write")
def start(request: PatientRequest) -> HttpResponse:
    try:
        with transaction.atomic():
            made = acts.start(template=request.POST.get("template", ""), **_by(request))
    except (Invalid, Conflict) as refused:
        return _list(request, problem=refused.text, status=refused.status)
    return HttpResponseRedirect(f"{root_of(request)}gjennomgang/{made.pk}")


@require_GET
@patient_page("lib.view", audit="read.review")
def one(request: PatientRequest, pk: UUID) -> HttpResponse:
    return _one(request, pk)


@require_POST
@patient_page("review.write")
def save(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Lagre», «Lagre og gå til raden» (`go`), and «Avslutt gjennomgangen» (`do=close`)."""
    try:
        with transaction.atomic():
            acts.save(review_id=pk, head=_head(request), lines=_lines(request), **_by(request))
    except (Invalid, Conflict) as refused:
        return _one(request, pk, errors=_errors(refused), form=request.POST, status=refused.status)
    if go := request.POST.get("go", ""):
        return HttpResponseRedirect(f"{root_of(request)}behandling/{_where(go)}")
    if request.POST.get("do") == "close":
        return _close(request, pk)
    return HttpResponseRedirect(f"{root_of(request)}gjennomgang/{pk}?lagret=1")


@require_POST
@patient_page("review.write")
def abandon(request: PatientRequest, pk: UUID) -> HttpResponse:
    acts.abandon(review_id=pk, **_by(request))
    return HttpResponseRedirect(f"{root_of(request)}gjennomgang")


def _close(request: PatientRequest, pk: UUID) -> HttpResponse:
    try:
        with transaction.atomic():
            acts.close(review_id=pk, **_by(request))
    except Invalid as refused:
        return _one(request, pk, errors=_errors(refused), status=refused.status)
    return HttpResponseRedirect(f"{root_of(request)}gjennomgang/{pk}")


def _list(request: PatientRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    unit = Organisation.objects.filter(pk=request.actor.organisation_id).first()
    context = {
        "reviews": reviews.of_patient(request.patient.key),
        "templates": review_templates.templates(),
        "usual": review_templates.for_type(unit.type_code if unit else 0),
        "may_write": request.actor.may("review.write"),
        "problem": problem,
    }
    return screen(request, "treatment/reviews.html", context, status=status)


def _one(
    request: PatientRequest,
    pk: UUID,
    *,
    errors: dict[str, str] | None = None,
    form: Any = None,
    status: int = 200,
) -> HttpResponse:
    found = reviews.load(pk, patient_key=request.patient.key)
    context = {
        "review": found,
        "said": _said(found, form),
        "choices": review_templates.choices(),
        "problems": review_templates.problems(),
        "may_write": request.actor.may("review.write") and found.is_open,
        "may_print": request.actor.may("printout.make"),
        "saved": "lagret" in request.GET,
        "errors": errors or {},
    }
    return screen(request, "treatment/review.html", context, status=status)


def _said(found: reviews.ReviewView, form: Any) -> dict[str, Any]:
    """What the form shows: as typed when it was refused, else as kept."""
    if form is not None:
        rows = {
            row.treatment_id: {
                "choice": form.get(f"choice-{row.treatment_id}", ""),
                "problems": form.getlist(f"problem-{row.treatment_id}"),
                "text": form.get(f"text-{row.treatment_id}", ""),
            }
            for row in found.rows
        }
        head = {"participants": form.getlist("participant"), "sources": form.getlist("source")}
        return head | {
            "conclusion": form.get("conclusion", ""),
            "next_on": form.get("next_on", ""),
            "rows": rows,
        }
    return {
        "participants": found.participants,
        "sources": found.sources,
        "conclusion": found.conclusion,
        "next_on": found.next_on.isoformat() if found.next_on else "",
        "rows": {
            row.treatment_id: {"choice": row.choice, "problems": row.problems, "text": row.text}
            for row in found.rows
        },
    }


def _head(request: PatientRequest) -> acts.Head:
    data = request.POST
    others = [name.strip() for name in data.get("others", "").split(",") if name.strip()]
    return acts.Head(
        participants=tuple(dict.fromkeys([*data.getlist("participant"), *others])),
        sources=tuple(data.getlist("source")),
        conclusion=data.get("conclusion", ""),
        next_on=days.read(data, "next_on"),
    )


def _lines(request: PatientRequest) -> list[acts.Line]:
    data = request.POST
    return [
        acts.Line(
            treatment_id=_uuid(row),
            choice=data.get(f"choice-{row}", ""),
            problems=tuple(data.getlist(f"problem-{row}")),
            text=data.get(f"text-{row}", ""),
        )
        for row in data.getlist("row")
    ]


def _where(go: str) -> str:
    """`<id>/endre` or `<id>/seponer`, and nothing else."""
    row, _, act = go.partition("/")
    acts_known = {choice.act for choice in review_templates.choices().values() if choice.act}
    if act not in acts_known:
        raise Invalid("Handlingen finnes ikke.")
    return f"{_uuid(row)}/{act}"


def _errors(refused: Invalid | Conflict) -> dict[str, str]:
    fields = refused.fields if isinstance(refused, Invalid) else {}
    return dict(fields) or {"": refused.text}


def _by(request: PatientRequest) -> dict[str, Any]:
    return {"by": request.actor, "patient": request.patient.key}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("Skjemaet kunne ikke leses. Last siden på nytt.") from error

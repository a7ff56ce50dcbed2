"""What is done with a row after one question: pause, use, review date, entered in error. One small form each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from portals.shared import days
from portals.shared.guard import patient_page
from portals.treatment.views.parts import back_to, root_of, screen, version_of
from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import entered_in_error, review_dates, suspension, use_types
from sfm.medication.queries import content as contents
from sfm.medication.queries import in_use
from sfm.medication.rules import reasons

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from portals.shared.guard import PatientRequest

TEMPLATE = "treatment/row_form.html"


@dataclass(frozen=True, kw_only=True)
class RowForm:
    """`verb` is what the row must offer for the page to exist; `act` takes the request and who the row is."""

    verb: str
    title: str
    button: str
    act: Callable[[PatientRequest, dict[str, Any]], object]


def _pause(request: PatientRequest, target: dict[str, Any]) -> object:
    return suspension.suspend(
        reason=request.POST.get("reason", ""),
        since=days.read(request.POST, "since"),
        until=days.read(request.POST, "until"),
        **target,
    )


def _use(request: PatientRequest, target: dict[str, Any]) -> object:
    wanted = request.POST.get("use_type", "")
    return use_types.change_use_type(
        use_type=wanted, ends_on=days.read(request.POST, "discontinue_on"), **target
    )


def _review(request: PatientRequest, target: dict[str, Any]) -> object:
    return review_dates.set_review_date(
        day=days.read(request.POST, "day"), reason=request.POST.get("reason", ""), **target
    )


def _erase(request: PatientRequest, target: dict[str, Any]) -> object:
    return entered_in_error.mark_entered_in_error(
        reason=request.POST.get("reason", ""),
        grounds=request.POST.get("grounds", reasons.OWN_INITIATIVE),
        **target,
    )


FORMS = {
    "pause": RowForm(verb="suspend", title="Pause", button="Pause", act=_pause),
    "bruk": RowForm(verb="change_use_type", title="Endre bruk av", button="Endre bruk", act=_use),
    "revurdering": RowForm(
        verb="set_review_date", title="Sett revurderingsdato for", button="Sett revurderingsdato", act=_review
    ),
    "slett": RowForm(verb="mark_entered_in_error", title="Slett feilregistrert", button="Slett", act=_erase),
}


@require_http_methods(["GET", "POST"])
@patient_page("lib.view")
def page(request: PatientRequest, pk: UUID, kind: str) -> HttpResponse:
    """The form, and what comes of it: back where the person came from."""
    form = FORMS[kind]
    row = in_use.row(pk, patient_key=request.patient.key, actor=request.actor)
    if form.verb not in row.actions:
        raise NotFound
    if request.method != "POST":
        return _page(request, pk, kind)
    target = {
        "treatment_id": pk,
        "by": request.actor,
        "patient": request.patient.key,
        "version": version_of(request),
    }
    try:
        with transaction.atomic():
            form.act(request, target)
    except Invalid as invalid:
        return _page(request, pk, kind, errors=invalid.fields or {"": invalid.text}, status=422)
    except Conflict as conflict:
        return _page(request, pk, kind, errors={"": conflict.text}, status=409, seen=True)
    return HttpResponseRedirect(f"{root_of(request)}{back_to(request)}")


def _page(
    request: PatientRequest,
    pk: UUID,
    kind: str,
    *,
    errors: dict[str, str] | None = None,
    status: int = 200,
    seen: bool = False,
) -> HttpResponse:
    """`seen`: what a colleague did is told above, so the next attempt is made knowing it."""
    row = in_use.row(pk, patient_key=request.patient.key, actor=request.actor)
    known = contents.of(pk, patient_key=request.patient.key, actor=request.actor)
    typed = request.POST.get("version", "")
    context = {
        "row": row,
        "kind": kind,
        "form": FORMS[kind],
        "version": row.version if seen or not typed else typed,
        "content": known.content,
        "use_types": use_types.OFFERED,
        "grounds": reasons.DELETION,
        "usual_grounds": reasons.OWN_INITIATIVE,
        "today": clock.today(),
        "typed": request.POST,
        "errors": errors or {},
        "back": back_to(request),
    }
    return screen(request, TEMPLATE, context, status=status)

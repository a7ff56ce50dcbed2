"""(Seponer) One form: an act of one's own, a proposal, a proposal written anew, or the approver's version of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from portals.shared import days
from portals.shared.guard import patient_page
from portals.treatment.forms import copying
from portals.treatment.views.approving import SEEN
from portals.treatment.views.parts import back_to, root_of, screen, version_of
from sfm.core import clock
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.medication.actions import discontinuation, drafts, proposals
from sfm.medication.queries import drafts as views
from sfm.medication.queries import in_use
from sfm.medication.rules import reasons

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest
    from sfm.medication.queries.drafts import Argued
    from sfm.medication.queries.rows import InUseRow

REACTION = "L"  # 7494
DRAFTS = "utkast"


@dataclass(frozen=True, kw_only=True)
class Way:
    """`tells`: there is somebody to write a word to."""

    title: str
    button: str
    act: Callable[[PatientRequest, UUID], object]
    tells: bool = False


@require_http_methods(["GET", "POST"])
@patient_page("lib.view")
def page(request: PatientRequest, pk: UUID) -> HttpResponse:
    """Now or on a date. With `utkast` in the address: that draft, by its author or by whoever decides it."""
    row = in_use.row(pk, patient_key=request.patient.key, actor=request.actor)
    named = copying.draft_of(request)
    draft = views.argued(named, patient_key=request.patient.key, treatment_id=pk) if named else None
    way = _way(row, draft, request)
    form = request.POST if request.method == "POST" else _filled(draft)
    context: dict[str, Any] = {
        "row": row,
        "way": way,
        "reasons": discontinuation.offered(),
        "plans": reasons.PRESCRIPTION_AFTER,
        "today": clock.today(),
        "form": form,
        "version": form.get("version") or row.version,
        "back": back_to(request),
        "errors": {},
    }
    if request.method == "POST":
        try:
            with transaction.atomic():
                way.act(request, pk)
        except (Invalid, Conflict) as refused:
            fields = refused.fields if isinstance(refused, Invalid) else {}
            context["errors"] = fields or {"": refused.text}
            if isinstance(refused, Conflict):  # told above; the next attempt is made knowing it
                context["version"] = row.version
            return screen(request, "treatment/discontinue.html", context, status=refused.status)
        return HttpResponseRedirect(f"{root_of(request)}{_afterwards(request, pk, way)}")
    return screen(request, "treatment/discontinue.html", context)


def _way(row: InUseRow, draft: Argued | None, request: PatientRequest) -> Way:
    if draft is not None:
        if "approve_draft" in row.actions:
            return APPROVE
        if draft.author_id == request.actor.practitioner_id:
            return REWORD
    elif "discontinue" in row.actions:
        return DISCONTINUE
    elif "draft_discontinue" in row.actions:
        return PROPOSE
    raise NotFound


def _filled(draft: Argued | None) -> dict[str, str]:
    """The form as the draft has it, with the version it was written on."""
    if draft is None:
        return {}
    said = {name: str(value) for name, value in draft.arguments.items()}
    when = "later" if said.get("at") else "now"
    return said | {"when": when, "comment": draft.comment, "version": str(draft.base_version)}


def _afterwards(request: PatientRequest, pk: UUID, way: Way) -> str:
    """Because of a reaction: the form to register it, with the drug filled in (codelists.md 3.7). Else back."""
    if way is not REWORD and request.POST.get("reason") == REACTION and request.actor.may("reaction.draft"):
        return f"behandling/{pk}/reaksjon"
    return DRAFTS if way in (REWORD, APPROVE) else back_to(request)


def _discontinue(request: PatientRequest, pk: UUID) -> object:
    at = _date(request)
    return discontinuation.discontinue(
        treatment_id=pk,
        reason=request.POST.get("reason", ""),
        note=request.POST.get("note", ""),
        at=at,
        plan=request.POST.get("plan", "now") if at else "now",
        by=request.actor,
        patient=request.patient.key,
        version=version_of(request),
    )


def _propose(request: PatientRequest, pk: UUID) -> object:
    return drafts.submit(
        kind="discontinue",
        by=request.actor,
        patient=request.patient.key,
        treatment_id=pk,
        arguments=_arguments(request),
        comment=request.POST.get("comment", ""),
    )


def _reword(request: PatientRequest, pk: UUID) -> object:
    return proposals.change_arguments(
        draft_id=copying.draft_of(request) or pk,
        by=request.actor,
        patient=request.patient.key,
        arguments=_arguments(request),
        comment=request.POST.get("comment", ""),
        version=version_of(request),
        seen=request.GET.get(SEEN, ""),
    )


def _approve(request: PatientRequest, pk: UUID) -> object:
    return drafts.approve(
        draft_id=copying.draft_of(request) or pk,
        by=request.actor,
        patient=request.patient.key,
        arguments=_arguments(request),
        seen_version=version_of(request),
        seen=request.GET.get(SEEN, ""),
    )


def _arguments(request: PatientRequest) -> dict[str, str]:
    said = {"reason": request.POST.get("reason", ""), "note": request.POST.get("note", "")}
    at = _date(request)
    return said | {"at": at.isoformat(), "plan": request.POST.get("plan", "has_enough")} if at else said


def _date(request: PatientRequest) -> date | None:
    """The date of «Dato», None for «Nå»."""
    if request.POST.get("when", "now") == "now":
        return None
    at = days.read(request.POST, "at")
    if at is None:
        raise Invalid(fields={"at": days.HOW})
    return at


DISCONTINUE = Way(title="Seponer", button="Seponer", act=_discontinue)
PROPOSE = Way(title="Foreslå seponering av", button="Lagre som utkast", act=_propose, tells=True)
REWORD = Way(title="Endre utkast til seponering av", button="Lagre utkastet", act=_reword, tells=True)
APPROVE = Way(title="Endre og godkjenn seponering av", button="Godkjenn", act=_approve)

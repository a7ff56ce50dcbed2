"""(Utkast) What waits for a prescriber: before and after, alerts as they are now; approve, change, defer or reject. Its
author comments, settles a conflict, or withdraws."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from portals.shared import whole
from portals.shared.guard import patient_page
from portals.treatment.views import merging
from portals.treatment.views.parts import root_of, screen, version_of
from sfm.core.errors import Conflict, Invalid, NotFound
from sfm.exchange import critical_information
from sfm.identity import logins
from sfm.medication import content_merge
from sfm.medication.actions import drafts as acts
from sfm.medication.actions import proposals
from sfm.medication.queries import content as contents
from sfm.medication.queries import drafts

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from portals.shared.guard import PatientRequest


@require_GET
@patient_page("lib.view", audit="read.drafts")
def page(request: PatientRequest, pk: UUID | None = None) -> HttpResponse:
    """All drafts, or those of one treatment. Their author has now seen those that were rejected."""
    acts.read_rejections(by=request.actor, patient=request.patient.key)
    return _page(request, only=pk)


@require_POST
@patient_page("lib.view")
def decide(request: PatientRequest, pk: UUID, verb: str) -> HttpResponse:
    """Approve, put off or reject with a reason; of one's own: comment, settle a conflict, withdraw."""
    verb = request.POST.get("do", verb)
    if verb not in DECISIONS:
        raise NotFound
    try:
        with transaction.atomic():
            DECISIONS[verb](request, pk)
    except (Invalid, Conflict) as refused:
        return _page(request, problem=refused.text, about=pk, status=refused.status)
    return _back(request)


@require_POST
@patient_page("draft.approve")
def approve_all(request: PatientRequest) -> HttpResponse:
    """«Godkjenn alle»: those the page showed as fit for it, and no others."""
    try:
        shown = [text.partition("|") for text in request.POST.getlist("draft")]
        seen = {UUID(ident): stamp for ident, _, stamp in shown}
        acts.approve_many(ids=seen, seen=seen, by=request.actor, patient=request.patient.key)
    except ValueError as error:
        raise Invalid("Utkastene kunne ikke leses. Last siden på nytt.") from error
    except (Invalid, Conflict) as refused:
        return _page(request, problem=refused.text, status=refused.status)
    return _back(request)


def _approve(request: PatientRequest, pk: UUID) -> object:
    done = acts.approve(
        draft_id=pk,
        by=request.actor,
        patient=request.patient.key,
        content=_put_together(request, pk),
        seen_version=whole.read(request.POST.get("version", "")),
        seen=request.POST.get("seen", ""),
    )
    if done is None:  # a reaction: KJ is told with it
        token = logins.token_of(request.session["login"]["login_id"]) or ""
        critical_information.tell_again(request.patient.key, by=request.actor, token=token)
    return done


def _put_together(request: PatientRequest, pk: UUID) -> Any:
    """Of the draft and the row as it is now: only where something of the row was chosen is it the approver's own."""
    sides = merging.chosen(request)
    proposed = drafts.content_of(pk, patient_key=request.patient.key)
    about = drafts.treatment_of(pk, patient_key=request.patient.key)
    if proposed is None or about is None or content_merge.THEIRS not in sides.values():
        return None
    now = contents.of(about, patient_key=request.patient.key, actor=request.actor)
    return content_merge.merged(proposed, now.content, sides)


def _comment(request: PatientRequest, pk: UUID) -> object:
    return proposals.comment(
        draft_id=pk,
        by=request.actor,
        patient=request.patient.key,
        text=request.POST.get("comment", ""),
        seen=request.POST.get("seen", ""),
    )


def _rebase(request: PatientRequest, pk: UUID) -> object:
    return proposals.rebase(
        draft_id=pk,
        by=request.actor,
        patient=request.patient.key,
        version=version_of(request),
        content=_put_together(request, pk),
        seen=request.POST.get("seen", ""),
    )


DECISIONS: dict[str, Callable[[PatientRequest, UUID], object]] = {
    "godkjenn": _approve,
    "avvis": lambda request, pk: acts.reject(
        draft_id=pk, by=request.actor, patient=request.patient.key, note=request.POST.get("note", "")
    ),
    "utsett": lambda request, pk: acts.defer(
        draft_id=pk, by=request.actor, patient=request.patient.key, note=request.POST.get("note", "")
    ),
    "kommentar": _comment,
    "oppdater": _rebase,
    "trekk": lambda request, pk: acts.withdraw(draft_id=pk, by=request.actor, patient=request.patient.key),
}


def _page(
    request: PatientRequest,
    *,
    only: UUID | None = None,
    problem: str = "",
    about: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    found = drafts.load(request.patient.key, request.actor)
    shown = [draft for draft in found if only is None or draft.treatment_id == only]
    together = [draft for draft in shown if draft.together and "approve_draft" in draft.actions]
    context = {
        "drafts": shown,
        "together": together if len(together) > 1 else [],
        "rejected": drafts.rejected(request.patient.key, request.actor),
        "root": root_of(request),
        "problem": problem,
        "about": about,
        "may_defer": settings.DRAFTS_ALLOW_DEFER,
    }
    return screen(request, "treatment/drafts.html", context, status=status)


def _back(request: PatientRequest) -> HttpResponse:
    more = bool(drafts.load(request.patient.key, request.actor))
    return HttpResponseRedirect(f"{root_of(request)}{'utkast' if more else 'legemidler'}")

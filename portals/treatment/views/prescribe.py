"""(Forskrivningsbildet) New treatment, change, and prescription: one form, one preview."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST

from portals.shared.guard import patient_page
from portals.treatment.forms import authority, reimbursement, treatment
from portals.treatment.views import keeping, merging, saving
from portals.treatment.views.form_page import Page, form_page, preview_part
from portals.treatment.views.parts import SHELF_PATHS, root_of
from sfm.core.errors import Conflict, Invalid, SfmError
from sfm.medication.actions import alert_tallies, warnings
from sfm.medication.queries import content as contents
from sfm.medication.rules import product_kinds

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest

SEE_OTHER = 303
ABORT = "abort"


@require_http_methods(["GET", "POST"])
@patient_page("lib.view")
def new(request: PatientRequest) -> HttpResponse:
    """`forskriv?kind=&id=`: a new treatment with a product of FEST."""
    authority.require_form(request.actor)
    page = Page.new(request)
    return _answer(request, page, saving.create)


@require_http_methods(["GET", "POST"])
@patient_page("lib.view")
def change(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Endre», and for those who may only propose: «Foreslå endring»."""
    authority.require_form(request.actor)
    return _answer(request, Page.change(request, pk), saving.change)


@require_http_methods(["GET", "POST"])
@patient_page("rx.prescribe")
def add_prescription(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Opprett resept» on a treatment that has none."""
    return _answer(request, Page.prescription(request, pk, "add"), saving.add_prescription)


@require_http_methods(["GET", "POST"])
@patient_page("rx.prescribe")
def renew(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Forny med endring»: the same treatment, other terms."""
    return _answer(request, Page.prescription(request, pk, "renew"), saving.renew)


@require_POST
@patient_page("lib.view")
def preview(request: PatientRequest, pk: UUID | None = None) -> HttpResponse:
    """What the form would say if it were added now. Nothing is stored."""
    authority.require_form(request.actor)
    return preview_part(request, Page.asked(request, pk))


def _answer(
    request: PatientRequest, page: Page, save: Callable[[PatientRequest, Page], UUID]
) -> HttpResponse:
    page = replace(page, met=_warnings_met(request, page))
    if "do" not in request.POST:  # nothing is stored unless one of the named buttons was pressed
        return form_page(request, page)
    if request.POST["do"] == ABORT:
        return _abort(request, page)
    if request.POST["do"] == keeping.DO:
        kept = keeping.keep(request, page)
        return form_page(request, kept, status=422 if kept.errors else 200)
    try:
        saved = save(request, page)
    except (Invalid, Conflict) as refused:
        if isinstance(refused, Conflict) and page.kind == "change":
            choice = merging.choice(request, page, refused)
            if choice is not None:
                return choice
        return form_page(request, _again(request, page, refused), status=refused.status)
    if not saving.is_proposal(request, page):
        content, _ = treatment.read(page.fields, page.offer)
        reimbursement.store(request, content, saved)
    _count_changed(request, page, saved)
    warnings.complete(treatment_id=saved, by=request.actor, patient=request.patient.key)
    ahead = f"ny?lagt={saved}" if request.POST.get("do") == "add_new" else f"{_list_of(page)}?ny={saved}"
    return HttpResponseRedirect(f"{root_of(request)}{ahead}#row-{saved}", status=SEE_OTHER)


def _abort(request: PatientRequest, page: Page) -> HttpResponse:
    """«Avbryt» where warnings have met the person: nothing is stored but that they were heeded."""
    content, _ = treatment.read(page.fields, page.offer)
    alert_tallies.aborted(
        page.met,
        content=content,
        treatment_id=page.treatment_id,
        by=request.actor,
        patient=request.patient.key,
    )
    return HttpResponseRedirect(f"{root_of(request)}legemidler", status=SEE_OTHER)


def _list_of(page: Page) -> str:
    """The list the row stands in."""
    own = bool(page.fields["own_practice"] or page.fields["own_name"])
    kind, use = page.offer.product.kind, page.fields["use_type"]
    return SHELF_PATHS[product_kinds.shelf(kind, use, own_practice=own)]


def _warnings_met(request: PatientRequest, page: Page) -> str:
    """What met the person when the product was chosen: a number for the organisation, and a note until it is saved."""
    if request.method == "POST":
        return request.POST.get("met", "")
    content, _ = treatment.read(page.fields, page.offer)
    return alert_tallies.shown(
        content=content, treatment_id=page.treatment_id, by=request.actor, patient=request.patient.key
    )


def _count_changed(request: PatientRequest, page: Page, saved: UUID) -> None:
    content, _ = treatment.read(page.fields, page.offer)
    alert_tallies.settled(
        page.met, content=content, treatment_id=saved, by=request.actor, patient=request.patient.key
    )


def _again(request: PatientRequest, page: Page, refused: SfmError) -> Page:
    """The form as it was typed, with what was wrong. After a conflict the row is read anew: the next attempt is made
    knowing what the colleague did."""
    if isinstance(refused, Conflict) and page.treatment_id is not None:
        now = contents.of(page.treatment_id, patient_key=request.patient.key, actor=request.actor)
        return page.refused(refused.text, version=now.version)
    fields = refused.fields if isinstance(refused, Invalid) else {}
    page = merging.kept(request, page)
    return page.refused("" if fields else refused.text, fields=fields)

"""(Ny forskrivning) Search in FEST: the hits are plain links to the form, so the page works without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.views.decorators.http import require_GET

from portals.shared.guard import patient_page
from portals.shared.render import render, wants_fragment
from portals.treatment.forms import authority
from portals.treatment.views.parts import root_of, screen
from sfm.fest import search
from sfm.medication.queries import warnings

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest
    from portals.treatment.forms.authority import Authority
    from sfm.core.actor import Actor
    from sfm.fest.hits import BrandHit, Hit

FEW, MANY = 10, 200
LONGEST = 100  # characters
MOST_BRANDS = 8  # under one hit, until all are asked for
TEMPLATE = "treatment/search.html"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A hit, and what this person may do with it."""

    hit: Hit
    authority: Authority
    brands: tuple[BrandHit, ...]

    @property
    def more_brands(self) -> int:
        return len(self.hit.brands) - len(self.brands)


@require_GET
@patient_page("lib.view")
def page(request: PatientRequest) -> HttpResponse:
    """The search page, and with htmx its hits alone. `q` is what was typed, `alle` shows every hit."""
    authority.require_form(request.actor)
    typed = request.GET.get("q", "").strip()[:LONGEST]
    everything = bool(request.GET.get("alle"))
    context: dict[str, Any] = {"q": typed, "added": request.GET.get("lagt", ""), "root": root_of(request)}
    context |= _hits(request, typed, everything=everything)
    if wants_fragment(request):
        return render(request, TEMPLATE, context, block="hits")
    return screen(request, TEMPLATE, context)


def _hits(request: PatientRequest, typed: str, *, everything: bool) -> dict[str, Any]:
    if not typed:
        return {"found": [], "total": 0, "everything": everything, "warned": {}}
    opened = warnings.looking(request.patient.key)
    result = search.search(typed, limit=MANY if everything else FEW, catalogue=opened.catalogue)
    found = [_found(hit, request.actor, MANY if everything else MOST_BRANDS) for hit in result.hits]
    warned = opened.marks(result.hits)
    return {"found": found, "total": result.total, "everything": everything, "warned": warned}


def _found(hit: Hit, actor: Actor, brands: int) -> Found:
    may = authority.over(actor, atc=hit.atc, dispensing_group=hit.dispensing_group)
    alone = hit.product.kind == "brand"
    return Found(hit=hit, authority=may, brands=() if alone else hit.brands[:brands])

"""(Ny forskrivning) Search in FEST and beside it: the hits are plain links to the form, so the page works without
JavaScript. What a person may not prescribe is not among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.views.decorators.http import require_GET

from portals.shared.guard import patient_page
from portals.shared.render import render, wants_fragment
from portals.treatment.forms import authority, own, starts
from portals.treatment.views.parts import root_of, screen
from sfm.fest import search, wares
from sfm.medication.actions import alert_tallies
from sfm.medication.queries import favourites, own_products, warnings
from sfm.medication.rules import product_kinds, rights
from sfm.medication.rules.product_kinds import COMPOUNDED, CONSUMABLE, LOCAL, NUTRITION

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portals.shared.guard import PatientRequest
    from portals.treatment.forms.authority import Authority
    from sfm.core.actor import Actor
    from sfm.fest.catalogue import Catalogue
    from sfm.fest.hits import BrandHit, Hit
    from sfm.fest.wares import WareGroup
    from sfm.medication.queries.own_products import Saved
    from sfm.medication.queries.warnings import Looking

FEW, MANY = 10, 200
BESIDE = 3  # of other kinds, under the medicines
SAYS_SOMETHING = 3  # letters, before other kinds are looked among
WIDE = 2_000  # looked through for those who may prescribe little
LONGEST = 100  # characters
MOST_BRANDS = 8  # under one hit, until all are asked for
TEMPLATE = "treatment/search.html"
VACCINE, SUPPLEMENT = "vaccine", "supplement"
OF_FEST = ("", VACCINE, SUPPLEMENT)
KINDS = {
    "": "Legemidler",
    VACCINE: "Vaksiner",
    SUPPLEMENT: "Kosttilskudd",
    NUTRITION: "Næringsmidler",
    CONSUMABLE: "Forbruksmateriell",
    COMPOUNDED: "Magistrell",
    LOCAL: "Lokale",
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A hit, and what this person may do with it."""

    hit: Hit
    authority: Authority
    brands: tuple[BrandHit, ...]
    guessed: bool = False  # «Mente du»

    @property
    def more_brands(self) -> int:
        return len(self.hit.brands) - len(self.brands)


@require_GET
@patient_page("lib.view")
def page(request: PatientRequest) -> HttpResponse:
    """The search page, and with htmx its hits alone. `q` is what was typed, `type` the kind of product, `alle` shows
    every hit, and `ogsa` those that can only be proposed to a doctor."""
    authority.require_form(request.actor)
    typed = request.GET.get("q", "").strip()[:LONGEST]
    kinds = kinds_for(request.actor)
    kind = request.GET.get("type", "")
    kind = kind if kind in kinds else ""
    context: dict[str, Any] = {
        "q": typed,
        "added": request.GET.get("lagt", ""),
        "root": root_of(request),
        "kinds": kinds,
        "kind": kind,
        "everything": bool(request.GET.get("alle")),
        "also": bool(request.GET.get("ogsa")) and request.actor.may("lib.draft"),
    }
    alert_tallies.passed_by(request.GET.get("i-stedet", ""), by=request.actor)
    context |= _hits(request, context) | {"starts": _starts(request, context)}
    if wants_fragment(request):
        return render(request, TEMPLATE, context, block="hits")
    return screen(request, TEMPLATE, context)


def _starts(request: PatientRequest, asked: dict[str, Any]) -> starts.Starts:
    """Templates and habits come first."""
    if asked["q"]:
        return starts.matching(asked["q"], asked["kind"], request.actor)
    return starts.at_rest(asked["kind"], request.actor)


def kinds_for(actor: Actor) -> dict[str, str]:
    """The kinds this person may prescribe or propose; medicines always."""
    if not actor.may(rights.PRESCRIBE):
        return {kind: text for kind, text in KINDS.items() if kind != LOCAL}
    return {kind: text for kind, text in KINDS.items() if _offered(actor, kind)}


def _offered(actor: Actor, kind: str) -> bool:
    if kind in OF_FEST:
        atc = product_kinds.VACCINES if kind == VACCINE else ""
        group = product_kinds.SUPPLEMENT if kind == SUPPLEMENT else "C"
        return not kind or not rights.refusal(actor, atc=atc, dispensing_group=group)
    return not rights.refusal(actor, atc="", dispensing_group="C", kind=kind)


def _hits(request: PatientRequest, asked: dict[str, Any]) -> dict[str, Any]:
    kind, typed = asked["kind"], asked["q"]
    nothing: dict[str, Any] = {
        "found": [],
        "total": 0,
        "withheld": 0,
        "warned": {},
        "meant": (),
        "wares": (),
        "saved": (),
    }
    if product_kinds.is_ware(kind):
        groups, total = wares.search(typed, kind=kind, limit=MANY if asked["everything"] else FEW)
        return nothing | {"wares": groups, "total": total}
    if kind in own.KINDS:
        return nothing | {"saved": own_products.search(typed, kind=kind)}
    if not typed:
        return nothing
    opened = warnings.looking(request.patient.key)
    return nothing | _products(request, asked, opened) | _beside(asked, opened.catalogue)


def _products(request: PatientRequest, asked: dict[str, Any], opened: Looking) -> dict[str, Any]:
    few = MANY if asked["everything"] else FEW
    sifts = bool(asked["kind"]) or rights.is_limited(request.actor)
    result = search.search(
        asked["q"],
        limit=WIDE if sifts else few,
        favourites=favourites.counts(request.actor),
        catalogue=opened.catalogue,
    )
    brands = MANY if asked["everything"] else MOST_BRANDS
    from_here = len(result.hits) if result.guessed_from is None else result.guessed_from
    every = [
        _found(hit, request.actor, brands, guessed=number >= from_here)
        for number, hit in enumerate(result.hits)
        if _is_of(asked["kind"], hit)
    ]
    allowed = [one for one in every if asked["also"] or not _is_withheld(one, request.actor)]
    shown = allowed[:few]
    return {
        "found": shown,
        "total": len(allowed) if sifts else result.total,
        "withheld": len(every) - len(allowed),
        "warned": opened.marks(tuple(one.hit for one in shown)),
        "meant": result.meant if any(one.guessed for one in shown) else (),
    }


def _is_of(kind: str, hit: Hit) -> bool:
    if kind == SUPPLEMENT:
        return hit.dispensing_group == product_kinds.SUPPLEMENT
    return kind != VACCINE or product_kinds.is_vaccine(hit.atc)


def _is_withheld(one: Found, actor: Actor) -> bool:
    """Who prescribes is offered what is theirs to prescribe; who only proposes, everything."""
    return actor.may(rights.PRESCRIBE) and bool(one.authority.refusal)


def _beside(asked: dict[str, Any], catalogue: Catalogue | None) -> dict[str, tuple[WareGroup | Saved, ...]]:
    """A few of the other kinds, so that nobody must choose the kind before searching."""
    groups: tuple[WareGroup, ...] = ()
    saved = own_products.remembered_search(asked["q"])[:BESIDE] if COMPOUNDED in asked["kinds"] else ()
    if len(asked["q"]) < SAYS_SOMETHING:
        return {}
    if CONSUMABLE in asked["kinds"]:
        groups, _ = wares.search(asked["q"], limit=BESIDE, version=catalogue.version if catalogue else None)
    return {"wares": groups, "saved": saved}


def _found(hit: Hit, actor: Actor, brands: int, *, guessed: bool = False) -> Found:
    may = authority.over(actor, atc=hit.atc, dispensing_group=hit.dispensing_group, kind=hit.product.kind)
    alone = hit.product.kind == "brand"
    return Found(hit=hit, authority=may, brands=() if alone else hit.brands[:brands], guessed=guessed)

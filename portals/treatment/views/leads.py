"""Verbs of a row that lead to another page: copy to new, another product, a reaction from the drug."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from portals.shared.guard import patient_page
from portals.treatment.forms import authority
from portals.treatment.views.parts import root_of, screen
from sfm.core.errors import NotFound, Unavailable
from sfm.fest import catalogue, search
from sfm.fest.hits import ProductRef
from sfm.medication.queries import content as contents
from sfm.medication.queries import in_use, warnings

if TYPE_CHECKING:
    from uuid import UUID

    from portals.shared.guard import PatientRequest
    from sfm.fest.hits import Hit
    from sfm.medication.content import Product

IN_FEST = ("group", "brand", "package")
MOST = 60  # forms and strengths of one substance


@require_GET
@patient_page("lib.view")
def copy_as_new(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Kopier til ny»: the prescribing form with everything filled in, also from a row that has ended. What FEST no
    longer has is searched for by its substance."""
    authority.require_form(request.actor)
    product = contents.of(pk, patient_key=request.patient.key, actor=request.actor).content.product
    if not _in_fest(product):
        return HttpResponseRedirect(f"{root_of(request)}ny?{urlencode({'q': product.substance})}")
    asked = urlencode({"kind": product.kind, "id": product.fest_id, "fra": str(pk)})
    return HttpResponseRedirect(f"{root_of(request)}forskriv?{asked}")


@require_GET
@patient_page("reaction.draft")
def register_reaction(request: PatientRequest, pk: UUID) -> HttpResponse:
    """The reaction form with the drug filled in."""
    product = contents.of(pk, patient_key=request.patient.key, actor=request.actor).content.product
    asked = urlencode({"agent_kind": "substance", "agent_text": product.substance})
    return HttpResponseRedirect(f"{root_of(request)}reaksjoner?{asked}#register")


@require_GET
@patient_page("lib.view")
def change_product(request: PatientRequest, pk: UUID) -> HttpResponse:
    """«Endre form, styrke eller merkevare»: what FEST has of the substance. Each leads to the form, where warnings
    are judged anew."""
    row = in_use.row(pk, patient_key=request.patient.key, actor=request.actor)
    if "change_product" not in row.actions:
        raise NotFound
    known = contents.of(pk, patient_key=request.patient.key, actor=request.actor)
    looked = warnings.looking(request.patient.key)
    hits = _same_substance(known.content.product, looked.catalogue) if looked.catalogue else []
    marks = looked.marks(hits, instead_of=pk)
    context = {"row": row, "product": known.content.product, "hits": hits, "marks": marks}
    return screen(request, "treatment/change_product.html", context)


def _same_substance(product: Product, known: catalogue.Catalogue) -> list[Hit]:
    name = product.atc_name or product.substance
    found = search.search(name.split(" ")[0], limit=MOST, catalogue=known).hits
    return [hit for hit in found if hit.atc == product.atc and not hit.withdrawn]


def _in_fest(product: Product) -> bool:
    if product.kind not in IN_FEST or not product.fest_id:
        return False
    try:
        catalogue.current().product(ProductRef(kind=product.kind, fest_id=product.fest_id))
    except (NotFound, Unavailable):
        return False
    return True

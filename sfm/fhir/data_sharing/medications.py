"""Medication: a product of FEST, by its id or varenummer. No patient, no ticket (fhir.md 3.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfm.core.errors import NotFound
from sfm.fest import agents, catalogue
from sfm.fest import search as fest_search
from sfm.fest.hits import ProductRef
from sfm.fhir.data_sharing import doors, naming, statement_form
from sfm.fhir.data_sharing.offers import Answer, Call, Offer, Resource, one
from sfm.fhir.data_sharing.params import wrong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.fest.product import Product

SUBSTANCE_PROFILE = f"{naming.PROFILE}sfm-Substance"
MOST_NAMED = 50
VARENR = re.compile(r"[0-9]{5,8}")


def search(call: Call) -> Answer:
    """`_id=ID_<GUID>` or a varenummer, `code=<system>|<code>`; `name` searches as the portals do."""
    if text := call.params.get("name"):
        return Answer(resources=tuple(_named(text)))
    codes = [code for _, code in call.params.tokens("_id", "code")]
    if not codes:
        raise wrong("_id", "or code or name is required")
    found = (_product(code) for code in codes)
    return Answer(
        resources=tuple(
            _resource(product, code) for product, code in zip(found, codes, strict=True) if product
        )
    )


def _named(text: str) -> Iterator[Resource]:
    current = catalogue.current()
    refs = [hit.product for hit in fest_search.search(text, limit=MOST_NAMED, catalogue=current).hits]
    known = current.products(refs)
    return (_resource(known[ref], ref.fest_id) for ref in refs if ref in known)


def read(_call: Call, ident: str) -> Answer:
    """The id of a resource cannot hold the «_» of FEST's ids: a «-» stands for it."""
    code = ident.replace("ID-", "ID_", 1)
    product = _product(code)
    if product is None:
        raise NotFound(detail="not in FEST")
    return one(_resource(product, code))


def _product(code: str) -> Product | None:
    current = catalogue.current()
    try:
        if VARENR.fullmatch(code):
            return current.by_varenr(code)
        return current.product(ProductRef(kind="", fest_id=code))
    except NotFound:
        return None


def _resource(product: Product, code: str) -> Resource:
    coding = {"system": naming.FEST, "code": code, "display": product.name_form_strength}
    atc = {"system": statement_form.ATC, "code": product.atc.value, "display": product.atc.display}
    made: Resource = {
        "resourceType": "Medication",
        "id": code.replace("_", "-")[:64],
        "meta": {"profile": [statement_form.MEDICATION]},
        "identifier": [{"use": "official", "type": {"text": "identifier"}, "value": code}],
        "code": {"coding": [coding], "text": product.name_form_strength},
        "status": "inactive" if product.expired_on else "active",
    }
    if product.dispensing_group:
        made["extension"] = [statement_form.group(product.dispensing_group)]
    if product.atc.value:
        made["code"]["coding"].append({name: text for name, text in atc.items() if text})
    if product.form.value:
        made["form"] = naming.coded(f"{naming.VOLVEN}7448", product.form.value, product.form.display)
    return made


def search_substances(call: Call) -> Answer:
    """`_id=ID_<GUID>` of FEST's virkestoff."""
    codes = [code for _, code in call.params.tokens("_id", "code")]
    if not codes:
        raise wrong("_id", "or code is required")
    names = agents.names_of(codes)
    return Answer(resources=tuple(_substance(code, names[code]) for code in codes if code in names))


def read_substance(_call: Call, ident: str) -> Answer:
    code = ident.replace("ID-", "ID_", 1)
    name = agents.names_of([code]).get(code)
    if name is None:
        raise NotFound(detail="not in FEST")
    return one(_substance(code, name))


def _substance(code: str, name: str) -> Resource:
    return {
        "resourceType": "Substance",
        "id": code.replace("_", "-")[:64],
        "meta": {"profile": [SUBSTANCE_PROFILE]},
        "identifier": [{"use": "official", "type": {"text": "identifier"}, "value": code}],
        "status": "active",
        "code": {"coding": [{"system": naming.FEST, "code": code, "display": name}], "text": name},
    }


SUBSTANCE = Offer(
    type="Substance",
    profile=SUBSTANCE_PROFILE,
    admit=doors.clinical,
    params={"_id": "token", "code": "token"},
    search=search_substances,
    read=read_substance,
)
OFFER = Offer(
    type="Medication",
    profile=statement_form.MEDICATION,
    admit=doors.clinical,
    params={"_id": "token", "code": "token", "name": "string"},
    search=search,
    read=read,
)

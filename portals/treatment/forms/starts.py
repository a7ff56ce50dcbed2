"""What a person may begin from instead of a search: templates, protocols, and what they often prescribe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from portals.treatment.forms import authority, own
from sfm.medication.queries import favourites, protocols, templates
from sfm.medication.rules import dosage_text, product_kinds, rights

if TYPE_CHECKING:
    from sfm.core.actor import Actor
    from sfm.medication.content import Product
    from sfm.medication.queries.templates import Template

BESIDE = 4  # over the hits
AT_REST = 12  # before anything is typed
VACCINE, SUPPLEMENT = "vaccine", "supplement"
OF_FEST = ("", VACCINE, SUPPLEMENT)


@dataclass(frozen=True, kw_only=True)
class Start:
    """A link to the form, or to the page of a protocol."""

    label: str
    about: str
    address: str  # relative to the patient
    mark: str = ""
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class Starts:
    templates: tuple[Start, ...] = ()
    protocols: tuple[Start, ...] = ()
    favourites: tuple[Start, ...] = ()
    more: int = 0  # templates that were not shown

    @property
    def any(self) -> bool:
        return bool(self.templates or self.protocols or self.favourites)


def matching(typed: str, kind: str, actor: Actor) -> Starts:
    """While somebody types: templates that answer to the words."""
    found = [one for one in templates.search(typed, actor) if _fits(one.treatment.product, kind, actor)]
    return Starts(templates=tuple(map(_template, found[:BESIDE])), more=max(len(found) - BESIDE, 0))


def at_rest(kind: str, actor: Actor) -> Starts:
    """Before anything is typed: everything of one's own, and what one often prescribes."""
    found = [one for one in templates.listed(actor) if _fits(one.treatment.product, kind, actor)]
    often = favourites.listed(actor) if kind in OF_FEST else ()
    return Starts(
        templates=tuple(map(_template, found[:AT_REST])),
        more=max(len(found) - AT_REST, 0),
        protocols=_protocols(actor) if not kind else (),
        favourites=tuple(
            _favourite(product, count) for product, count in often if _fits(product, kind, actor)
        ),
    )


def address_of(template: Template) -> str:
    """The form, filled from the template."""
    product = template.treatment.product
    asked = {"kind": product.kind, "mal": str(template.id)}
    if product.kind not in own.KINDS:
        asked["id"] = product.fest_id
    if product_kinds.is_ware(product.kind):
        asked["vare"] = product.varenr
    return f"forskriv?{urlencode(asked)}"


def _template(one: Template) -> Start:
    product = one.treatment.product
    dose = dosage_text.text(one.treatment.dosage)
    return Start(
        label=one.name,
        about=f"{product.name_form_strength} · {dose}" if dose else product.name_form_strength,
        address=address_of(one),
        mark="Mal",
        owner="" if one.mine else one.owner_name,
    )


def _protocols(actor: Actor) -> tuple[Start, ...]:
    return tuple(
        Start(
            label=one.name,
            about=", ".join(template.treatment.product.substance for template in one.templates),
            address=f"protokoll/{one.id}",
            mark="Protokoll",
            owner="" if one.mine else one.owner_name,
        )
        for one in protocols.listed(actor)
        if one.templates
    )


def _favourite(product: Product, count: int) -> Start:
    asked = urlencode({"kind": product.kind, "id": product.fest_id, "vanlig": "1"})
    return Start(
        label=product.name_form_strength, about=f"{count} ganger det siste året", address=f"forskriv?{asked}"
    )


def _fits(product: Product, kind: str, actor: Actor) -> bool:
    """Of the kind that is looked at, and this person's to prescribe; who only proposes, is offered all."""
    if kind == VACCINE and not product_kinds.is_vaccine(product.atc):
        return False
    if kind == SUPPLEMENT and product.dispensing_group != product_kinds.SUPPLEMENT:
        return False
    if kind not in OF_FEST and product.kind != kind:
        return False
    may = authority.over(actor, atc=product.atc, dispensing_group=product.dispensing_group, kind=product.kind)
    return not (actor.may(rights.PRESCRIBE) and may.refusal)

"""(Mal) What a person may begin from: their own, and what colleagues in the organisation share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.fest.folding import words
from sfm.medication import assortment, content_data
from sfm.medication.models import PrescriptionTemplate
from sfm.medication.queries import remembered
from sfm.medication.rules import templates as rules
from sfm.medication.rules.templates import Lasts
from sfm.tenancy.scope import current_journal_id

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.models.template import Kept

WRITERS = ("lib.edit_local", "lib.edit_own", "lib.draft")
LIFE = 60.0  # seconds: how long a colleague's new template may be missing from the hits
GONE = "Malen finnes ikke lenger, eller deles ikke med deg."


@dataclass(frozen=True, kw_only=True)
class Template:
    """`treatment` has no dates; `lasts` says how long things last once it is begun."""

    id: UUID
    name: str
    treatment: TreatmentContent
    lasts: Lasts
    mine: bool
    shared: bool
    owner_name: str
    changed_at: datetime


def may_keep(actor: Actor) -> bool:
    """Whoever may use the prescribing form."""
    return any(actor.may(right) for right in WRITERS)


def may_share(actor: Actor) -> bool:
    """Colleagues prescribe from what is shared: it comes from someone who may change any row and prescribe."""
    return actor.may("rx.prescribe") and actor.may("lib.edit_local")


def visible(actor: Actor) -> Q:
    """One's own, and what is shared in the organisation one works in."""
    shared = Q(shared=True, organisation_id=actor.organisation_id)
    return Q(retired_at=None) & (Q(owner_id=actor.practitioner_id) | shared)


def listed(actor: Actor) -> tuple[Template, ...]:
    """One's own first, then by name."""
    found = [_template(row, actor) for row in PrescriptionTemplate.objects.filter(visible(actor))]
    return tuple(sorted(found, key=lambda one: (not one.mine, one.name.casefold())))


def one(template_id: UUID | str, actor: Actor) -> Template:
    """:raises NotFound: it is gone, or somebody else's own."""
    try:
        wanted = UUID(str(template_id))
    except ValueError as error:
        raise NotFound(GONE) from error
    row = PrescriptionTemplate.objects.filter(visible(actor), pk=wanted).first()
    if row is None:
        raise NotFound(GONE)
    return _template(row, actor)


def search(text: str, actor: Actor) -> tuple[Template, ...]:
    """Whose name or medicine begins every word typed. Asked at every keystroke, so it is remembered for a minute."""
    typed = words(text)
    known = remembered.recall(memory_key(actor), lambda: listed(actor), life=LIFE)
    return tuple(found for found in known if typed and _says(found, typed))


def memory_key(actor: Actor) -> Hashable:
    return (current_journal_id(), "templates", actor.practitioner_id, actor.organisation_id)


def begun(template: Template) -> TreatmentContent:
    """The treatment from today, its prescription valid for as long as FEST says from today."""
    content = rules.begun(template.treatment, template.lasts, clock.today())
    terms = content.prescription
    if terms is None:
        return content
    expires = assortment.expires_on(content.product, terms)
    return replace(content, prescription=replace(terms, expires_on=expires))


def data(name: str, treatment: TreatmentContent, lasts: Lasts) -> dict[str, Any]:
    return {"name": name, "treatment": content_data.to_data(treatment), "lasts": asdict(lasts)}


def kept_name(row: Kept) -> str:
    return str(row.content["name"])


def _template(row: PrescriptionTemplate, actor: Actor) -> Template:
    return Template(
        id=row.pk,
        name=kept_name(row),
        treatment=content_data.from_data(row.content["treatment"]),
        lasts=Lasts(**row.content["lasts"]),
        mine=row.owner_id == actor.practitioner_id,
        shared=row.shared,
        owner_name=row.owner_name,
        changed_at=row.changed_at,
    )


def _says(template: Template, typed: list[str]) -> bool:
    product = template.treatment.product
    spoken = words(f"{template.name} {product.name_form_strength} {product.substance} {product.brand}")
    return all(any(word.startswith(part) for word in spoken) for part in typed)

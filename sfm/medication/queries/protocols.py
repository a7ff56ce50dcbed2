"""(Protokoll) Several templates that are begun together, and what that would mean for one patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from sfm.core.errors import NotFound
from sfm.medication.models import TreatmentProtocol
from sfm.medication.queries import readiness, templates, warnings
from sfm.medication.rules import dosage_text, rights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sfm.core.actor import Actor
    from sfm.medication.content import TreatmentContent
    from sfm.medication.queries.templates import Template
    from sfm.medication.queries.warnings import Card
    from sfm.medication.rules.particular_checks import Person

GONE = "Protokollen finnes ikke lenger, eller deles ikke med deg."


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """`missing`: how many of its templates are put away, or no longer shared with this person."""

    id: UUID
    name: str
    templates: tuple[Template, ...]
    missing: int
    mine: bool
    shared: bool
    owner_name: str


@dataclass(frozen=True, kw_only=True)
class Begun:
    """One treatment of a protocol as it would be. `problems`: what must be settled in the form instead. `proposes`: it
    becomes a draft for somebody who may."""

    id: UUID  # of the treatment it becomes
    template: Template
    content: TreatmentContent
    problems: dict[str, str]
    card: Card
    proposes: bool

    @property
    def dose(self) -> str:
        return dosage_text.text(self.content.dosage)

    @property
    def chosen(self) -> bool:
        """Ticked from the start: nothing about it needs a decision."""
        return not self.problems and not self.card.open


def listed(actor: Actor) -> tuple[Protocol, ...]:
    """One's own first, then by name."""
    rows = list(TreatmentProtocol.objects.filter(templates.visible(actor)))
    known = {one.id: one for one in templates.listed(actor)} if rows else {}
    found = [_protocol(row, known, actor) for row in rows]
    return tuple(sorted(found, key=lambda one: (not one.mine, one.name.casefold())))


def one(protocol_id: UUID, actor: Actor) -> Protocol:
    """:raises NotFound: it is gone, or somebody else's own."""
    row = TreatmentProtocol.objects.filter(templates.visible(actor), pk=protocol_id).first()
    if row is None:
        raise NotFound(GONE)
    return _protocol(row, {one.id: one for one in templates.listed(actor)}, actor)


def begun(
    protocol: Protocol,
    *,
    patient_key: UUID,
    actor: Actor,
    person: Person,
    token: str,
    only: Collection[UUID] | None = None,
) -> tuple[Begun, ...]:
    """Each treatment against everything the patient uses and the others of the protocol. The same token gives the same
    ids, so that one page sent twice makes one set. `only`: the templates that were ticked."""
    chosen = [one for one in protocol.templates if only is None or one.id in only]
    contents = {
        uuid5(patient_key, f"{actor.practitioner_id}:{token}:{one.id}"): (one, templates.begun(one))
        for one in chosen
    }
    cards = warnings.of_contents(
        {ident: content for ident, (_, content) in contents.items()}, patient_key=patient_key, actor=actor
    )
    return tuple(
        Begun(
            id=ident,
            template=template,
            content=content,
            problems=readiness.problems(
                content,
                patient_key=patient_key,
                actor=actor,
                person=person,
                proposes=_proposes(content, actor),
            ),
            card=cards[ident],
            proposes=_proposes(content, actor),
        )
        for ident, (template, content) in contents.items()
    )


def _proposes(content: TreatmentContent, actor: Actor) -> bool:
    """Who may not edit, or not prescribe this, proposes it to someone who may."""
    edits = actor.may("lib.edit_local") or actor.may("lib.edit_own")
    if not edits:
        return True
    if content.prescription is None or not actor.may("lib.draft"):
        return False
    return bool(
        rights.refusal(
            actor,
            atc=content.product.atc,
            dispensing_group=content.product.dispensing_group,
            kind=content.product.kind,
            own_practice=content.prescription.particulars.own_practice,
        )
    )


def _protocol(row: TreatmentProtocol, known: dict[UUID, Template], actor: Actor) -> Protocol:
    wanted = _ids(row.content["templates"])
    found = tuple(known[ident] for ident in wanted if ident in known)
    return Protocol(
        id=row.pk,
        name=templates.kept_name(row),
        templates=found,
        missing=len(wanted) - len(found),
        mine=row.owner_id == actor.practitioner_id,
        shared=row.shared,
        owner_name=row.owner_name,
    )


def _ids(kept: Iterable[str]) -> list[UUID]:
    return [UUID(ident) for ident in kept]

"""What a document says of reactions that the last one did not, done by the verbs of our own screens and told to KJ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core.errors import Conflict, Forbidden, Invalid
from sfm.exchange import critical_information
from sfm.exchange.translate import ki
from sfm.fhir.basis.read.statement import plain, to_uuid
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.medication.actions import reactions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.fhir.basis.read.bundle import Sent
    from sfm.medication.models import CriticalReaction

Resource = dict[str, Any]
KIND = "AllergyIntolerance"
REFUTED = "2"  # 7524
NO_REASON = "Avkreftet i journalsystemet."
INACTIVE = "En reaksjon som ikke gjelder, avkreftes (refuted)."
UNKNOWN = "Reaksjonen er ikke kjent i SFM. Hent på nytt med $getMedication."


def carry_out(sent: Sent, before: Mapping[str, Resource], *, patient: UUID, by: Actor, token: str) -> int:
    """How many were registered, changed or refuted. Raises BadContent with every fault; then nothing is to be kept."""
    known = {_key(url, one): one for url, one in before.items() if one["resourceType"] == KIND}
    faults, done = [], 0
    for url, resource in sent.of(KIND):
        old = known.get(_key(url, resource))
        if old is not None and plain(old) == plain(resource):
            continue
        try:
            row = _act(resource, old, patient=patient, by=by)
        except (Conflict, Forbidden, Invalid) as error:
            faults.append(_fault(sent.places[url], error))
            continue
        critical_information.tell(row, by=by, token=token)
        done += 1
    if faults:
        raise BadContent(*faults)
    return done


def _act(resource: Resource, old: Resource | None, *, patient: UUID, by: Actor) -> CriticalReaction:
    said = ki.reaction(resource, patient)
    refuted = said.verification == REFUTED
    if not said.active and not refuted:
        raise Invalid(INACTIVE)
    if old is None:
        if refuted:
            raise Invalid(UNKNOWN)
        return reactions.register(by=by, patient=patient, **vars(_content(said)))
    ident = to_uuid(_key("", old))
    if ident is None:
        raise Invalid(UNKNOWN)
    if refuted:
        return reactions.refute(reaction_id=ident, by=by, patient=patient, comment=said.comment or NO_REASON)
    return reactions.change(reaction_id=ident, content=_content(said), by=by, patient=patient)


def _content(said: CriticalReaction) -> reactions.Content:
    return reactions.Content(
        agent_kind=said.agent_kind,
        agent_text=said.agent_text,
        agent_code=said.agent_code,
        reaction=said.reaction,
        certainty=said.certainty,
        severity=said.severity,
        source_of_information=said.source_of_information,
        discovered_on=said.discovered_on,
        comment=said.comment,
    )


def _key(url: str, resource: Resource) -> str:
    return next(
        (str(one["value"]).lower() for one in resource.get("identifier", ()) if one.get("value")), url
    )


def _fault(path: str, error: Conflict | Forbidden | Invalid) -> Fault:
    code = "forbidden" if isinstance(error, Forbidden) else "business-rule"
    return Fault(path=path, code=code, text=error.text, diagnostics="the reaction was refused by a rule")

"""M25.1 from our rows (eresept.md 9.2): the whole list, complete, no vaccine, nothing locked, 90 days' tail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfm.core import clock
from sfm.exchange.translate import catalogue, prescription
from sfm.medication import content_data, content_rows
from sfm.medication.models import CriticalReaction, Delivery
from sfm.medication.rules import pll, reasons
from sfm.medication.rules.reaction_words import REACTIONS
from sfm.wire import m1, m251
from sfm.wire.ki import Agent, Reaction
from sfm.wire.values import cs, cv, ident

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from sfm.core.actor import Actor
    from sfm.identity.models import Practitioner
    from sfm.medication.models import Prescription, Treatment
    from sfm.medication.queries.chains import Chain
    from sfm.wire.messages import Opened

TYPES = {"E": "Eresept", "P": "Papirresept", "U": "Uten resept"}
SOURCES = {"1": "Resultat av tester/analyser", "2": "Observert av behandlende lege", "6": "Annet"}


def body(
    entries: Iterable[m251.SharedListEntry],
    *,
    by: Actor,
    practitioner: Practitioner,
    reactions: Iterable[Reaction],
    others: tuple[m251.Role, ...] = (),
) -> m251.SharedMedicationList:
    author = m1.Professional(
        hpr=ident("HPR", by.hpr), given_name=practitioner.given_name, family_name=practitioner.family_name
    )
    return m251.SharedMedicationList(
        roles=(m251.Role(role=cs("L", "LIB-ansvarlig lege"), professional=author), *others),
        entries=tuple(entries),
        reactions=tuple(reactions),
    )


def entries(
    rows: Iterable[Treatment], chains: Mapping[UUID, Chain], medications: Mapping[UUID, bytes]
) -> list[m251.SharedListEntry]:
    """One entry per row that belongs in the list. `medications`: ReseptDokLegemiddel of M1s, by prescription."""
    now = clock.now()
    return [
        entry(row, _standing(chains.get(row.pk)), medications)
        for row in sorted(rows, key=lambda row: row.lib_id)
        if pll.belongs(_facts(row, chains.get(row.pk)), now)
    ]


def is_locked(chain: Chain | None) -> bool:
    """Whether the row stands on a locked prescription: it is left out of the list altogether (rulings.md 10)."""
    if chain is None:
        return False
    found = chain.active or chain.last
    return found is not None and found.locked


def _facts(row: Treatment, chain: Chain | None) -> pll.Facts:
    return pll.Facts(
        lifecycle=row.lifecycle,
        review=row.review,
        use_type=row.use_type,
        product_kind=row.product_kind,
        discontinued_at=row.discontinued_at,
        shelf=row.shelf,
        locked=is_locked(chain),
    )


def _standing(chain: Chain | None) -> Prescription | None:
    """The prescription the entry stands on: the one being sent now, else the one that can be dispensed on."""
    if chain is None:
        return None
    found = chain.active or chain.last
    if found is None or found.delivery in (Delivery.REJECTED, Delivery.WITHDRAWN, Delivery.RESIGN):
        return None
    ended = found.rf_status in ("T", "F", "X") or found.rf_missing_since is not None
    return None if ended or found.recall_delivery not in ("", Delivery.REJECTED) else found


def entry(
    row: Treatment, standing: Prescription | None, medications: Mapping[UUID, bytes]
) -> m251.SharedListEntry:
    kind = standing.type if standing else "U"
    content = content_rows.content_of(row, None)
    medication = medications.get(standing.pk) if standing else None
    if medication is None:
        terms = content_rows.terms_of(standing) if standing else None
        built = prescription.medication(
            content,
            terms,
            prescribed_on=standing.prescribed_on if standing else clock.local(row.created).date(),
            package=catalogue.package_of(content, terms),
        )
        medication = m1.MEDICATION.to_xml(built)
    return m251.SharedListEntry(
        id=str(row.lib_id),
        type=cs(kind, TYPES[kind]),
        prescription_id=str(standing.pk) if standing else None,
        expires_on=standing.expires_on if standing else None,
        changed_at=row.last_changed.replace(microsecond=0),
        started_on=row.starts_on,
        treatment_changed=True if _treatment_changed(row) else None,
        medication=medication,
        discontinuation=_discontinuation(row),
    )


def _treatment_changed(row: Treatment) -> bool:
    """MedEndring: dose, product or schedule changed; not a renewal, not a text (9.2 rule 12)."""
    base = row.unsent_base or {}
    after = content_rows.snapshot(row, content_rows.EFFECT)
    return row.unsent_verb == "changed" and any(base.get(name) != value for name, value in after.items())


def _discontinuation(row: Treatment) -> m251.Discontinuation | None:
    if row.discontinued_at is None:
        return None
    reason = row.discontinuation_reason or "A"
    return m251.Discontinuation(
        at=row.discontinued_at.replace(microsecond=0),
        reason=cs(reason, reasons.DISCONTINUATION[reason]),
        note=row.discontinuation_note or None,
    )


def reactions(rows: Iterable[CriticalReaction], names: Mapping[str, str]) -> list[Reaction]:
    """Structured reactions; the wire has no place for an agent that is text only, nor for an excipient without the
    brand that held it (rulings.md 14). Refuted ones follow as refuted; what was merged away does not."""
    return [
        _reaction(row, names)
        for row in rows
        if row.agent_code
        and row.agent_kind != "excipient"
        and row.reaction in names
        and (row.active or row.verification == "2")
    ]


def told_reactions(message: Opened, patient_key: UUID) -> list[CriticalReaction]:
    """The reactions of an M25.1 as rows not saved."""
    body: m251.SharedMedicationList = message.body
    return [_told(found, patient_key) for found in body.reactions]


def _told(found: Reaction, patient_key: UUID) -> CriticalReaction:
    kind, code, text = _agent_of(found.agent)
    reaction, refuted = found.reaction.code or "", bool(found.refuted)
    return CriticalReaction(
        patient_key=patient_key,
        agent_kind=kind,
        agent_code=code,
        agent_text=text[:255],
        reaction=reaction if reaction in REACTIONS else "20",
        verification="2" if refuted else "1",
        source_of_information=(found.source.code or "")[:2],
        comment=found.comment or "",
        known_to=["PLL"],
        registered_by="Pasientens legemiddelliste",
        active=not refuted,
        updated=found.updated_at,
        created=clock.now(),
    )


def _agent_of(agent: Agent) -> tuple[str, str, str]:
    if agent.atc is not None:
        code = agent.atc.code or ""
        return "atc", code, agent.atc.display or code
    name = next(iter(agent.substances), "")
    if name or agent.substance_ids:
        code = next(iter(agent.substance_ids), "")
        return ("substance", code, name or code) if code else ("text", "", name)
    if agent.brand_id or agent.brand_name:
        return (
            "brand" if agent.brand_id else "text",
            agent.brand_id or "",
            agent.brand_name or agent.brand_id or "",
        )
    return "text", "", "Ukjent"


def _reaction(row: CriticalReaction, names: Mapping[str, str]) -> Reaction:
    atc = cv(row.agent_code, 7180, row.agent_text) if row.agent_kind == "atc" else None
    substance = row.agent_kind == "substance"
    source = row.source_of_information if row.source_of_information in SOURCES else "6"
    return Reaction(
        reaction=cv(row.reaction, 7497, names[row.reaction]),
        comment=row.comment or None,
        updated_at=row.updated.replace(microsecond=0),
        source=cv(source, 7498, SOURCES[source]),
        agent=Agent(
            atc=atc,
            substances=(row.agent_text,) if substance else (),
            substance_ids=(row.agent_code,) if substance else (),
            brand_id=row.agent_code if row.agent_kind == "brand" else None,
            brand_name=row.agent_text if row.agent_kind == "brand" else None,
        ),
        refuted=True if row.verification == "2" else None,
    )


def plain(found: m251.SharedListEntry) -> dict[str, object]:
    """An entry as the list version keeps it."""
    medication = found.parsed_medication()
    return {
        "id": found.id,
        "type": found.type.code,
        "resept_id": found.prescription_id or "",
        "changed_at": found.changed_at.isoformat(),
        "discontinued": found.discontinuation is not None,
        "content": content_data.product_data(prescription.product_of(medication)),
        "dosage_text": medication.prescribing.dosage_text or "",
    }

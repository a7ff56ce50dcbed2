"""Critical reactions as M25.x and the Kjernejournal write them (Kritisk informasjon)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sfm.wire.binding import Tag
from sfm.wire.values import CV


@dataclass(frozen=True, kw_only=True)
class Agent:
    """Legemiddelreaksjon: what the patient reacts to."""

    atc: Annotated[CV | None, Tag("Atc")] = None
    substances: Annotated[tuple[str, ...], Tag("Virkestoff")] = ()
    substance_ids: Annotated[tuple[str, ...], Tag("VirkestoffId")] = ()
    brand_id: Annotated[str | None, Tag("MerkevareId")] = None
    excipient_reaction: Annotated[bool | None, Tag("Hjelpestoffreaksjon")] = None
    brand_name: Annotated[str | None, Tag("Varenavn")] = None


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """Allergi. `reaction` 7497, `source` 7498. `refuted` is written only when true."""

    reaction: Annotated[CV, Tag("Reaksjon")]
    comment: Annotated[str | None, Tag("Kommentar")] = None
    updated_at: Annotated[datetime, Tag("Oppdatert")]
    source: Annotated[CV, Tag("Kilde")]
    agent: Annotated[Agent, Tag("Legemiddelreaksjon")]
    refuted: Annotated[bool | None, Tag("Avkreftet")] = None

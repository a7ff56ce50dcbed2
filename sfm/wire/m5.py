"""M5: recall of a prescription (tilbakekalling)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Attribute, Root, Tag
from sfm.wire.m1 import Discontinuation
from sfm.wire.namespaces import M5, M5_EXTENSION
from sfm.wire.values import CV


@dataclass(frozen=True, kw_only=True)
class Recall:
    """Tilbakekalling. `reason` (7500) is mandatory when written; the 2009 edition had none."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    note: Annotated[str | None, Tag("Merknad")] = None
    reason: Annotated[CV | None, Tag("Arsak")] = None
    new_prescription_id: Annotated[str | None, Tag("NyReseptId")] = None


@dataclass(frozen=True, kw_only=True)
class RecallExtension:
    """TilbakekallingUtvidelse, M5 extension 1."""

    version: Annotated[str | None, Attribute("version")] = None
    discontinuation: Annotated[Discontinuation, Tag("Seponering")]


RECALL = Root(Recall, "Tilbakekalling", *M5)
EXTENSION = Root(RecallExtension, "TilbakekallingUtvidelse", *M5_EXTENSION)
to_xml = RECALL.to_xml
parse = RECALL.parse

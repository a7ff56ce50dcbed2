"""M5.2: what became of a recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import M52
from sfm.wire.values import CV


@dataclass(frozen=True, kw_only=True)
class RecallReceipt:
    """KvitteringTilbakekalling. Status (7503): 1 recalled, 2 being dispensed, recalled when that ends."""

    prescription_id: Annotated[str, Tag("ReseptId")]
    status: Annotated[CV, Tag("Status")]


RECEIPT = Root(RecallReceipt, "KvitteringTilbakekalling", *M52)
to_xml = RECEIPT.to_xml
parse = RECEIPT.parse

"""M7: somebody else recalled a prescription of ours. The M5 is attached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import M7


@dataclass(frozen=True, kw_only=True)
class RecalledByOther:
    """SlettetReseptRF."""

    at: Annotated[datetime, Tag("Tidspunkt")]


RECALLED = Root(RecalledByOther, "SlettetReseptRF", *M7)
to_xml = RECALLED.to_xml
parse = RECALLED.parse

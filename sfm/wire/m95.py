"""M9.5 asks for all prescriptions of a patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import M95
from sfm.wire.values import CS


@dataclass(frozen=True, kw_only=True)
class PrescriptionsRequest:
    """M95. A D-nummer goes in `national_id` too; given with reference numbers the answer is the union.

    `compression`: 0 never, n compress when at least n prescriptions are returned. `consent` in the 2015 edition only.
    """

    national_id: Annotated[str | None, Tag("Fnr")] = None
    all_prescriptions: Annotated[CS, Tag("AlleResepter")]
    reference_numbers: Annotated[tuple[str, ...], Tag("RefNr")] = ()
    consent: Annotated[CS | None, Tag("Samtykke")] = None
    compression: Annotated[int | None, Tag("Komprimering")] = 0


REQUEST = Root(PrescriptionsRequest, "M95", *M95)
to_xml = REQUEST.to_xml
parse = REQUEST.parse

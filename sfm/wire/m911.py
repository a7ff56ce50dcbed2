"""M9.11 asks for the shared medication list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import M911
from sfm.wire.values import CS


@dataclass(frozen=True, kw_only=True)
class SharedListRequest:
    """M911. `include_prescriptions` and `employee_id` are for pharmacies; `consent` in the 2014 edition only."""

    national_id: Annotated[str, Tag("Fnr")]
    consent: Annotated[CS | None, Tag("Samtykke")] = None
    include_prescriptions: Annotated[bool | None, Tag("InklReseptinfo")] = None
    include_messages: Annotated[bool | None, Tag("InklM25Meldinger")] = None
    employee_id: Annotated[str | None, Tag("AnstattId")] = None
    compression: Annotated[int | None, Tag("Komprimering")] = 0


REQUEST = Root(SharedListRequest, "M911", *M911)
to_xml = REQUEST.to_xml
parse = REQUEST.parse

"""M9.7 asks for the dispensings of a prescription, M9.8 counts them and attaches each M6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import M97, M98
from sfm.wire.values import CS


@dataclass(frozen=True, kw_only=True)
class DispensingsRequest:
    """M97. `consent` in the 2015 edition only."""

    consent: Annotated[CS | None, Tag("Samtykke")] = None
    prescription_id: Annotated[str, Tag("ReseptId")]
    compression: Annotated[int | None, Tag("Komprimering")] = 0


@dataclass(frozen=True, kw_only=True)
class Dispensings:
    """M98: exactly one of the three (the 2015 edition spells the count without its l)."""

    no_prescription: Annotated[bool | None, Tag("IngenResept")] = None
    count: Annotated[int | None, Tag("AntallUtleveringer")] = None
    count_2015: Annotated[int | None, Tag("AntallUteveringer")] = None
    patient_reservation: Annotated[bool | None, Tag("Pasientreservasjon")] = None

    @property
    def total(self) -> int:
        return self.count or self.count_2015 or 0


REQUEST = Root(DispensingsRequest, "M97", *M97)
ANSWER = Root(Dispensings, "M98", *M98)
to_xml = REQUEST.to_xml
parse = ANSWER.parse

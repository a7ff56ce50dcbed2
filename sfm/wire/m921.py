"""M9.21 asks which multidose patients others have changed; M9.22 lists them. Not signed by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.m96 import PatientIdentity
from sfm.wire.namespaces import M921, M922


@dataclass(frozen=True, kw_only=True)
class ChangesRequest:
    changed_after: Annotated[datetime, Tag("EndringerEtter")]
    compression: Annotated[int | None, Tag("Komprimering")] = 0


@dataclass(frozen=True, kw_only=True)
class ChangedPatients:
    """M922. The 2013 edition has bare numbers (`older`)."""

    patients: Annotated[tuple[PatientIdentity, ...], Tag("Pasient")] = ()
    older: Annotated[tuple[str, ...], Tag("Fnr")] = ()
    unchanged: Annotated[bool | None, Tag("IngenEndring")] = None


REQUEST = Root(ChangesRequest, "M921", *M921)
ANSWER = Root(ChangedPatients, "M922", *M922)
to_xml = REQUEST.to_xml
parse = ANSWER.parse

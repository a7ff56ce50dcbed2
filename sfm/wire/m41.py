"""M4.1 asks RF for reference numbers, M4.2 brings them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from sfm.wire.binding import Root, Tag
from sfm.wire.namespaces import M41, M42


@dataclass(frozen=True, kw_only=True)
class ReferenceNumberRequest:
    """M41: 1–100 numbers (more: RF error 49)."""

    count: Annotated[int, Tag("Antall")]


@dataclass(frozen=True, kw_only=True)
class ReferenceNumbers:
    """M42. The numbers are opaque text; letters occur."""

    numbers: Annotated[tuple[str, ...], Tag("RefNr")]


REQUEST = Root(ReferenceNumberRequest, "M41", *M41)
ANSWER = Root(ReferenceNumbers, "M42", *M42)
to_xml = REQUEST.to_xml
parse = ANSWER.parse

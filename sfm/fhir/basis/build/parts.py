"""Small pieces: extensions, codes, references, stable urls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from sfm.core import clock
from sfm.fhir.basis.names import VOLVEN
from sfm.fhir.data_sharing import naming

if TYPE_CHECKING:
    from datetime import date, datetime

Resource = dict[str, Any]
Part = dict[str, Any]
SPACE = UUID("7c1a0b52-2b1e-4f0b-9f50-5b7f3d9a61c4")  # of our urls


class Entries:
    """The resources of a document by url, each once."""

    def __init__(self) -> None:
        self.found: dict[str, Resource] = {}

    def put(self, kind: str, key: object, resource: Resource) -> str:
        """The url, the same for the same thing in every document, so that what is unchanged goes out unchanged."""
        ident = uuid5(SPACE, f"{kind}:{key}")
        return self.put_as(ident, resource)

    def put_as(self, ident: UUID | str, resource: Resource) -> str:
        url = f"urn:uuid:{ident}"
        kind = resource.pop("resourceType")
        self.found.setdefault(url, {"resourceType": kind, "id": str(ident), **resource})
        return url


def url_of(kind: str, key: object) -> str:
    return f"urn:uuid:{uuid5(SPACE, f'{kind}:{key}')}"


def reference(url: str, kind: str, display: str = "") -> Part:
    made = {"reference": url, "type": kind}
    return made | ({"display": display} if display else {})


def coded(number: int, code: str, display: str = "") -> Part:
    """A code of a Volven list."""
    return naming.coded(f"{VOLVEN}{number}", code, display)


def extension(url: str, *parts: Part | None) -> Part:
    return {"url": url, "extension": [part for part in parts if part is not None]}


def part(url: str, kind: str, value: Any) -> Part | None:
    """A child of an extension; None when there is nothing to say."""
    return None if value in (None, "") else {"url": url, f"value{kind}": value}


def moment(at: datetime) -> str:
    return clock.local(at).isoformat(timespec="milliseconds")


def day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def quantity(value: Any, unit: str) -> Part:
    return {"value": value, "unit": unit} if unit else {"value": value}

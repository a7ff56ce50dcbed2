"""A statement of a document that is sent to us, read as what it says: who it is, what is new, what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sfm.fhir.basis import names
from sfm.fhir.basis.read import parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sfm.fhir.basis.read.bundle import Sent

Resource = dict[str, Any]
IGNORED = ("meta", "id")
# What SFM writes and does not read back (fhir.md 4.3 rule 10)
NOT_READ = ("rfstatus", "dispencesummary", "lastchanged", "festupdate")


@dataclass(frozen=True, kw_only=True)
class Ending:
    """(Seponering)"""

    at: datetime | None
    reasons: tuple[str, ...]
    note: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Statement:
    """A MedicationStatement, or the Basic of a ware. `path` is where it stands, for faults."""

    url: str
    path: str
    resource: Resource
    product: Resource | None  # the Medication; None for a ware

    @property
    def is_ware(self) -> bool:
        return bool(self.resource["resourceType"] == "Basic")

    @property
    def is_head(self) -> bool:
        """Older links of a chain point at their head and are nobody's to change."""
        return not bool(self.resource.get("partOf"))

    def identifier(self, name: str) -> str:
        for one in self.resource.get("identifier", ()):
            if str((one.get("type") or {}).get("text", "")).lower() == name.lower():
                return str(one.get("value", "")).lower()
        return ""

    @property
    def prescription_id(self) -> UUID | None:
        return to_uuid(self.identifier("ReseptId"))

    @property
    def list_id(self) -> UUID | None:
        return to_uuid(self.identifier("PLL"))

    @property
    def treatment_id(self) -> UUID | None:
        return to_uuid(self.identifier("treatmentId"))

    @property
    def key(self) -> str:
        """What the same statement of another document has in common with this one."""
        return (
            self.identifier("ReseptId")
            or self.identifier("treatmentId")
            or self.identifier("PLL")
            or self.url
        )

    @property
    def amendment(self) -> Resource:
        return parts.extension(self.resource, names.AMENDMENT)

    def say(self, name: str) -> Resource:
        """A child of the amendment."""
        return parts.child(self.amendment, name)

    @property
    def creates(self) -> bool:
        return parts.flag(self.say("createeresept")) is True

    @property
    def recall(self) -> Resource:
        return self.say("recallinfo")

    @property
    def ending(self) -> Ending | None:
        found = parts.extension(self.resource, names.DISCONTINUATION)
        if not found and self.resource.get("status") != "stopped":
            return None
        reasons = next(iter(parts.children(found, "reason")), {})
        codings = (parts.value(reasons) or {}).get("coding", ()) if reasons else ()
        several = list(parts.children(found, "reason"))
        codes = tuple(str(one.get("code", "")) for one in codings) if len(several) < 2 else ("", "")
        return Ending(
            at=parts.instant(parts.child(found, "timedate")),
            reasons=codes,
            note=parts.text(parts.child(found, "note")),
        )

    @property
    def dosage(self) -> Resource:
        return next(iter(self.resource.get("dosage", ())), {})

    @property
    def based_on(self) -> str:
        return str(next((one.get("reference", "") for one in self.resource.get("basedOn", ())), ""))

    @property
    def start(self) -> str:
        """The planned first day; older senders put it in an extension with a bare name."""
        element = self.resource.get("effectiveDateTime") or (self.resource.get("effectivePeriod") or {}).get(
            "start"
        )
        return str(element or parts.text(parts.child(self.resource, "effectiveDateTime")))

    @property
    def name(self) -> str:
        codings = (self.product or {}).get("code", {}).get("coding", ())
        return next((str(one["display"]) for one in codings if one.get("display")), "")

    def content_of(self) -> Any:
        """What a prescriber decides here, without what SFM writes itself: to tell whether two say the same."""
        kept = [
            one for one in self.amendment.get("extension", ()) if str(one.get("url", "")).lower() not in _FATE
        ]
        return (
            plain(self.product or {}),
            plain(self.dosage),
            self.start,
            plain(sorted((plain(one) for one in kept), key=str)),
            plain(parts.extension(self.resource, names.SUBSTITUTION)),
        )

    def same_as(self, other: Statement) -> bool:
        return bool(
            plain(self.resource) == plain(other.resource)
            and plain(self.product or {}) == plain(other.product or {})
        )


_FATE = (*NOT_READ, "recallinfo", "createeresept", "createresept", "typeresept")


def of_document(sent: Sent) -> list[Statement]:
    """In the order of the document."""
    return list(of_entries(sent.entries, sent.places))


def of_entries(entries: Mapping[str, Resource], places: Mapping[str, str]) -> Iterator[Statement]:
    for url, resource in entries.items():
        if not is_statement(resource):
            continue
        reference = (resource.get("medicationReference") or {}).get("reference", "")
        yield Statement(
            url=url, path=places.get(url, ""), resource=resource, product=entries.get(str(reference))
        )


def is_statement(resource: Resource) -> bool:
    if resource["resourceType"] == "MedicationStatement":
        return True
    return resource["resourceType"] == "Basic" and bool(parts.extension(resource, names.WARE))


def to_uuid(text: str) -> UUID | None:
    try:
        return UUID(text.removeprefix("urn:uuid:")) if text else None
    except ValueError:
        return None


def plain(value: Any) -> Any:
    """Without versions, narratives, and the kinds and names of references: none of it changes what is said."""
    if isinstance(value, dict):
        kept = {name: plain(part) for name, part in value.items() if not _is_dressing(name, part)}
        return {"reference": kept["reference"]} if "reference" in kept else kept
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


def _is_dressing(name: str, part: Any) -> bool:
    return name in IGNORED or (name == "text" and isinstance(part, dict))

"""The document as a whole: a Composition with its sections, references that resolve, one patient (fhir.md 7)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sfm.fhir.basis import names
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.fhir.basis.parameters import Given

Resource = dict[str, Any]
MOST_ENTRIES = 2_000


@dataclass(frozen=True, kw_only=True, repr=False)
class Sent:
    """A document whose form is right. `places` tells where an entry stood, for the faults found later."""

    path: str  # of the Bundle
    composition: Resource
    entries: dict[str, Resource]  # by fullUrl
    places: dict[str, str]
    sections: dict[str, tuple[str, ...]]  # code → urls

    @property
    def ident(self) -> UUID:
        return UUID(str(self.composition["identifier"]["value"]))

    @property
    def builds_on(self) -> str:
        """The identifier of the document this one replaces; "" when it names none."""
        for one in self.composition.get("relatesTo", ()):
            if one.get("code") == "replaces":
                return str((one.get("targetIdentifier") or {}).get("value", "")).removeprefix("urn:uuid:")
        return ""

    def of(self, kind: str) -> Iterator[tuple[str, Resource]]:
        return ((url, one) for url, one in self.entries.items() if one["resourceType"] == kind)

    @property
    def patient(self) -> tuple[str, Resource]:
        return next(self.of("Patient"))


def read(given: Given) -> Sent:
    """Raises BadContent with every fault of form."""
    bundle = given.resource("medication", "Bundle")
    path = f"{given.path('medication')}.resource"
    entries, places = _entries(bundle, path)
    first = next(iter(entries.values()), {})
    if bundle.get("type") != "document" or first.get("resourceType") != "Composition":
        raise BadContent(_fault(f"{path}.entry[0]", "structure", "the first entry must be the Composition",
                                "Dokumentet mangler Composition."))  # fmt: skip
    sections, faults = _sections(first, f"{path}.entry[0].resource")
    sent = Sent(path=path, composition=first, entries=entries, places=places, sections=sections)
    faults += [*_head(sent), *_references(sent), *_one_patient(sent)]
    if faults:
        raise BadContent(*faults[:50])
    return sent


def _entries(bundle: Resource, path: str) -> tuple[dict[str, Resource], dict[str, str]]:
    listed = bundle.get("entry", ())
    if len(listed) > MOST_ENTRIES:
        raise BadContent(
            _fault(f"{path}.entry", "too-long", f"at most {MOST_ENTRIES}", "Dokumentet er for stort.")
        )
    entries: dict[str, Resource] = {}
    places: dict[str, str] = {}
    for index, one in enumerate(listed):
        here = f"{path}.entry[{index}]"
        url = str(one.get("fullUrl", ""))
        if not url or "resource" not in one or url in entries:
            raise BadContent(_fault(here, "structure", "an entry needs a fullUrl of its own and a resource",
                                    "En post i dokumentet mangler fullUrl eller innhold."))  # fmt: skip
        entries[url], places[url] = one["resource"], f"{here}.resource"
    return entries, places


def _head(sent: Sent) -> list[Fault]:
    here = f"{sent.path}.entry[0].resource"
    faults = []
    try:
        _ = sent.ident
    except (KeyError, ValueError):
        faults.append(
            _fault(f"{here}.identifier", "value", "must be a UUID", "Dokumentets identifier må være en UUID.")
        )
    if not sent.builds_on:
        faults.append(required(f"{here}.relatesTo", "Hvilket dokument dette erstatter (relatesTo)"))
    attested = [one for one in sent.composition.get("attester", ()) if one.get("mode") == "legal"]
    if not attested:
        faults.append(required(f"{here}.attester", "Hvem som går god for dokumentet (attester)"))
    return faults


def _sections(composition: Resource, path: str) -> tuple[dict[str, tuple[str, ...]], list[Fault]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    faults = []
    for index, section in enumerate(composition.get("section", ())):
        codes = [
            str(coding.get("code", ""))
            for coding in (section.get("code") or {}).get("coding", ())
            if coding.get("system", names.SECTION_TYPES) == names.SECTION_TYPES
        ]
        if len(codes) != 1 or codes[0] not in names.SECTIONS:
            faults.append(_fault(f"{path}.section[{index}].code", "code-invalid", "one known section code is needed",
                                 "En del av dokumentet har ukjent eller flertydig kode."))  # fmt: skip
            continue
        urls = tuple(str(entry.get("reference", "")) for entry in section.get("entry", ()))
        found.append((codes[0], urls))
    counts = Counter(code for code, _ in found)
    faults += [
        _fault(f"{path}.section", "duplicate", f"{code} stands twice", "En del av dokumentet står to ganger.")
        for code, count in counts.items()
        if count > 1
    ]
    faults += [
        required(f"{path}.section:{code}", f"Delen {code}") for code in names.NEEDED if not counts[code]
    ]
    return dict(found), faults


def _references(sent: Sent) -> list[Fault]:
    """Every `urn:uuid:` must be the fullUrl of an entry."""
    return [
        _fault(place, "not-found", "the reference does not resolve", "En referanse i dokumentet finnes ikke.")
        for url, resource in sent.entries.items()
        for place, target in _targets(resource, sent.places[url])
        if target.startswith("urn:uuid:") and target not in sent.entries
    ]


def _targets(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield path, value["reference"]
        for name, part in value.items():
            yield from _targets(part, f"{path}.{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _targets(part, f"{path}[{index}]")


def _one_patient(sent: Sent) -> list[Fault]:
    patients = [url for url, _ in sent.of("Patient")]
    if len(patients) != 1:
        where = sent.places[patients[1]] if patients else f"{sent.path}.entry"
        return [
            _fault(
                where,
                "business-rule",
                "there must be exactly one patient",
                "Dokumentet må gjelde én pasient.",
            )
        ]
    return [
        _fault(
            f"{sent.places[url]}.{name}",
            "business-rule",
            "another subject than the patient",
            "Dokumentet viser til en annen pasient.",
        )
        for url, resource in sent.entries.items()
        for name in ("subject", "patient")
        if isinstance(resource.get(name), dict)
        and str(resource[name].get("reference", patients[0])) != patients[0]
    ]


def _fault(path: str, code: str, diagnostics: str, text: str) -> Fault:
    return Fault(path=path, code=code, text=text, diagnostics=diagnostics)

"""StructureDefinition and CodeSystem: what we write that nobody else has published, so that an EPJ can look it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from sfm.core.errors import NotFound
from sfm.fhir.data_sharing import doors, indicators, naming, resources
from sfm.fhir.data_sharing.offers import Answer, Call, Offer, Resource, one
from sfm.tenancy.models import OrganisationType

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE: Final = "http://hl7.org/fhir/StructureDefinition/"
DEFINITION_PROFILE, CODES_PROFILE = f"{BASE}StructureDefinition", f"{BASE}CodeSystem"
DATE: Final = "2026-11-22"
OURS: Final = "Vårt valg: formen er ikke publisert nasjonalt."

# Extensions of ours: id → (title, whole address or "" for our own, ((part, type, least, most), …))
Part = tuple[str, str, int, str]
EXTENSIONS: Final[dict[str, tuple[str, str, tuple[Part, ...]]]] = {
    "sfm-open-list-state": (
        "Listens tilstand: når den er endret, og om den er signert",
        "",
        (
            ("lastChanged", "dateTime", 0, "1"),
            ("reactionsLastChanged", "dateTime", 0, "1"),
            ("signed", "boolean", 1, "1"),
            ("signedBy", "Reference", 0, "1"),
            ("signedAt", "dateTime", 0, "1"),
            ("unsignedChanges", "integer", 1, "1"),
            ("drafts", "integer", 1, "1"),
        ),
    ),
    "sfm-open-history": (
        "Én endring av én behandling",
        "",
        (
            ("timestamp", "dateTime", 1, "1"),
            ("verb", "code", 1, "1"),
            ("title", "string", 1, "1"),
            ("reference", "Reference", 1, "1"),
            ("text", "string", 0, "1"),
            ("change", "Extension", 0, "*"),
        ),
    ),
    "sfm-open-message": (
        "En sendt eller mottatt melding",
        "",
        (
            ("timestamp", "dateTime", 1, "1"),
            ("kind", "code", 1, "1"),
            ("title", "string", 1, "1"),
            ("direction", "code", 1, "1"),
            ("state", "code", 1, "1"),
            ("stateText", "string", 1, "1"),
            ("parent", "Identifier", 0, "1"),
            ("content", "Reference", 0, "1"),
        ),
    ),
    "SfmLibListMetaData": (
        "Siste vellykkede oppslag i hver kilde",
        naming.PROFILE,
        (
            ("lastRFLookup", "dateTime", 0, "1"),
            ("lastKJLookup", "dateTime", 0, "1"),
            ("lastKILookup", "dateTime", 0, "1"),
        ),
    ),
    "JournalNote": (
        "Journalnotat",
        naming.PROFILE,
        (
            ("timestamp", "dateTime", 1, "1"),
            ("type", "Coding", 1, "1"),
            ("encounterIdentifier", "Identifier", 0, "1"),
            ("reference", "Reference", 0, "1"),
            ("text", "string", 1, "1"),
        ),
    ),
    "sfm-IndicatorInfo": (
        "Endringsindikator",
        naming.PROFILE,
        (
            ("lastCreatedOnUtc", "dateTime", 1, "1"),
            ("count", "integer", 1, "1"),
            ("event", "Extension", 0, "*"),
        ),
    ),
    "sfm-correspondancedata": ("Listen som XML til korrespondanse", naming.PROFILE, ()),
}


def structures() -> list[Resource]:
    return [_structure(name, *said) for name, said in EXTENSIONS.items()]


def code_systems() -> list[Resource]:
    tasks = {str(code): display for code, (display, _) in resources.TASK_TYPES.items()}
    return [
        _codes("sfm-task-types", {code: said for code, said in tasks.items() if len(code) < 3}),
        _codes("sfm-open-task-types", {code: said for code, said in tasks.items() if len(code) > 2}),
        _codes("sfm-organization-types", {str(kind.value): str(kind.label) for kind in OrganisationType}),
        _codes("sfm-journalnote-types", dict.fromkeys(sorted(indicators.COUNTED), "")),
        _codes(
            "sfm-basic-types",
            {"JOURNALNOTE": "Journalnotat", "INDICATOR": "Endringsindikator", "HISTORY": "Historikk",
             "MESSAGE": "Melding", "DRUGREVIEW": "Legemiddelgjennomgang"},
        ),
    ]  # fmt: skip


def _structure(name: str, title: str, base: str, parts: tuple[Part, ...]) -> Resource:
    url = f"{base or settings.PUBLIC_ORIGIN + '/StructureDefinition/'}{name}"
    elements: list[dict[str, Any]] = [
        {"id": "Extension", "path": "Extension", "short": title, "min": 0, "max": "1"}
    ]
    for part, kind, least, most in parts:
        slot = {"id": f"Extension.extension:{part}", "path": "Extension.extension", "sliceName": part}
        elements.append(slot | {"min": least, "max": most})
        elements.append(
            {
                "id": f"Extension.extension:{part}.value[x]",
                "path": "Extension.extension.value[x]",
                "type": [{"code": kind}],
            }
        )
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": url,
        "name": name.replace("-", "_"),
        "title": title,
        "status": "active",
        "date": DATE,
        "publisher": "Open SFM",
        "description": OURS,
        "fhirVersion": "4.0.1",
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": "Element"}],
        "type": "Extension",
        "baseDefinition": f"{BASE}Extension",
        "derivation": "constraint",
        "differential": {"element": elements},
    }


def _codes(name: str, codes: dict[str, str]) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": name,
        "url": f"{naming.SYSTEM}{name}",
        "name": name.replace("-", "_"),
        "status": "active",
        "date": DATE,
        "publisher": "Open SFM",
        "description": OURS,
        "caseSensitive": True,
        "content": "complete",
        "count": len(codes),
        "concept": [{"code": code} | ({"display": said} if said else {}) for code, said in codes.items()],
    }


def _search(call: Call, found: Iterable[Resource]) -> Answer:
    url, name = call.params.get("url"), call.params.get("_id", "name")
    shown = (
        one
        for one in found
        if (not url or one["url"] == url) and (not name or name in (one["id"], one["name"]))
    )
    return Answer(resources=tuple(shown))


def _read(found: Iterable[Resource], ident: str) -> Answer:
    made = next((resource for resource in found if resource["id"] == ident), None)
    if made is None:
        raise NotFound(detail="no such definition")
    return one(made)


PARAMS: Final = {"url": "uri", "name": "string", "_id": "token"}
STRUCTURES = Offer(
    type="StructureDefinition",
    profile=DEFINITION_PROFILE,
    admit=doors.either,
    params=PARAMS,
    search=lambda call: _search(call, structures()),
    read=lambda _call, ident: _read(structures(), ident),
)
CODES = Offer(
    type="CodeSystem",
    profile=CODES_PROFILE,
    admit=doors.either,
    params=PARAMS,
    search=lambda call: _search(call, code_systems()),
    read=lambda _call, ident: _read(code_systems(), ident),
)

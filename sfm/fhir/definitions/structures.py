"""StructureDefinitions, made from the tables of extensions and profiles."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from django.conf import settings

from sfm.fhir.data_sharing.naming import PROFILE
from sfm.fhir.definitions.extensions import EXTENSIONS, OF_BASIS, SIMPLE, Part
from sfm.fhir.definitions.profiles import EXTENSION, PROFILES, R4, Rule

Resource = dict[str, Any]
DATE: Final = "2026-11-22"
OURS: Final = "Vårt valg: formen er ikke publisert nasjonalt."
READ: Final = "Vår lesning av den nasjonale profilen, som ikke er publisert i maskinlesbar form."


@cache
def every() -> tuple[Resource, ...]:
    ours = settings.PUBLIC_ORIGIN + "/StructureDefinition/"
    return (
        *(_extension(name, title, base or ours, parts) for name, (title, base, parts) in EXTENSIONS.items()),
        *(_extension(name, title, PROFILE, parts) for name, (title, parts) in OF_BASIS.items()),
        *(_profile(name, *said) for name, said in PROFILES.items()),
    )


def head(kind: str, name: str, url: str) -> Resource:
    """What every definition of ours says of itself."""
    return {
        "resourceType": kind,
        "id": name,
        "url": url,
        "name": name.replace("-", "_"),
        "status": "active",
        "experimental": True,
        "date": DATE,
        "publisher": "Open SFM",
    }


def _extension(name: str, title: str, base: str, parts: tuple[Part, ...]) -> Resource:
    elements: list[Resource] = [
        {"id": "Extension", "path": "Extension", "short": title, "min": 0, "max": "1"},
        *(element for part in parts for element in _part(*part)),
    ]
    if name in SIMPLE:
        kind = [{"code": SIMPLE[name]}]
        elements.append({"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": kind})
    return (
        head("StructureDefinition", name, f"{base}{name}")
        | {
            "title": title,
            "description": OURS,
            "fhirVersion": "4.0.1",
            "kind": "complex-type",
            "abstract": False,
        }
        | {"context": [{"type": "element", "expression": "Element"}], "type": "Extension"}
        | _constrains(f"{R4}Extension", elements)
    )


def _part(part: str, kind: str, least: int, most: str) -> tuple[Resource, ...]:
    slot: Resource = {"id": f"Extension.extension:{part}", "path": "Extension.extension", "sliceName": part}
    slot |= {"min": least, "max": most}
    if kind == "Extension":
        return (slot,)
    value = {"id": f"{slot['id']}.value[x]", "path": "Extension.extension.value[x]", "type": [{"code": kind}]}
    return slot, value


def _profile(name: str, kind: str, base: str, rules: tuple[Rule, ...]) -> Resource:
    elements = [{"id": kind, "path": kind}, *(_rule(kind, *rule) for rule in rules)]
    return (
        head("StructureDefinition", name, f"{PROFILE}{name}")
        | {"description": READ, "fhirVersion": "4.0.1", "kind": "resource", "abstract": False, "type": kind}
        | _constrains(base, elements)
    )


def _rule(kind: str, path: str, least: int, most: str) -> Resource:
    if not path.startswith(EXTENSION):
        return {"id": f"{kind}.{path}", "path": f"{kind}.{path}", "min": least, "max": most}
    name = path.removeprefix(EXTENSION)
    return {
        "id": f"{kind}.{path}",
        "path": f"{kind}.extension",
        "sliceName": name,
        "min": least,
        "max": most,
        "type": [{"code": "Extension", "profile": [f"{PROFILE}{name}"]}],
    }


def _constrains(base: str, elements: list[Resource]) -> Resource:
    return {"baseDefinition": base, "derivation": "constraint", "differential": {"element": elements}}

"""The document as the national service writes it, for record systems that read nothing else (fhir.md 9). What R4
does not allow stands here alone; what such a system sends back is read like anybody's."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from sfm.fhir.basis.build.document import Document

Resource = dict[str, Any]
EFFECTIVE = "effectiveDateTime"


def is_wanted(client_id: str) -> bool:
    return client_id in settings.NATIONAL_FORM_CLIENTS


def document(made: Document) -> Document:
    """Kept in this form too, so that what comes back unchanged is seen to be so."""
    profiles = {url: _profile(resource) for url, resource in made.entries.items()}
    return replace(made, entries={url: _resource(one, profiles) for url, one in made.entries.items()})


def bundle(made: Resource) -> Resource:
    told = {name: value for name, value in made.items() if name != "identifier"}
    return told | {"total": len(made["entry"])}


def _profile(resource: Resource) -> str:
    return str(next(iter(resource.get("meta", {}).get("profile", ())), ""))


def _resource(resource: Resource, profiles: dict[str, str]) -> Resource:
    made = deepcopy(resource)
    _name_profiles(made, profiles)
    if EFFECTIVE in made and made["resourceType"] == "MedicationStatement":
        said = {"url": EFFECTIVE, "valueDate": made.pop(EFFECTIVE)[:10]}
        made["extension"] = [*made.get("extension", ()), said]
    if made["resourceType"] == "Patient":
        made["address"] = [_address(one) for one in made.get("address", ())]
    return made


def _name_profiles(value: Any, profiles: dict[str, str]) -> None:
    """`Reference.type` as the address of the profile."""
    if isinstance(value, dict):
        if profile := profiles.get(str(value.get("reference", ""))):
            value["type"] = profile
        for part in value.values():
            _name_profiles(part, profiles)
    elif isinstance(value, list):
        for part in value:
            _name_profiles(part, profiles)


def _address(one: Resource) -> Resource:
    """The street as `text`."""
    if "line" not in one:
        return one
    told = {name: value for name, value in one.items() if name != "line"}
    return told | {"text": one.get("text") or ", ".join(one["line"])}

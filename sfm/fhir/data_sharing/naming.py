"""The names of identifiers, profiles and code systems (fhir.md 2.4), and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfm.core.ids import PidKind

if TYPE_CHECKING:
    from collections.abc import Iterable

NORWAY = "urn:oid:2.16.578.1.12.4.1."
FNR, DNR, FHN = f"{NORWAY}4.1", f"{NORWAY}4.2", f"{NORWAY}4.3"
HPR, LOCAL_ID = f"{NORWAY}4.4", f"{NORWAY}4.14"
ENH, HER_ID = f"{NORWAY}4.101", f"{NORWAY}2"
SFM_ID = "http://ehelse.no/fhir/NamingSystem/sfm-id"
OFFICIAL = {FNR: ("FNR", "FNR-nummer"), DNR: ("DNR", "Dnummer"), HPR: ("HPR", "HPR-nummer")}
OF_KIND = {PidKind.FNR: FNR, PidKind.D_NUMBER: DNR, PidKind.FH: FHN, PidKind.LOCAL: LOCAL_ID}
NATIONAL = (FNR, DNR)
ALSO = {f"{NORWAY}2.101": ENH}  # met in the wild

PROFILE = "http://ehelse.no/fhir/StructureDefinition/"
SYSTEM = "http://ehelse.no/fhir/CodeSystem/"
MIDDLE_NAME = "http://hl7.no/fhir/StructureDefinition/no-basis-middlename"
VOLVEN = f"{NORWAY}1."
FEST = f"{SYSTEM}FEST"


def system(text: str) -> str:
    """The system as we write it: `urn:uid:` of old profiles and doubled numbers mended."""
    mended = text.replace("urn:uid:", "urn:oid:")
    return ALSO.get(mended, mended)


def identifier(name: str, value: str) -> dict[str, Any]:
    made: dict[str, Any] = {"use": "official", "system": name, "value": value}
    if name in OFFICIAL:
        short, code = OFFICIAL[name]
        made["type"] = {"coding": [{"system": f"http://hl7.no/fhir/NamingSystem/{short}", "code": code}]}
    return made


def identifiers(resource: dict[str, Any]) -> dict[str, str]:
    """System → value of those in use; an old one does not count."""
    return {
        system(str(one.get("system", ""))): str(one["value"])
        for one in resource.get("identifier", ())
        if one.get("value") and one.get("use") != "old"
    }


def all_values(resource: dict[str, Any]) -> Iterable[str]:
    return (str(one["value"]) for one in resource.get("identifier", ()) if one.get("value"))


def coded(name: str, code: str, display: str) -> dict[str, Any]:
    coding = {"system": name, "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}


def patient(ticket: str) -> dict[str, Any]:
    """A reference to the patient, by the caller's ticket and nothing else (fhir.md 3)."""
    return {"reference": f"Patient/{ticket}", "type": "Patient", "identifier": {"value": ticket}}


def item(ident: object, *, is_ware: bool) -> dict[str, Any]:
    """A reference to an item of the list: a ware is a Basic, everything else a MedicationStatement (fhir.md 3.5)."""
    kind = "Basic" if is_ware else "MedicationStatement"
    return {"reference": f"{kind}/{ident}", "type": kind}


def human_name(given: str, family: str) -> list[dict[str, Any]]:
    name: dict[str, Any] = {"use": "official", "family": family}
    return [name | ({"given": given.split(" ")} if given else {})]


def read_name(resource: dict[str, Any]) -> tuple[str, str]:
    """(given with middle name, family); the official name where there are several, "" where it has none."""
    names = resource.get("name", [])
    chosen = next((name for name in names if name.get("use") == "official"), names[0] if names else {})
    middle = [
        str(extension["valueString"])
        for extension in chosen.get("extension", ())
        if extension["url"] == MIDDLE_NAME and "valueString" in extension
    ]
    return " ".join([*chosen.get("given", []), *middle]).strip(), str(chosen.get("family", "")).strip()

"""sfm-Organization out and in, with the record system's own particulars (`sfm-epjinfo`, fhir.md 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfm.core.errors import Invalid
from sfm.core.ids import HerId, OrgNr
from sfm.fhir.data_sharing import naming, versions
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault, required
from sfm.tenancy.models import OrganisationType

if TYPE_CHECKING:
    from sfm.tenancy.models import Organisation

PROFILE = f"{naming.PROFILE}sfm-Organization"
EPJ_INFO = f"{naming.PROFILE}sfm-epjinfo"
TYPES = f"{naming.SYSTEM}sfm-organization-types"
GROUPS = {
    "systeminfo": ("systemcode", "systemname", "version", "updatetime"),
    "operationsupplierinfo": ("servicevendorname", "contactname", "contactmail", "contactphone"),
}
LONGEST = 200  # characters


@dataclass(frozen=True, kw_only=True)
class Stated:
    name: str
    orgnr: str
    her_id: str
    type_code: int
    active: bool
    sfm_id: str  # "" where none is stated
    part_of: str  # id of the organisation above
    epj_info: dict[str, dict[str, str]]


def resource(unit: Organisation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "Organization",
        "id": str(unit.pk),
        "meta": {"profile": [PROFILE]},
        "identifier": [
            {"type": {"text": "SFM-id"}, "system": naming.SFM_ID, "value": str(unit.journal_id)},
            naming.identifier(naming.ENH, unit.orgnr),
        ],
        "active": unit.active,
        "type": [{"coding": [_type(unit.type_code)]}],
        "name": unit.name,
    }
    if info := _epj_info(unit.epj_info):
        made["extension"] = [info]
    if unit.her_id:
        made["identifier"].append(naming.identifier(naming.HER_ID, unit.her_id))
    if unit.parent_id:
        made["partOf"] = {"reference": f"Organization/{unit.parent_id}", "type": "Organization"}
    return versions.by_content(made)


def read(content: dict[str, Any]) -> Stated:
    """Raises BadContent with every rule broken."""
    numbers = naming.identifiers(content)
    type_code = _type_code(content)
    faults = [
        *_needed(content),
        *_number(numbers, naming.ENH, "organisasjonsnummer", OrgNr.parse),
        *_number(numbers, naming.HER_ID, "HER-id", HerId.parse),
    ]
    if type_code is None:
        faults.append(
            _fault("Organization.type", "Virksomhetstypen mangler eller er ukjent.", "unknown type")
        )
    if faults:
        raise BadContent(*faults)
    return Stated(
        name=content["name"].strip(),
        orgnr=numbers[naming.ENH],
        her_id=numbers[naming.HER_ID],
        type_code=type_code or 0,
        active=content["active"],
        sfm_id=_sfm_id(content),
        part_of=str(content.get("partOf", {}).get("reference", "")).rpartition("/")[2],
        epj_info=_read_epj_info(content),
    )


def _needed(content: dict[str, Any]) -> list[Fault]:
    faults = [
        required(f"Organization.{name}", label)
        for name, label in (("name", "Virksomhetens navn"), ("active", "Feltet active"))
        if name not in content
    ]
    if len(content.get("name", "")) > LONGEST:
        faults.append(_fault("Organization.name", "Navnet er for langt.", f"at most {LONGEST} characters"))
    return faults


def _number(numbers: dict[str, str], name: str, label: str, parse: Any) -> list[Fault]:
    if name not in numbers:
        return [required("Organization.identifier", f"Virksomhetens {label}")]
    try:
        parse(numbers[name])
    except Invalid as error:
        return [_fault("Organization.identifier", error.text, "not a valid number of its system")]
    return []


def _type(code: int) -> dict[str, str]:
    return {"system": TYPES, "code": str(code), "display": OrganisationType(code).label}


def _type_code(content: dict[str, Any]) -> int | None:
    """Any system is accepted when the code matches: the only published example uses another one."""
    codes = [str(c.get("code", "")) for one in content.get("type", ()) for c in one.get("coding", ())]
    known = [int(code) for code in codes if code.isascii() and code.isdigit() and len(code) < 4]
    return next((code for code in known if code in OrganisationType.values), None)


def _sfm_id(content: dict[str, Any]) -> str:
    for one in content.get("identifier", ()):
        if one.get("system") == naming.SFM_ID or one.get("type", {}).get("text") == "SFM-id":
            return str(one.get("value", "")).lower()
    return ""


def _epj_info(info: dict[str, Any]) -> dict[str, Any]:
    groups = []
    for group, names in GROUPS.items():
        values = info.get(group, {})
        parts = [{"url": name, _value_of(name): values[name]} for name in names if values.get(name)]
        groups += [{"url": group, "extension": parts}] if parts else []
    return {"url": EPJ_INFO, "extension": groups} if groups else {}


def _read_epj_info(content: dict[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    extensions = [one for one in content.get("extension", ()) if one["url"].lower() == EPJ_INFO.lower()]
    for group in (part for one in extensions for part in one.get("extension", ())):
        names = GROUPS.get(group["url"], ())
        parts = group.get("extension", ())
        values = {one["url"]: one.get(_value_of(one["url"]), "") for one in parts if one["url"] in names}
        found[group["url"]] = {name: value[:LONGEST] for name, value in values.items() if value}
    return {group: values for group, values in found.items() if group in GROUPS and values}


def _value_of(name: str) -> str:
    return "valueDateTime" if name == "updatetime" else "valueString"


def _fault(path: str, text: str, diagnostics: str) -> Fault:
    return Fault(path=path, code="value", text=text, diagnostics=diagnostics)

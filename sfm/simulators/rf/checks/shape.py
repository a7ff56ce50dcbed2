"""Step 4: the official schema, and the rules about coded and empty elements that no schema states."""

from __future__ import annotations

from lxml import etree

from sfm.simulators.rf import state
from sfm.simulators.rf.reading import Incoming, local, text, value
from sfm.simulators.rf.signatures import DS
from sfm.simulators.rf.verdict import Remarks
from sfm.wire import schemas

# Their V is a time, an address or a number, not a code.
_NOT_CODES = {
    "Starttidspunkt",
    "Sluttidspunkt",
    "TeleAddress",
    "IssueDate",
    "FromDate",
    "ToDate",
    "FileReference",
}
_LENGTHS = {
    ("Patient", "GivenName"): (50, 164),
    ("Patient", "MiddleName"): (50, 165),
    ("Patient", "FamilyName"): (50, 166),
    ("HealthcareProfessional", "GivenName"): (50, 167),
    ("HealthcareProfessional", "FamilyName"): (50, 169),
    ("Address", "StreetAdr"): (100, 176),
    ("Address", "City"): (50, 178),
    ("Organisation", "OrganisationName"): (100, 175),
    ("Legemiddelblanding", "Navn"): (250, 181),
    ("", "NavnFormStyrke"): (250, 182),
    ("", "Bruksveiledning"): (500, 185),
    ("", "Bruksomrade"): (250, 189),
    ("", "DosVeiledEnkel"): (500, 190),
    ("", "Pakningsstr"): (30, 191),
    ("", "Merknad"): (500, 231),
}


def check(message: Incoming) -> None:
    remarks = Remarks()
    if state.get("require_schema"):
        for error in schemas.validate(message.raw)[:10]:
            remarks.format(error)
    for element in message.root.iter():
        if isinstance(element.tag, str) and etree.QName(element).namespace != DS:
            _check_element(element, remarks)
    remarks.close()


def _check_element(element: etree._Element, remarks: Remarks) -> None:
    name = local(element)
    written = (element.text or "").strip()
    remarks.when(not written and not len(element) and not element.attrib, 225, name)
    _check_code(element, name, remarks)
    if name == "Ident":
        remarks.when(not text(element, "Id") or not value(element, "TypeId"), 216)
    kinds = [value(ident, "TypeId") for ident in element.findall("{*}Ident")]
    remarks.when(len(kinds) != len(set(kinds)), 217, name)
    _check_length(element, name, written, remarks)


def _check_code(element: etree._Element, name: str, remarks: Remarks) -> None:
    has = {key for key in ("V", "S", "DN", "U") if element.get(key)}
    if "S" in element.attrib:
        remarks.when(not {"V", "S", "DN"} <= has, 310 if name == "RefKode" else 238, name)
    elif "DN" in element.attrib or ("V" in element.attrib and "U" not in has and name not in _NOT_CODES):
        remarks.when(not {"V", "DN"} <= has, 220, name)


def _check_length(element: etree._Element, name: str, written: str, remarks: Remarks) -> None:
    parent = element.getparent()
    above = local(parent) if parent is not None else ""
    limit = _LENGTHS.get((above, name)) or _LENGTHS.get(("", name))
    if limit:
        remarks.when(len(written) > limit[0], limit[1], name)

"""AppRec: the receipt. Written in 1.0, read in 1.0 and 1.1. It stands alone, without MsgHead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from lxml import etree

from sfm.wire import binding, safe_xml
from sfm.wire.binding import Tag
from sfm.wire.namespaces import APPREC_1_0, APPREC_1_1
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.values import CS, CV, URL

MIG_VERSION: Final = "1.0 2004-11-21"
OK: Final = CS(code="1", display="OK")
_TYPE: Final = CS(code="APPREC")
REJECTED: Final = CS(code="2", display="Avvist")
OK_WITH_ERROR: Final = CS(code="3", display="OK, feil i delmelding")


@dataclass(frozen=True, kw_only=True)
class AdditionalId:
    id: Annotated[str, Tag("Id")]
    type: Annotated[CS, Tag("Type")]


@dataclass(frozen=True, kw_only=True)
class Person:
    """HCPerson, Dept and HCProf: a name with a number."""

    type: Annotated[CS | None, Tag("Type")] = None
    name: Annotated[str | None, Tag("Name")] = None
    id: Annotated[str | None, Tag("Id")] = None
    id_type: Annotated[CS | None, Tag("TypeId")] = None
    additional: Annotated[tuple[AdditionalId, ...], Tag("AdditionalId")] = ()


@dataclass(frozen=True, kw_only=True)
class Institution:
    name: Annotated[str | None, Tag("Name")] = None
    id: Annotated[str | None, Tag("Id")] = None
    id_type: Annotated[CS | None, Tag("TypeId")] = None
    departments: Annotated[tuple[Person, ...], Tag("Dept")] = ()
    additional: Annotated[tuple[AdditionalId, ...], Tag("AdditionalId")] = ()
    persons: Annotated[tuple[Person, ...], Tag("HCPerson")] = ()


@dataclass(frozen=True, kw_only=True)
class Address:
    type: Annotated[CS, Tag("Type")]
    street: Annotated[str | None, Tag("StreetAdr")] = None
    postal_code: Annotated[str | None, Tag("PostalCode")] = None
    city: Annotated[str | None, Tag("City")] = None
    municipality: Annotated[CS | None, Tag("County")] = None
    country: Annotated[CS | None, Tag("Country")] = None
    city_district: Annotated[CS | None, Tag("CityDistr")] = None
    telecoms: Annotated[tuple[URL, ...], Tag("TeleAddress")] = ()


@dataclass(frozen=True, kw_only=True)
class HealthcareParty:
    """HCP: an institution or a person."""

    institution: Annotated[Institution | None, Tag("Inst")] = None
    professional: Annotated[Person | None, Tag("HCProf")] = None
    speciality: Annotated[CV | None, Tag("MedSpeciality")] = None
    address: Annotated[Address | None, Tag("Address")] = None


@dataclass(frozen=True, kw_only=True)
class Party:
    role: Annotated[CS | None, Tag("Role")] = None
    hcp: Annotated[HealthcareParty, Tag("HCP")]


@dataclass(frozen=True, kw_only=True)
class OriginalMessage:
    type: Annotated[CS, Tag("MsgType")]
    issued_at: Annotated[datetime, Tag("IssueDate")]
    id: Annotated[str, Tag("Id")]


@dataclass(frozen=True, kw_only=True)
class AppRec:
    """`errors` are codes of 7419 or 8221."""

    type: Annotated[CS, Tag("MsgType")] = _TYPE
    mig_version: Annotated[str, Tag("MIGversion")] = MIG_VERSION
    software_name: Annotated[str | None, Tag("SoftwareName")] = None
    software_version: Annotated[str | None, Tag("SoftwareVersion")] = None
    generated_at: Annotated[datetime, Tag("GenDate")]
    id: Annotated[str, Tag("Id")]
    sender: Annotated[Party, Tag("Sender")]
    receiver: Annotated[Party, Tag("Receiver")]
    status: Annotated[CS, Tag("Status")]
    errors: Annotated[tuple[CV, ...], Tag("Error")] = ()
    original: Annotated[OriginalMessage, Tag("OriginalMsgId")]

    @property
    def accepted(self) -> bool:
        return self.status.code in ("1", "3")


def party(*, name: str, id: str, id_type: str = "ENH") -> Party:  # noqa: A002 — the format's own word
    display = {"ENH": "Organisasjonsnummeret i Enhetsregister", "HER": "HER-id"}.get(id_type)
    kind = CS(code=id_type, display=display)
    return Party(hcp=HealthcareParty(institution=Institution(name=name, id=id, id_type=kind)))


def to_xml(receipt: AppRec) -> bytes:
    """Version 1.0, UTF-8, with XML declaration."""
    element = binding.write(receipt, "AppRec", APPREC_1_0)
    return etree.tostring(element, encoding="UTF-8", xml_declaration=True)


def parse(data: bytes) -> AppRec:
    root = safe_xml.parse(data)
    if not is_apprec(root):
        raise WireFormatError("T02", "Forventet en kvittering (AppRec).")
    return binding.read(AppRec, root)


def is_apprec(root: safe_xml.Element) -> bool:
    return root.tag in (f"{{{APPREC_1_0}}}AppRec", f"{{{APPREC_1_1}}}AppRec")

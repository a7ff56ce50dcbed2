"""Reading what came in, element by element. Deliberately not the product's parser: RF must not share our mistakes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree

MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"
MAX_BYTES = 10_000_000
_MSGHEAD_BYTES = re.compile(rb"<([\w.-]+:)?MsgHead[\s>].*</\1MsgHead\s*>", re.DOTALL)


class Unreadable(Exception):
    """The bytes are not one well-formed XML message in UTF-8. `code` is of 7419."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


def parse(data: bytes) -> etree._Element:
    """Parse hostile XML: no DTD, no entities, no network."""
    if len(data) > MAX_BYTES or b"<!DOCTYPE" in data:
        raise Unreadable(208)
    declared = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([^\"']+)", data)
    if declared and declared.group(1).lower() not in {b"utf-8", b"utf8"}:
        raise Unreadable(25)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(208) from error


def inner_message(envelope: bytes, document: etree._Element) -> bytes:
    """The MsgHead's own bytes out of the SOAP envelope: cut, not written anew, so the signature stays whole."""
    cut = _MSGHEAD_BYTES.search(envelope)
    if cut:
        try:
            parse(cut.group(0))
        except Unreadable:
            pass  # a prefix is declared further out: let lxml carry the declarations along
        else:
            return cut.group(0)
    return etree.tostring(document, encoding="UTF-8", with_tail=False)


def path(steps: str) -> str:
    return "/".join(step if step in {".", ""} else f"{{*}}{step}" for step in steps.split("/"))


def find(element: etree._Element | None, steps: str) -> etree._Element | None:
    """The first element at `steps` (local names), whatever version its namespace says."""
    return None if element is None else element.find(path(steps))


def text(element: etree._Element | None, steps: str) -> str:
    found = find(element, steps)
    return (found.text or "").strip() if found is not None else ""


def value(element: etree._Element | None, steps: str) -> str:
    """The V attribute of a coded element."""
    found = find(element, steps)
    return found.get("V", "") if found is not None else ""


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def identities(holder: etree._Element | None) -> dict[str, str]:
    if holder is None:
        return {}
    return {value(ident, "TypeId"): text(ident, "Id") for ident in holder.findall("{*}Ident")}


@dataclass(frozen=True, kw_only=True)
class Sender:
    name: str
    orgnr: str
    her: str
    resh: str
    hpr: str
    category: str
    family: str
    given: str
    element: etree._Element | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PatientPart:
    ids: dict[str, str]
    born: str
    sex: str
    family: str
    given: str

    @property
    def pid(self) -> str:
        return self.ids.get("FNR") or self.ids.get("DNR") or ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message at the door."""

    operation: str
    raw: bytes = field(repr=False)
    root: etree._Element = field(repr=False)
    payload: etree._Element | None = field(repr=False)
    type: str
    type_name: str
    msg_id: str
    gen_date: datetime | None
    gen_date_text: str
    parent: str
    conversation: str
    sender: Sender
    patient: PatientPart | None
    token: dict[str, str]

    @property
    def pid(self) -> str:
        """The patient the message is about: in the header, or asked for in the payload."""
        if self.patient and self.patient.pid:
            return self.patient.pid
        return text(self.payload, "Fnr")

    @property
    def namespace(self) -> str:
        return str(etree.QName(self.payload).namespace or "") if self.payload is not None else ""


def _sender(info: etree._Element | None) -> Sender:
    organisation = find(info, "Sender/Organisation")
    person = None if organisation is None else organisation.find(".//{*}HealthcareProfessional")
    ids = identities(organisation)
    return Sender(
        name=text(organisation, "OrganisationName"),
        orgnr=ids.get("ENH", ""),
        her=ids.get("HER", ""),
        resh=ids.get("RSH", ""),
        hpr=identities(person).get("HPR", ""),
        category=value(person, "TypeHealthcareProfessional"),
        family=text(person, "FamilyName"),
        given=text(person, "GivenName"),
        element=organisation,
    )


def _patient(info: etree._Element | None) -> PatientPart | None:
    part = find(info, "Patient")
    if part is None:
        return None
    return PatientPart(
        ids=identities(part),
        born=text(part, "DateOfBirth"),
        sex=value(part, "Sex"),
        family=text(part, "FamilyName"),
        given=text(part, "GivenName"),
    )


def _main_payload(root: etree._Element) -> etree._Element | None:
    """The first content that is neither an attachment nor an extension."""
    for content in root.findall(path("Document/RefDoc/Content")):
        for element in content:
            if (
                isinstance(element.tag, str)
                and "extension" not in element.tag
                and local(element) != "Base64Container"
            ):
                return element
    return None


def timestamp(written: str) -> datetime | None:
    """An instant with offset; 0–7 decimals occur. None when it cannot be read or lacks an offset."""
    match = re.fullmatch(r"(.*T\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", written)
    if not match:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}{(match[2] or '')[:7]}{match[3].replace('Z', '+00:00')}")
    except ValueError:
        return None


def day(written: str) -> date | None:
    """A date, with or without zone."""
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def required_day(written: str) -> date:
    """A date the schema and the checks have already made sure of."""
    return date.fromisoformat(written[:10])


def incoming(operation: str, raw: bytes, token: dict[str, str]) -> Incoming:
    root = parse(raw)
    info = find(root, "MsgInfo")
    written = text(info, "GenDate")
    kind = find(info, "Type")
    return Incoming(
        operation=operation,
        raw=raw,
        root=root,
        payload=_main_payload(root),
        type=value(info, "Type"),
        type_name="" if kind is None else kind.get("DN", ""),
        msg_id=text(info, "MsgId"),
        gen_date=timestamp(written),
        gen_date_text=written,
        parent=text(info, "ConversationRef/RefToParent"),
        conversation=text(info, "ConversationRef/RefToConversation"),
        sender=_sender(info),
        patient=_patient(info),
        token=token,
    )

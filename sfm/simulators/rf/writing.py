"""Writing what RF sends: MsgHead with a payload, attachments, and application receipts."""

from __future__ import annotations

import base64
import copy
import gzip
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from sfm.core import clock
from sfm.simulators.rf import state
from sfm.simulators.rf.models import Organisation, Practitioner
from sfm.simulators.rf.reading import MSGHEAD, Incoming
from sfm.simulators.rf.verdict import Remark
from sfm.simulators.rf.wording import text_of

APPREC = "http://www.kith.no/xmlstds/apprec/2004-11-21"
BASE64 = "http://www.kith.no/xmlstds/base64container"
FK1 = "http://www.kith.no/xmlstds/felleskomponent1"
RF_NAME, RF_ORGNR, RF_HER = "Reseptformidleren", "994598759", "80624"
_IDS = "2.16.578.1.12.4.1.1.9051"
_PERSON_IDS = "2.16.578.1.12.4.1.1.8116"
_ORG_ID_NAMES = {"ENH": "Organisasjonsnummeret i Enhetsregisteret", "HER": "HER-id", "RSH": "RESH-id"}
_PERSON_ID_NAMES = {"FNR": "Fødselsnummer", "DNR": "D-nummer", "HPR": "HPR-nummer"}
CATEGORY_NAMES = {
    "LE": "Lege",
    "TL": "Tannlege",
    "JO": "Jordmor",
    "SP": "Sykepleier",
    "FA": "Provisorfarmasøyt",
}

Element = etree._Element


def put(parent: Element, tag: str, text: object = None, **attributes: str) -> Element:
    """Append an element in the parent's namespace, unless `tag` is a full name."""
    name = tag if tag.startswith("{") else f"{{{etree.QName(parent).namespace}}}{tag}"
    made = etree.SubElement(parent, name)
    if text is not None:
        made.text = str(text)
    for attribute, written in attributes.items():
        made.set(attribute, written)
    return made


def root(namespace: str, name: str) -> Element:
    return etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace})  # type: ignore[dict-item]  # the stubs forget None


def stamp(instant: datetime) -> str:
    return clock.local(instant).isoformat(timespec="milliseconds")


def ident(parent: Element, number: str, kind: str) -> None:
    person = kind in _PERSON_ID_NAMES
    holder = put(parent, "Ident")
    put(holder, "Id", number)
    names = _PERSON_ID_NAMES if person else _ORG_ID_NAMES
    put(holder, "TypeId", V=kind, S=_PERSON_IDS if person else _IDS, DN=names[kind])


def organisation_part(
    side: Element, organisation: Organisation, person: Practitioner | None, *, with_address: bool = False
) -> None:
    part = put(side, "Organisation")
    put(part, "OrganisationName", organisation.name)
    ident(part, organisation.orgnr, "ENH")
    ident(part, organisation.her, "HER")
    if with_address:
        address = put(part, "Address")
        put(address, "Type", V="RES", DN="Besøksadresse")
        put(address, "StreetAdr", "Oppdiktet gate 1")
        put(address, "PostalCode", "0001")
        put(address, "City", "Oslo")
        telecom = put(part, "TeleCom")
        put(telecom, "TypeTelecom", V="HP", DN="Hovedtelefon")
        put(telecom, "TeleAddress", V=f"tel:{organisation.phone}")
    if person is None:
        return
    professional = put(part, "HealthcareProfessional")
    put(
        professional,
        "TypeHealthcareProfessional",
        V=person.category,
        DN=CATEGORY_NAMES.get(person.category, "Annet"),
    )
    put(professional, "FamilyName", person.family)
    put(professional, "GivenName", person.given)
    ident(professional, person.hpr, "HPR")


def rf_part(side: Element) -> None:
    organisation_part(side, Organisation(her=RF_HER, orgnr=RF_ORGNR, name=RF_NAME), None)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """Type, references and time of a message about to be written."""

    type: str
    name: str
    msg_id: str = ""
    parent: str = ""
    conversation: str = ""


def start(heading: Heading) -> tuple[Element, Element]:
    """A MsgHead with MsgInfo begun; returns both. Sender, Receiver and Patient are for the caller."""
    head = root(MSGHEAD, "MsgHead")
    info = put(head, "MsgInfo")
    put(info, "Type", V=heading.type, DN=heading.name)
    put(info, "MIGversion", "v1.2 2006-05-24")
    put(info, "GenDate", stamp(state.now()))
    put(info, "MsgId", heading.msg_id or str(uuid.uuid4()))
    if heading.parent:
        reference = put(info, "ConversationRef")
        put(reference, "RefToParent", heading.parent)
        put(reference, "RefToConversation", heading.conversation or heading.parent)
    return head, info


def document(head: Element, payload: Element, connection: str = "H") -> None:
    part = put(head, "Document")
    names = {"H": "Hoveddokument", "V": "Vedlegg"}
    put(part, "DocumentConnection", V=connection, DN=names[connection])
    reference = put(part, "RefDoc")
    put(reference, "MsgType", V="XML", DN="XML-instans")
    put(reference, "Content").append(payload)


def attach(head: Element, message: bytes, *, compress: bool) -> None:
    """A whole message as base64, the original bytes, gzip'ed when asked for."""
    container = root(BASE64, "Base64Container")
    container.text = base64.b64encode(gzip.compress(message) if compress else message).decode()
    document(head, container, "V")


def to_bytes(element: Element) -> bytes:
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False)


def answer(
    question: Incoming, heading: Heading, payload: Element, attachments: Sequence[bytes] = ()
) -> bytes:
    """RF's answer in the same call: refers to the question, goes back to its sender, has no patient part."""
    head, info = start(
        Heading(type=heading.type, name=heading.name, parent=question.msg_id, conversation=question.msg_id)
    )
    rf_part(put(info, "Sender"))
    receiver = put(info, "Receiver")
    if question.sender.element is not None:
        receiver.append(copy.deepcopy(question.sender.element))
    document(head, payload)
    for attachment in attachments:
        attach(head, attachment, compress=compresses(question, len(attachments)))
    return to_bytes(head)


def compresses(question: Incoming, count: int) -> bool:
    """`Komprimering` is a threshold: 0 never, n when at least n messages are returned."""
    if question.payload is None:
        return False
    written = question.payload.findtext("{*}Komprimering") or "0"
    threshold = int(written) if written.isdigit() else 0
    return 0 < threshold <= count


def apprec(question: Incoming | None, remarks: Iterable[Remark] = ()) -> bytes:
    """The receipt: status 1 OK without remarks, 2 Avvist with them."""
    remarks = tuple(remarks)
    receipt = root(APPREC, "AppRec")
    put(receipt, "MsgType", V="APPREC", DN="Applikasjonskvittering")
    put(receipt, "MIGversion", "1.0 2004-11-21")
    put(receipt, "SoftwareName", "RF-simulator")
    put(receipt, "GenDate", stamp(state.now()))
    put(receipt, "Id", str(uuid.uuid4()))
    _party(put(receipt, "Sender"), RF_NAME, RF_ORGNR, None)
    _receiver(receipt, question)
    put(receipt, "Status", V="2" if remarks else "1", DN="Avvist" if remarks else "OK")
    for remark in remarks:
        shown = put(receipt, "Error", V=remark.code, S=remark.system, DN=text_of(remark.code, remark.system))
        if remark.about:
            shown.set("OT", remark.about)
    original = put(receipt, "OriginalMsgId")
    put(original, "MsgType", V=(question.type if question else "") or "ukjent")
    put(
        original,
        "IssueDate",
        question.gen_date_text if question and question.gen_date else stamp(state.now()),
    )
    put(original, "Id", (question.msg_id if question else "") or "ukjent")
    return to_bytes(receipt)


def _receiver(receipt: Element, question: Incoming | None) -> None:
    sender = question.sender if question else None
    _party(
        put(receipt, "Receiver"),
        (sender.name if sender else "") or "Ukjent avsender",
        (sender.orgnr if sender else "") or "0",
        (f"{sender.given} {sender.family}".strip(), sender.hpr) if sender and sender.hpr else None,
    )


def _party(side: Element, name: str, orgnr: str, person: tuple[str, str] | None) -> None:
    institution = put(put(side, "HCP"), "Inst")
    put(institution, "Name", name)
    put(institution, "Id", orgnr)
    put(institution, "TypeId", V="ENH", DN=_ORG_ID_NAMES["ENH"])
    if person:
        professional = put(institution, "HCPerson")
        put(professional, "Name", person[0] or "Ukjent")
        put(professional, "Id", person[1])
        put(professional, "TypeId", V="HPR", DN="HPR-nummer")

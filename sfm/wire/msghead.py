"""The envelope of every message: MsgHead v1.2 (eresept.md 2)."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, fields, replace
from datetime import datetime
from io import BytesIO
from typing import Annotated, Final

from lxml import etree

from sfm.wire import binding, safe_xml
from sfm.wire.binding import Tag
from sfm.wire.lexical import decoded, encoded
from sfm.wire.namespaces import BASE64, DSIG, MSGHEAD
from sfm.wire.parties import OtherReceiver, Party, Patient
from sfm.wire.safe_xml import Element, WireFormatError
from sfm.wire.values import CS, CV, TS

MIG_VERSION: Final = "v1.2 2006-05-24"
MAX_ATTACHMENTS: Final = 500
MAX_EXPANDED_BYTES: Final = 50 * 1024 * 1024
MAX_EXPANSION: Final = 100
MAIN_DOCUMENT: Final = CS(code="H", display="Hoveddokument")
ATTACHMENT: Final = CS(code="V", display="Vedlegg")
_XML: Final = CS(code="XML", display="XML-instans")
_GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True)
class ConversationRef:
    parent: Annotated[str, Tag("RefToParent")]
    conversation: Annotated[str, Tag("RefToConversation")]


@dataclass(frozen=True, kw_only=True)
class MessageInfo:
    type: Annotated[CS, Tag("Type")]
    mig_version: Annotated[str, Tag("MIGversion")] = MIG_VERSION
    generated_at: Annotated[datetime, Tag("GenDate")]
    id: Annotated[str, Tag("MsgId")]
    processing_status: Annotated[CS | None, Tag("ProcessingStatus")] = None
    requested_priority: Annotated[CS | None, Tag("RequestedPriority")] = None
    acknowledgement: Annotated[CS | None, Tag("Ack")] = None
    conversation: Annotated[ConversationRef | None, Tag("ConversationRef")] = None
    sender: Annotated[Party, Tag("Sender")]
    receiver: Annotated[Party, Tag("Receiver")]
    other_receivers: Annotated[tuple[OtherReceiver, ...], Tag("OtherReceiver")] = ()
    patient: Annotated[Patient | None, Tag("Patient")] = None


@dataclass(frozen=True, kw_only=True)
class _DocumentHeader:
    connection: Annotated[CS | None, Tag("DocumentConnection")] = None
    content_type: Annotated[CV | None, Tag("ContentType")] = None
    content_description: Annotated[str | None, Tag("ContentDescription")] = None
    content_category: Annotated[CV | None, Tag("ContentCategory")] = None
    consent: Annotated[CV | None, Tag("Consent")] = None
    annotation: Annotated[str | None, Tag("Annotation")] = None
    from_date: Annotated[TS | None, Tag("FromDate")] = None
    to_date: Annotated[TS | None, Tag("ToDate")] = None
    oid: Annotated[str | None, Tag("OidRef")] = None
    enquiry: Annotated[str | None, Tag("EnquiryRefId")] = None


@dataclass(frozen=True, kw_only=True)
class _DocumentReference:
    issued: Annotated[TS | None, Tag("IssueDate")] = None
    kind: Annotated[CS, Tag("MsgType")] = _XML
    id: Annotated[str | None, Tag("Id")] = None
    mime_type: Annotated[str | None, Tag("MimeType")] = None
    description: Annotated[str | None, Tag("Description")] = None
    compression: Annotated[CS | None, Tag("Compression")] = None


@dataclass(frozen=True, kw_only=True)
class Document(_DocumentHeader, _DocumentReference):
    """One document. Exactly one of `xml` (canonical bytes of the payload) and `container` (bytes out of base64)."""

    xml: bytes | None = None
    container: bytes | None = None

    @property
    def message(self) -> bytes:
        """The attached message, unpacked. These are the signed bytes: hand them on as they are."""
        if self.container is None:
            raise WireFormatError("T02", "Vedlegget er ikke base64-pakket.")
        return unpack(self.container)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    info: MessageInfo
    documents: tuple[Document, ...]

    @property
    def attachments(self) -> tuple[bytes, ...]:
        """All messages carried as base64, unpacked, in order."""
        return tuple(document.message for document in self.documents if document.container is not None)


def attachment(message: bytes, *, issued: TS | None = None, compress: bool = False) -> Document:
    """A whole signed message as attachment, byte for byte."""
    return Document(
        connection=ATTACHMENT,
        issued=issued,
        container=gzip.compress(message, mtime=0) if compress else message,
    )


def unpack(data: bytes) -> bytes:
    """The bytes, or what they hold when they carry the gzip magic. At most 50 MB and a ratio of 100."""
    if not data.startswith(_GZIP_MAGIC):
        return data
    limit = min(MAX_EXPANDED_BYTES, max(len(data) * MAX_EXPANSION, 1))
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as packed:
            expanded = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise WireFormatError("T01", "Vedlegget kan ikke pakkes ut.") from error
    if len(expanded) > limit:
        raise WireFormatError("T01", "Vedlegget blir for stort når det pakkes ut.")
    return expanded


def build(envelope: Envelope) -> bytes:
    """The whole message as UTF-8 with XML declaration, without signature."""
    root = safe_xml.new(MSGHEAD, "MsgHead")
    root.append(binding.write(envelope.info, "MsgInfo", MSGHEAD))
    for document in envelope.documents:
        root.append(_document(document))
    return to_bytes(root)


def to_bytes(root: Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def parse(message: bytes, *, limit: int = safe_xml.MAX_BYTES) -> Envelope:
    """Envelope and documents. The caller keeps `message` itself: only those bytes are signed."""
    root = safe_xml.parse(message, limit=limit)
    if root.tag != f"{{{MSGHEAD}}}MsgHead":
        raise WireFormatError("T02", "Meldingen har ikke hodemelding (MsgHead).")
    _refuse_strangers(root)
    info = root.find(f"{{{MSGHEAD}}}MsgInfo")
    documents = root.findall(f"{{{MSGHEAD}}}Document")
    if info is None or not documents:
        raise WireFormatError("T02", "Meldingen mangler hode eller innhold.")
    if len(documents) > MAX_ATTACHMENTS + 1:
        raise WireFormatError("T02", f"Meldingen har mer enn {MAX_ATTACHMENTS} vedlegg.")
    return Envelope(info=binding.read(MessageInfo, info), documents=tuple(map(_read_document, documents)))


def _refuse_strangers(root: Element) -> None:
    known = {f"{{{MSGHEAD}}}MsgInfo", f"{{{MSGHEAD}}}Document", f"{{{DSIG}}}Signature"}
    if any(isinstance(child.tag, str) and child.tag not in known for child in root):
        raise WireFormatError("T02", "Hodemeldingen har et ukjent element.")


def _document(document: Document) -> Element:
    element = binding.write(_part(_DocumentHeader, document), "Document", MSGHEAD)
    reference = binding.write(_part(_DocumentReference, document), "RefDoc", MSGHEAD)
    content = etree.SubElement(reference, f"{{{MSGHEAD}}}Content")
    content.append(_payload(document))
    element.append(reference)
    return element


def _payload(document: Document) -> Element:
    if (document.xml is None) == (document.container is None):
        raise WireFormatError("T02", "Et dokument må ha nøyaktig ett innhold.")
    if document.xml is not None:
        return safe_xml.parse(document.xml)
    container = safe_xml.new(BASE64, "Base64Container")
    container.text = encoded(document.container or b"")
    return container


def _part(cls: type[_DocumentHeader | _DocumentReference], document: Document) -> object:
    return cls(**{field.name: getattr(document, field.name) for field in fields(cls)})


def _read_document(element: Element) -> Document:
    header = binding.read(_DocumentHeader, element)
    reference_element = element.find(f"{{{MSGHEAD}}}RefDoc")
    if reference_element is None:
        raise WireFormatError("T02", "RefDoc mangler.")
    reference = binding.read(_DocumentReference, reference_element)
    document = Document(**{**vars(header), **vars(reference)})
    content = reference_element.find(f"{{{MSGHEAD}}}Content")
    payloads = [] if content is None else [child for child in content if isinstance(child.tag, str)]
    if len(payloads) > 1:
        raise WireFormatError("26", "Flere meldinger i en utveksling støttes ikke.")
    return _with_payload(document, payloads[0]) if payloads else document


def _with_payload(document: Document, payload: Element) -> Document:
    if payload.tag != f"{{{BASE64}}}Base64Container":
        return replace(document, xml=safe_xml.exclusive_c14n(payload))
    try:
        return replace(document, container=decoded(safe_xml.text_of(payload)))
    except ValueError as error:
        raise WireFormatError("T02", "Vedlegget er ikke gyldig base64.") from error

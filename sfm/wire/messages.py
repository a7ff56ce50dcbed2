"""All messages in one table: type code, name, payload; composing and opening a whole message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sfm.wire import (
    authority,
    helfo,
    m1,
    m5,
    m7,
    m10,
    m41,
    m52,
    m92,
    m95,
    m96,
    m97,
    m251,
    m251_extension,
    m271,
    m911,
    m912,
    m921,
    msghead,
    mv,
    safe_xml,
)
from sfm.wire.binding import Root
from sfm.wire.msghead import (
    MAIN_DOCUMENT,
    ConversationRef,
    Document,
    Envelope,
    MessageInfo,
)
from sfm.wire.parties import OtherReceiver, Party, Patient
from sfm.wire.safe_xml import WireFormatError
from sfm.wire.values import CS

_CARRIES_OTHERS: Final = {"ERM96", "ERM98", "ERM912"}


@dataclass(frozen=True, kw_only=True)
class MessageKind:
    """A message type, with the name kodeverk 8279 gives it. `person_signed`: RF demands a personal signature."""

    code: str
    name: str
    root: Root[Any]
    person_signed: bool = False


# RF wants the name «Verify» for ERMV (error 312), whatever the code list says.
_KINDS: Final = (
    MessageKind(code="ERM1", name="Resept", root=m1.PRESCRIPTION, person_signed=True),
    MessageKind(code="ERM3", name="Grunnlag for søknad Legemiddelverket", root=authority.EXEMPTION_PROMPT),
    MessageKind(code="ERM41", name="Forespørsel om referansenummere", root=m41.REQUEST),
    MessageKind(code="ERM42", name="Referansenummer", root=m41.ANSWER),
    MessageKind(code="ERM5", name="Tilbakekalling av resept", root=m5.RECALL, person_signed=True),
    MessageKind(code="ERM52", name="Kvittering på tilbakekalt resept", root=m52.RECEIPT),
    MessageKind(code="ERM6", name="Utleveringsrapport rekvirent", root=m10.PRESCRIBER_REPORT),
    MessageKind(code="ERM7", name="Slettet resept i RF", root=m7.RECALLED),
    MessageKind(code="ERM8", name="Utleveringsrapport fastlege", root=m10.GP_REPORT),
    MessageKind(
        code="ERM91", name="Forespørsel om tilgjengelige resepter på pasient (utleverer)", root=m92.SEARCH
    ),
    MessageKind(code="ERM92", name="Reseptliste (utleverer)", root=m92.LIST),
    MessageKind(code="ERM93", name="Forespørsel om nedlasting av resept", root=authority.DOWNLOAD_REQUEST),
    MessageKind(code="ERM94", name="Nedlasting av resept", root=authority.DOWNLOAD),
    MessageKind(
        code="ERM95",
        name="Forespørsel om tilgjengelige resepter på pasient (rekvirent)",
        root=m95.REQUEST,
        person_signed=True,
    ),
    MessageKind(code="ERM96", name="Reseptliste (rekvirent)", root=m96.ANSWER),
    MessageKind(
        code="ERM97", name="Forespørsel om utleveringer på resept", root=m97.REQUEST, person_signed=True
    ),
    MessageKind(code="ERM98", name="Utleveringer på resept", root=m97.ANSWER),
    MessageKind(code="ERM911", name="Forespørsel om varer i bruk", root=m911.REQUEST, person_signed=True),
    MessageKind(code="ERM912", name="Nedlasting av varer i bruk", root=m912.ANSWER),
    MessageKind(code="ERM921", name="Hent endrede multidosepasienter", root=m921.REQUEST),
    MessageKind(code="ERM922", name="Endrede multidosepasienter", root=m921.ANSWER),
    MessageKind(code="ERM10", name="Utleveringsrapport reseptbanken", root=m10.REPORT),
    MessageKind(
        code="ERM2",
        name="Individuell søknad om refusjon til HELFO",
        root=helfo.APPLICATION,
        person_signed=True,
    ),
    MessageKind(
        code="ERM12", name="Søknadssvar - Individuell søknad om refusjon til HELFO", root=helfo.DECISION
    ),
    MessageKind(code="ERM14", name="Søknad til Legemiddelverket", root=authority.EXEMPTION_APPLICATION),
    MessageKind(code="ERM15", name="Søknadssvar fra Legemiddelverket", root=authority.EXEMPTION_ANSWER),
    MessageKind(code="ERM21", name="Ekspederingsanmodning", root=authority.FORWARDED_REQUEST),
    MessageKind(code="ERM241", name="Samtykkeregistrering", root=authority.SUBSCRIPTION, person_signed=True),
    MessageKind(code="ERM242", name="Svar samtykke", root=authority.SUBSCRIPTION_ANSWER),
    MessageKind(code="ERM251", name="Varer i bruk", root=m251.M251_LIST, person_signed=True),
    MessageKind(code="ERM252", name="Varer i bruk", root=m251.M252_LIST),
    MessageKind(code="ERM253", name="Varer i bruk", root=m251.M253_LIST),
    MessageKind(
        code="ERM271", name="Registrering av multidoseansvarlig", root=m271.REGISTRATION, person_signed=True
    ),
    MessageKind(code="ERM272", name="Svar på registrering av multidoseansvarlig", root=m271.PARTIES),
    MessageKind(code="ERM28", name="Endring av multidoseansvarlig lege", root=m271.TAKE_OVER),
    MessageKind(code="ERMV", name="Verify", root=mv.VERIFY),
)
BY_CODE: Final = {kind.code: kind for kind in _KINDS}
_BY_ROOT: Final = {
    f"{{{namespace}}}{kind.root.name}": kind for kind in _KINDS for namespace in kind.root.namespaces
}
_EXTENSIONS: Final = (m1.EXTENSION, m5.EXTENSION, m251_extension.EXTENSION)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A received message, read. `namespace` is the edition it came in."""

    envelope: Envelope
    kind: MessageKind
    body: Any
    namespace: str
    extensions: tuple[Any, ...] = ()

    @property
    def id(self) -> str:
        return self.envelope.info.id

    @property
    def attachments(self) -> tuple[bytes, ...]:
        return self.envelope.attachments


def compose(
    kind: str,
    body: object,
    *,
    id: str,  # noqa: A002 — MsgId
    generated_at: datetime,
    sender: Party,
    receiver: Party,
    patient: Patient | None = None,
    conversation: ConversationRef | None = None,
    other_receivers: tuple[OtherReceiver, ...] = (),
    attachments: tuple[Document, ...] = (),
    namespace: str | None = None,
) -> bytes:
    """An unsigned message of type `kind` (ERM1 …): the body first, then the attachments."""
    entry = BY_CODE[kind]
    info = MessageInfo(
        type=CS(code=entry.code, display=entry.name),
        generated_at=generated_at,
        id=id,
        conversation=conversation,
        sender=sender,
        receiver=receiver,
        other_receivers=other_receivers,
        patient=patient,
    )
    main = Document(connection=MAIN_DOCUMENT, xml=entry.root.to_xml(body, namespace))
    return msghead.build(Envelope(info=info, documents=(main, *attachments)))


def open_message(message: bytes) -> Opened:
    """Envelope, type and body. The main document is found by its namespace, not by its position."""
    envelope = msghead.parse(message, limit=safe_xml.MAX_LIST_BYTES)
    payloads = [safe_xml.parse(document.xml) for document in envelope.documents if document.xml is not None]
    known = [payload for payload in payloads if payload.tag in _BY_ROOT]
    if len(known) != 1:
        raise WireFormatError("39", "Støtter ikke angitt versjon.")
    kind = _BY_ROOT[str(known[0].tag)]
    if len(message) > safe_xml.MAX_BYTES and kind.code not in _CARRIES_OTHERS:
        raise WireFormatError("T01", "Meldingen er større enn 10 MB.")
    return Opened(
        envelope=envelope,
        kind=kind,
        body=kind.root.parse(known[0]),
        namespace=str(known[0].tag)[1:].partition("}")[0],
        extensions=tuple(_extensions(payloads)),
    )


def _extensions(payloads: list[safe_xml.Element]) -> list[Any]:
    return [root.parse(payload) for payload in payloads for root in _EXTENSIONS if root.holds(payload)]


def extension(root: Root[Any], value: object) -> Document:
    """An extension as additional document after the main one; sent only when a setting says so."""
    return Document(connection=msghead.ATTACHMENT, xml=root.to_xml(value))

"""SOAP 1.1, document/literal, as the published ports speak it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from sfm.simulators.rf.reading import Unreadable, inner_message, local, parse

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PORTS = {
    "rekvirent": "http://rekvirent.webservices.reseptformidleren.ergo.no/",
    "utleverer": "http://utleverer.webservices.reseptformidleren.ergo.no/",
}
# Operation: request element, response element.
ELEMENTS = {
    "M1": ("M1Element", "AppRecElement"),
    "M5": ("M5Element", "AppRecElement"),
    "M25_1": ("M25_1Element", "AppRecElement"),
    "Verify": ("MVElement", "AppRecElement"),
    "M4_1": ("M4_1Element", "M4_2Element"),
    "M24_1": ("M24_1Element", "M24_2Element"),
    "M9_5": ("M9_5Element", "M9_6Element"),
    "M9_7": ("M9_7Element", "M9_8Element"),
    "M9_11": ("M9_11Element", "M9_12Element"),
    "M9_21": ("M9_21Element", "M9_22Element"),
    "M27_1": ("M27_1Element", "M27_2Element"),
}
_BY_ELEMENT = {request: operation for operation, (request, _) in ELEMENTS.items()}


@dataclass(frozen=True, kw_only=True)
class Request:
    operation: str
    message: bytes = field(repr=False)


def read(body: bytes, action: str) -> Request:
    """The operation (by SOAPAction, else by the request element) and the message's own bytes."""
    root = parse(body)
    requests = root.findall(f"{{{SOAP}}}Body/*")
    documents = [] if len(requests) != 1 else requests[0].findall("{*}dokument/*")
    if root.tag != f"{{{SOAP}}}Envelope" or len(documents) > 1:
        raise Unreadable(26 if len(documents) > 1 or len(requests) > 1 else 208)
    if not documents:
        raise Unreadable(18)
    named = action.strip('" ')
    operation = named if named in ELEMENTS else _BY_ELEMENT.get(local(requests[0]), "")
    if not operation:
        raise Unreadable(388)
    return Request(operation=operation, message=inner_message(body, documents[0]))


def answer(operation: str, document: bytes, port: str = "rekvirent") -> bytes:
    namespace = PORTS[port]
    name = ELEMENTS[operation][1] if operation in ELEMENTS else "AppRecElement"
    return _envelope(
        f'<r:{name} xmlns:r="{namespace}"><t:dokument xmlns:t="{namespace}types/">'.encode()
        + document
        + f"</t:dokument></r:{name}>".encode()
    )


def apprec_fault(document: bytes, port: str = "rekvirent") -> bytes:
    """A refusal of a question: the declared fault, with an AppRec inside."""
    detail = (
        f'<r:AppRecFault xmlns:r="{PORTS[port]}"><dokument>'.encode()
        + document
        + b"</dokument></r:AppRecFault>"
    )
    return fault("Meldingen ble avvist", detail)


def fault(reason: str, detail: bytes = b"") -> bytes:
    inside = b"<detail>" + detail + b"</detail>" if detail else b""
    name = etree.Element("faultstring")
    name.text = reason
    return _envelope(
        b"<s:Fault><faultcode>s:Server</faultcode>"
        + etree.tostring(name, encoding="UTF-8", xml_declaration=False)
        + inside
        + b"</s:Fault>"
    )


def _envelope(body: bytes) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="{SOAP}"><s:Body>'.encode()
        + body
        + b"</s:Body></s:Envelope>"
    )

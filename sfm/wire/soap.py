"""SOAP 1.1 as RF's services speak it: document/literal, any XML inside `dokument` (eresept.md 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree

from sfm.wire import apprec, safe_xml
from sfm.wire.safe_xml import Element, WireFormatError

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
REKVIRENT: Final = "http://rekvirent.webservices.reseptformidleren.ergo.no/"
UTLEVERER: Final = "http://utleverer.webservices.reseptformidleren.ergo.no/"
REKVIRENT_PATH: Final = "/Rekvirent/RekvirentWebServiceSoapHttpPort"
UTLEVERER_PATH: Final = "/Utleverer/UtlevererWebServiceSoapHttpPort"
CONTENT_TYPE: Final = "text/xml; charset=utf-8"
_PROLOGUE: Final = re.compile(rb"^(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?\s*")
# Room for the envelope around the largest message.
_LIMIT: Final = safe_xml.MAX_LIST_BYTES + 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a port. `action` is the soapAction. `fault`: an AppRecFault is declared."""

    action: str
    request: str
    response: str
    namespace: str
    fault: bool = False


class SoapFault(Exception):
    """The service answered with a fault that carries no AppRec."""

    def __init__(self, *, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text = code, text


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: a document (for submissions itself an AppRec), or an AppRec in place of the document.

    `apprec` is set whenever the answer is a receipt, wherever it stood; `document` holds its bytes too.
    """

    document: bytes
    apprec: apprec.AppRec | None = None
    faulted: bool = False


def _rekvirent(action: str, request: str, response: str, fault: bool = False) -> Operation:
    return Operation(action=action, request=request, response=response, namespace=REKVIRENT, fault=fault)


def _utleverer(action: str, request: str, response: str, fault: bool = False) -> Operation:
    return Operation(action=action, request=request, response=response, namespace=UTLEVERER, fault=fault)


REKVIRENT_OPERATIONS: Final = {
    operation.action: operation
    for operation in (
        _rekvirent("M1", "M1Element", "AppRecElement"),
        _rekvirent("M5", "M5Element", "AppRecElement"),
        _rekvirent("M25_1", "M25_1Element", "AppRecElement"),
        _rekvirent("Verify", "MVElement", "AppRecElement"),
        _rekvirent("M4_1", "M4_1Element", "M4_2Element"),
        _rekvirent("M24_1", "M24_1Element", "M24_2Element"),
        _rekvirent("M9_5", "M9_5Element", "M9_6Element"),
        _rekvirent("M9_7", "M9_7Element", "M9_8Element", fault=True),
        _rekvirent("M9_11", "M9_11Element", "M9_12Element", fault=True),
        _rekvirent("M9_21", "M9_21Element", "M9_22Element", fault=True),
        _rekvirent("M27_1", "M27_1Element", "M27_2Element", fault=True),
        _rekvirent("M9_5kj", "M95kjElement", "M96kjElement", fault=True),
        _rekvirent("M9_11kj", "M9_11kjElement", "M9_12kjElement", fault=True),
    )
}
UTLEVERER_OPERATIONS: Final = {
    operation.action: operation
    for operation in (
        _utleverer("M9_1", "M9_1Element", "M9_2Element"),
        _utleverer("M9_3", "M9_3Element", "M9_4Element"),
        _utleverer("M3", "M3Element", "AppRecElement"),
        _utleverer("M10", "M10Element", "AppRecElement"),
        _utleverer("M25_2", "M25_2Element", "AppRecElement"),
        _utleverer("M25_3", "M25_3Element", "AppRecElement"),
        _utleverer("M27_1", "M27_1Element", "M27_2Element", fault=True),
        _utleverer("M9_11", "M9_11Element", "M9_12Element", fault=True),
        _utleverer("M9_21", "M9_21Element", "M9_22Element", fault=True),
        _utleverer("Verify", "MVElement", "AppRecElement"),
    )
}
# soapAction of each message type a prescriber sends.
ACTION_OF_KIND: Final = {
    "ERM1": "M1",
    "ERM5": "M5",
    "ERM251": "M25_1",
    "ERMV": "Verify",
    "ERM41": "M4_1",
    "ERM241": "M24_1",
    "ERM95": "M9_5",
    "ERM97": "M9_7",
    "ERM911": "M9_11",
    "ERM921": "M9_21",
    "ERM271": "M27_1",
}


def request(operation: Operation, document: bytes) -> bytes:
    """The envelope around a message. The message's own bytes are put in as they are: they are signed."""
    return _envelope(_element(operation.request, operation.namespace, document))


def response(operation: Operation, document: bytes) -> bytes:
    return _envelope(_element(operation.response, operation.namespace, document))


def apprec_fault(operation: Operation, receipt: bytes, text: str = "AppRecFault") -> bytes:
    """A fault whose detail is an AppRec; inside it `dokument` is unqualified."""
    inner = (
        b'<f:AppRecFault xmlns:f="' + operation.namespace.encode() + b'"><dokument>'
        + _bare(receipt) + b"</dokument></f:AppRecFault>"
    )  # fmt: skip
    return _envelope(_fault("Server", text, b"<detail>" + inner + b"</detail>"))


def fault(code: str, text: str) -> bytes:
    """A plain SOAP fault. `code` is Client or Server."""
    return _envelope(_fault(code, text))


def parse_request(
    data: bytes, *, operations: dict[str, Operation], action: str = ""
) -> tuple[Operation, bytes]:
    """Operation and message. The SOAPAction header decides; without a known one, the request element."""
    body = _body(data)
    element = _only_child(body)
    name = etree.QName(element)
    operation = operations.get(action.strip('" ')) or next(
        (o for o in operations.values() if (o.namespace, o.request) == (name.namespace, name.localname)), None
    )
    if operation is None or name.localname != operation.request:
        raise WireFormatError("39", "Ukjent operasjon.")
    return operation, _document(element)


def parse_response(data: bytes) -> Answer:
    """The answer of any operation. Looks for a receipt in the body and in a fault's detail.

    Raises SoapFault for a fault without AppRec, WireFormatError when it is no SOAP answer at all.
    """
    element = _only_child(_body(data))
    if element.tag == f"{{{SOAP}}}Fault":
        return _answer_of_fault(element)
    document = _document(element)
    return Answer(document=document, apprec=_receipt(document))


def _answer_of_fault(element: Element) -> Answer:
    receipt = next((e for e in element.iter(etree.Element) if apprec.is_apprec(e)), None)
    if receipt is None:
        raise SoapFault(
            code=(element.findtext("faultcode") or "").strip(),
            text=(element.findtext("faultstring") or "").strip(),
        )
    document = safe_xml.exclusive_c14n(receipt)
    return Answer(document=document, apprec=apprec.parse(document), faulted=True)


def _receipt(document: bytes) -> apprec.AppRec | None:
    root = safe_xml.parse(document, limit=_LIMIT)
    return apprec.parse(document) if apprec.is_apprec(root) else None


def _body(data: bytes) -> Element:
    root = safe_xml.parse(data, limit=_LIMIT)
    body = root.find(f"{{{SOAP}}}Body") if root.tag == f"{{{SOAP}}}Envelope" else None
    if body is None:
        raise WireFormatError("T01", "Svaret er ikke en SOAP-konvolutt.")
    return body


def _only_child(element: Element) -> Element:
    children = [child for child in element if isinstance(child.tag, str)]
    if len(children) != 1:
        raise WireFormatError("26", "Flere meldinger i en utveksling støttes ikke.")
    return children[0]


def _document(element: Element) -> bytes:
    """The XML inside `dokument`, cut loose in the canonical form its signature is computed over."""
    wrapper = _only_child(element)
    if etree.QName(wrapper).localname != "dokument":
        raise WireFormatError("T02", "dokument mangler i SOAP-meldingen.")
    return safe_xml.exclusive_c14n(_only_child(wrapper))


def _element(name: str, namespace: str, document: bytes) -> bytes:
    start = f'<r:{name} xmlns:r="{namespace}"><t:dokument xmlns:t="{namespace}types/">'.encode()
    return start + _bare(document) + f"</t:dokument></r:{name}>".encode()


def _bare(document: bytes) -> bytes:
    """Without byte order mark and XML declaration, which may only stand first in a file."""
    return _PROLOGUE.sub(b"", document, count=1)


def _fault(code: str, text: str, detail: bytes = b"") -> bytes:
    root = etree.Element("x")
    root.text = text
    escaped = etree.tostring(root, encoding="UTF-8")[len(b"<x>") : -len(b"</x>")] if text else b""
    return (
        b"<s:Fault><faultcode>s:" + code.encode() + b"</faultcode><faultstring>"
        + escaped + b"</faultstring>" + detail + b"</s:Fault>"
    )  # fmt: skip


def _envelope(body: bytes) -> bytes:
    start = f'<?xml version="1.0" encoding="UTF-8"?>\n<s:Envelope xmlns:s="{SOAP}"><s:Body>'.encode()
    return start + body + b"</s:Body></s:Envelope>"

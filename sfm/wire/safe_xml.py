"""Reading XML from strangers: no DTD, no entities, no network, bounded size and depth."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lxml import etree

from sfm.core.clock import OSLO
from sfm.core.errors import SfmError

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_LIST_BYTES: Final = 50 * 1024 * 1024  # answers that carry attachments: M9.6 and its kin
MAX_DEPTH: Final = 100
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")

_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
Element = etree._Element


class WireFormatError(SfmError):
    """The message cannot be read or written.

    `code` is a receipt code: T01 (not XML we accept), T02 (does not fit the format), 25 (not UTF-8),
    or the code of kodeverk 7419 that RF would have answered with.
    """

    status = 422
    text = "Meldingen har feil format."

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text, code=code)


def parse(data: bytes, *, limit: int = MAX_BYTES) -> Element:
    """The root element. Comments are dropped: a signature does not cover them, so they must not split a text."""
    _refuse_by_bytes(data, limit)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        remove_comments=True,
        huge_tree=limit > MAX_BYTES,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise WireFormatError("T01", "Meldingen er ikke gyldig XML.") from error
    _refuse_by_tree(root)
    return root


def _refuse_by_bytes(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise WireFormatError("T01", f"Meldingen er større enn {limit // (1024 * 1024)} MB.")
    declared = _DECLARED_ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8"):
        raise WireFormatError("25", "XML-feil på encoding. Kun UTF-8 støttes.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WireFormatError("25", "XML-feil på encoding. Kun UTF-8 støttes.") from error
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise WireFormatError("T01", "Meldingen har en DTD. Det er ikke tillatt.")


def _refuse_by_tree(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise WireFormatError("T01", "Meldingen har en DTD. Det er ikke tillatt.")
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise WireFormatError("T01", f"Meldingen er nøstet dypere enn {MAX_DEPTH} nivåer.")


def new(ns: str, name: str, parent: Element | None = None) -> Element:
    """An element whose namespace is the default one from here on; no declaration when it already is."""
    nsmap: Any = {None: ns}
    if parent is None:
        return etree.Element(f"{{{ns}}}{name}", nsmap=nsmap)
    inherited: Any = parent.nsmap
    return etree.SubElement(parent, f"{{{ns}}}{name}", nsmap=None if inherited.get(None) == ns else nsmap)


def text_of(element: Element) -> str:
    """All text directly inside the element, also when a processing instruction stands in the middle."""
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def exclusive_c14n(element: Element) -> bytes:
    """The element alone, in the canonical form its signature is computed over."""
    return _canonical(element)


def canonical_document(root: Element) -> bytes:
    """The whole document, with what stands outside the root: what URI="" refers to."""
    return _canonical(root.getroottree())


def _canonical(what: Any) -> bytes:
    try:
        return etree.tostring(what, method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError as error:  # a relative namespace name
        raise WireFormatError("T01", "Meldingen har et ugyldig navnerom.") from error


def same_content(left: bytes, right: bytes) -> bool:
    """Whether two documents say the same, whatever prefixes, layout and lexical forms they use."""
    return content(parse(left)) == content(parse(right))


def content(element: Element) -> object:
    """A comparable value of an element: names, attributes and text, normalised; empty elements left out."""
    children = tuple(
        content(child) for child in element if isinstance(child.tag, str) and not is_empty(child)
    )
    attributes = tuple(
        sorted(
            (str(name), _lexical(str(value))) for name, value in element.attrib.items() if _says(name, value)
        )
    )
    return (element.tag, attributes, children or _lexical(text_of(element)))


def _says(name: str | bytes, value: str | bytes) -> bool:
    return bool(value) and not str(name).startswith(_XSI)


def is_empty(element: Element) -> bool:
    return not len(element) and not element.attrib and not (element.text or "").strip()


def _lexical(value: str) -> object:
    value = value.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?", value):
        return value[:10]
    if re.match(r"\d{4}-\d\d-\d\dT", value):
        return _instant(value)
    if re.fullmatch(r"[+-]?\d{1,12}(\.\d+)?", value):
        return _number(value)
    if value in ("true", "false"):
        return Decimal(int(value == "true"))
    return value if re.search(r"\s", value) is None or len(value) < 200 else "".join(value.split())


def _number(value: str) -> object:
    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def _instant(value: str) -> object:
    try:
        instant = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
    except ValueError:
        return value
    return (instant if instant.tzinfo else instant.replace(tzinfo=OSLO)).timestamp()

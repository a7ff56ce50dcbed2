"""The XML form of a resource: the same content as the JSON form, element by element in the order of the standard."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from lxml import etree

from sfm.fhir.data_sharing.r4 import structure
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault
from sfm.wire import safe_xml

if TYPE_CHECKING:
    from sfm.fhir.data_sharing.r4.structure import Element

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
NAMESPACES: Any = {None: FHIR}
MAX_BYTES = 1024 * 1024
NUMBERS = ("integer", "unsignedInt", "positiveInt", "decimal")
Node = etree._Element


def write(resource: dict[str, Any]) -> bytes:
    root = etree.Element(f"{{{FHIR}}}{resource['resourceType']}", nsmap=NAMESPACES)
    _fill(root, resource, resource["resourceType"])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def read(data: bytes) -> dict[str, Any]:
    """Raises BadContent for what is not a FHIR resource in XML; whether it is a right one is `check`'s to say."""
    try:
        root = safe_xml.parse(data, limit=MAX_BYTES)
    except safe_xml.WireFormatError as error:
        raise _bad("", "not XML we accept") from error
    return _resource(root, "")


def _fill(node: Node, value: dict[str, Any], kind: str) -> None:
    for name, element in structure.elements_of(kind).items():
        if name not in value:
            continue
        if (name == "url" and kind == "Extension") or (name == "id" and not structure.is_resource(kind)):
            node.set(name, value[name])
            continue
        for part in value[name] if element.many else [value[name]]:
            _add(node, part, element)


def _add(node: Node, value: Any, element: Element) -> None:
    if element.type == "xhtml":
        node.append(etree.fromstring(value, etree.XMLParser(resolve_entities=False, no_network=True)))
        return
    child = etree.SubElement(node, f"{{{FHIR}}}{element.name}")
    if element.type == structure.RESOURCE:
        inner = etree.SubElement(child, f"{{{FHIR}}}{value['resourceType']}")
        _fill(inner, value, value["resourceType"])
    elif element.is_primitive:
        child.set("value", str(value).lower() if isinstance(value, bool) else str(value))
    else:
        _fill(child, value, element.type)


def _resource(node: Node, path: str) -> dict[str, Any]:
    name = _name(node, path)
    if not structure.is_resource(name):
        raise _bad(path, "not a resource of a known type")
    return {"resourceType": name} | _object(node, name, path or name)


def _object(node: Node, kind: str, path: str) -> dict[str, Any]:
    known = structure.elements_of(kind)
    found: dict[str, Any] = {str(name): str(value) for name, value in node.attrib.items() if name in known}
    for child in _elements(node):
        element = known.get(_name(child, path))
        if element is None:
            raise _bad(path, "unknown element")
        value = _value(child, element, f"{path}.{element.name}")
        if element.many:
            found.setdefault(element.name, []).append(value)
        elif element.name in found:
            raise _bad(path, "an element stands twice")
        else:
            found[element.name] = value
    return found


def _value(node: Node, element: Element, path: str) -> Any:
    if element.type == "xhtml":
        return etree.tostring(node, encoding="unicode", with_tail=False)
    if element.type == structure.RESOURCE:
        inner = _elements(node)
        if len(inner) != 1:
            raise _bad(path, "must hold one resource")
        return _resource(inner[0], path)
    if not element.is_primitive:
        return _object(node, element.type, path)
    return _primitive(str(node.get("value", "")), element.type, path)


def _primitive(text: str, kind: str, path: str) -> Any:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind not in NUMBERS or len(text) > 40:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _bad(path, "not a number") from error
    if not number.is_finite():
        raise _bad(path, "not a number")
    return number if kind == "decimal" or number != number.to_integral_value() else int(number)


def _elements(node: Node) -> list[Node]:
    """Without processing instructions."""
    tags: list[tuple[Any, Node]] = [(child.tag, child) for child in node]
    return [child for tag, child in tags if isinstance(tag, str)]


def _name(node: Node, path: str) -> str:
    tag = etree.QName(node)
    wanted = XHTML if tag.localname == "div" else FHIR
    if tag.namespace != wanted:
        raise _bad(path, "another namespace than FHIR's")
    return tag.localname


def _bad(path: str, what: str) -> BadContent:
    return BadContent(
        Fault(path=path, code="structure", text="Innholdet er ikke gyldig FHIR i XML.", diagnostics=what)
    )

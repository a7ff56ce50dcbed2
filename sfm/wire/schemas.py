"""Validation against the official schemas, which are found, never shipped (eresept.md 15)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sfm.wire import safe_xml
from sfm.wire.namespaces import MSGHEAD
from sfm.wire.safe_xml import Element, WireFormatError

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_BESIDE_THE_PROJECT: Final = Path(__file__).resolve().parents[3] / "shared" / "schemas"
_ENVELOPE: Final = "MsgHead-v1_2.xsd"


def directory() -> Path | None:
    """SFM_SCHEMAS_DIR, else `../shared/schemas` beside the project, else None."""
    configured = os.environ.get("SFM_SCHEMAS_DIR")
    folder = Path(configured) if configured else _BESIDE_THE_PROJECT
    return folder if (folder / _ENVELOPE).is_file() else None


def validate(message: bytes) -> list[str]:
    """What is wrong with a message: first the envelope, then each payload. Empty when nothing, or no schemas.

    A payload whose namespace has no usable schema (the XSD 1.1 extensions) is passed over.
    """
    folder = directory()
    if folder is None:
        return []
    root = safe_xml.parse(message, limit=safe_xml.MAX_LIST_BYTES)
    if root.tag != f"{{{MSGHEAD}}}MsgHead":
        return _faults(folder, root)
    problems = _check(_envelope(folder), root)
    contents = root.iterfind(f".//{{{MSGHEAD}}}RefDoc/{{{MSGHEAD}}}Content")
    payloads = (child for content in contents for child in content if isinstance(child.tag, str))
    return problems + [fault for payload in payloads for fault in _faults(folder, payload)]


def ensure_valid(message: bytes) -> None:
    """Raise T02 with the first fault. Silent when there are no schemas."""
    problems = validate(message)
    if problems:
        raise WireFormatError("T02", f"Meldingen validerer ikke: {problems[0]}")


def _faults(folder: Path, element: Element) -> list[str]:
    namespace = etree.QName(element).namespace or ""
    if namespace not in registry(folder):
        return [] if _is_extension(namespace) else [f"ukjent navnerom {namespace}"]
    # A copy of its own: ids must be unique within one payload, not across them.
    return _check(
        _schema(folder, namespace),
        safe_xml.parse(safe_xml.exclusive_c14n(element), limit=safe_xml.MAX_LIST_BYTES),
    )


def _is_extension(namespace: str) -> bool:
    return "/extension/" in namespace


def _check(schema: etree.XMLSchema, element: Element) -> list[str]:
    if schema.validate(element):
        return []
    return [f"linje {entry.line}: {entry.message}" for entry in schema.error_log]  # type: ignore[attr-defined]


@cache
def registry(folder: Path) -> dict[str, Path]:
    """Which file describes a namespace. Strict files win over lax copies; the XSD 1.1 extensions are left out."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.xsd"), key=lambda p: ("lax" in p.name or "loose" in p.name, p.name)):
        namespace = etree.parse(str(path)).getroot().get("targetNamespace")
        if namespace and not _is_extension(namespace):
            found.setdefault(namespace, path)
    return found


@cache
def _schema(folder: Path, namespace: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(registry(folder)[namespace]), _parser(folder)))


@cache
def _envelope(folder: Path) -> etree.XMLSchema:
    """MsgHead with its `any` made lax: no one schema can import all payloads."""
    tree = etree.parse(str(folder / _ENVELOPE), _parser(folder))
    for wildcard in tree.iter(f"{_XS}any"):
        wildcard.set("processContents", "lax")
    return etree.XMLSchema(tree)


def _parser(folder: Path) -> etree.XMLParser:
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    parser.resolvers.add(_ByBaseName(folder))
    return parser


class _ByBaseName(etree.Resolver):
    """schemaLocation points into folders we do not have; the base name is enough."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def resolve(self, system_url: str, *rest: Any) -> Any:
        path = self._folder / Path(system_url or "").name
        if not path.is_file():
            return self.resolve_empty(rest[-1])  # type: ignore[attr-defined]
        return self.resolve_filename(str(path), rest[-1])  # type: ignore[attr-defined]

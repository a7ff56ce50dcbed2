"""Reading export files: tolerant in what it takes, exact in what it says about it (integration.md 10.4, 10.5)."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from lxml import etree

from sfm.wire import lexical, safe_xml, schemas
from sfm.wire.safe_xml import Element, WireFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMESPACE: Final = "http://www.kith.no/xmlstds/eresept/forskrivningsmodul/export/2019-11-13"
NS: Final = f"{{{NAMESPACE}}}"
SCHEMA: Final = "FmSfmExportImportFormatDefinition.xsd"
MAX_BYTES: Final = 256 * 1024 * 1024
MOST_FAULTS: Final = 200
EXPORT, PATIENT = "ExportImport", "PasientExport"


def parse(data: bytes, root: str) -> Element:
    """The root element of an export file. Raises WireFormatError."""
    element = safe_xml.parse(data, limit=MAX_BYTES)
    if element.tag != f"{NS}{root}":
        found = etree.QName(element).localname
        raise WireFormatError("T02", f"Filen skal ha roten {root}, men har {found}.")
    return element


def schema_faults(root: Element) -> list[str]:
    """What the official schema says, as «Element: fault»; empty without schemas. Never a reason to refuse."""
    folder = schemas.directory()
    if folder is None or not (folder / SCHEMA).is_file():
        return []
    schema = _schema(folder)
    schema.validate(root)
    log: Any = schema.error_log
    return [_fault(entry) for entry in islice(log, MOST_FAULTS)]


@cache
def _schema(folder: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(folder / SCHEMA)))


def _fault(entry: Any) -> str:
    """Where and what, without the value that was wrong: it may say something about a person."""
    said = str(entry.message).replace(NS, "").partition(" Expected")[0]
    where = said.partition(":")[0]
    return f"linje {entry.line}: " + (f"{where}: ugyldig verdi" if "value" in said else said)[:160]


def child(element: Element | None, *path: str) -> Element | None:
    """The first element down the path."""
    for name in path:
        element = element.find(f"{NS}{name}") if element is not None else None
    return element


def children(element: Element | None, *path: str) -> Iterator[Element]:
    """All elements of the last name, below the first of the others."""
    above = child(element, *path[:-1])
    if above is not None:
        yield from above.iterfind(f"{NS}{path[-1]}")


def text(element: Element | None, *path: str) -> str:
    found = child(element, *path)
    return safe_xml.text_of(found).strip() if found is not None else ""


def code(element: Element | None, *path: str) -> str:
    """@V of a coded element."""
    found = child(element, *path)
    return (found.get("V") or "").strip() if found is not None else ""


def display(element: Element | None, *path: str) -> str:
    found = child(element, *path)
    return (found.get("DN") or "").strip() if found is not None else ""


def flag(element: Element | None, *path: str) -> bool | None:
    """True, False, or None for what is not said or cannot be read."""
    try:
        return lexical.to_flag(text(element, *path))
    except KeyError:
        return None


def day(element: Element | None, *path: str) -> date | None:
    said = text(element, *path)
    try:
        return lexical.to_day(said) if said else None
    except ValueError:
        return None


def instant(element: Element | None, *path: str) -> datetime | None:
    """Without offset it is Norwegian time."""
    said = text(element, *path)
    try:
        return lexical.to_instant(said) if said else None
    except ValueError:
        return None


def ident(said: str, *, scope: str = "") -> UUID | None:
    """FM's GUID as it is; another text as a UUID made of it, the same every time; nothing gives None."""
    if not said:
        return None
    try:
        return UUID(said)
    except ValueError:
        return uuid5(NAMESPACE_OID, f"sfm-migration/{scope}/{said}")


def numbers(element: Element | None) -> dict[str, str]:
    """The identifiers of a person or organisation, by the type the source gives them: FNR, DNR, HPR, HER, ENH."""
    found: dict[str, str] = {}
    for one in children(element, "Ident"):
        kind, value = code(one, "TypeId").upper(), text(one, "Id")
        if kind and value:
            found.setdefault(kind, value)
    return found


def as_text(element: Element) -> str:
    """The element alone, as XML, to be kept."""
    made: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return made

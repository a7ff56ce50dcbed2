"""Reads an M30 as a stream. Memory does not grow with the file: every entry is dropped once it is read."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING

from lxml import etree

from sfm.core.clock import OSLO
from sfm.fest.importer.elements import local
from sfm.fest.importer.entries import rows
from sfm.fest.importer.errors import Refused
from sfm.fest.importer.vocabulary import CATALOGUE_OF, ENTRY_TAGS, EXTRACTED, REFERENCE_TAGS, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfm.fest.importer.entries import Row

BROKEN = (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error, EOFError)


@dataclass(kw_only=True)
class Reading:
    """What has been seen so far; complete when the stream has ended."""

    extracted_at: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    references: set[str] = field(default_factory=set)

    @property
    def extracted_on(self) -> datetime:
        moment = datetime.fromisoformat(self.extracted_at)
        return moment if moment.tzinfo else moment.replace(tzinfo=OSLO)


def check_root(stream: IO[bytes]) -> None:
    """Refuse what is not an M30 2.5.1 before any of it is kept.

    :raises Refused: not XML, another format or version, or with a document type.
    """
    parser = etree.XMLPullParser(events=("start",), no_network=True, resolve_entities=False)
    try:
        parser.feed(stream.read(65_536))
        root = next((found for _, found in parser.read_events() if isinstance(found, etree._Element)), None)
    except BROKEN as error:
        raise Refused(f"Filen er avkortet eller ødelagt, eller ikke XML: {error}") from error
    if root is None:
        raise Refused("Filen er tom.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("Filen har en dokumenttype (DTD). Det har aldri FEST.")
    if root.tag != ROOT:
        raise Refused(f"Filen er ikke FEST M30 versjon 2.5.1: roten er {root.tag}.")


def read(stream: IO[bytes], reading: Reading, *, on_extracted: Callable[[], None]) -> Iterator[Row]:
    """Every row of the file, in the order of the file. Fills `reading` on the way.

    `on_extracted` runs as soon as HentetDato is known, before any row.

    :raises Refused: truncated, malformed, or an entry that does not have the shape it must have.
    """
    try:
        context = etree.iterparse(
            stream,
            events=("end",),
            tag=(*ENTRY_TAGS, EXTRACTED),
            huge_tree=True,
            no_network=True,
            resolve_entities=False,
        )
        for _, element in context:
            if element.tag == EXTRACTED:
                note_extraction(element, reading)
                on_extracted()
                continue
            yield from entry_rows(element, reading)
    except BROKEN as error:
        raise Refused(f"Filen er avkortet eller ødelagt: {error}") from error
    if not reading.extracted_at:
        raise Refused("Filen mangler HentetDato.")


def note_extraction(element: etree._Element, reading: Reading) -> None:
    reading.extracted_at = (element.text or "").strip()
    try:
        _ = reading.extracted_on
    except ValueError as error:
        raise Refused(f"HentetDato «{reading.extracted_at}» er ikke et tidspunkt.") from error


def entry_rows(element: etree._Element, reading: Reading) -> Iterator[Row]:
    """The rows of one entry; it is dropped from memory when they have been taken."""
    catalogue = CATALOGUE_OF[element.tag]
    reading.counts[catalogue] += 1
    reading.references.update([reference.text or "" for reference in element.iter(*REFERENCE_TAGS)])
    try:
        yield from rows(element)
    except (KeyError, IndexError, ValueError) as error:
        identity = element[0].text if len(element) else "uten id"
        raise Refused(
            f"Oppføringen {identity} ({local(element.tag)}) har uventet innhold: {error!r}."
        ) from error
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]

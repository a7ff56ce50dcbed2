"""Validation against the official schema, for those who have it. Slow (several times the import), so on request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from lxml import etree

from sfm.fest.importer.errors import Refused
from sfm.fest.importer.source import xml_stream
from sfm.fest.importer.vocabulary import ENTRY_TAGS

if TYPE_CHECKING:
    from os import PathLike

SCHEMA = "ER-M30-2014-12-01.xsd"


def folder() -> Path:
    """Where the official schemas are: the setting, else beside the repository."""
    return Path(settings.SCHEMAS_DIR or settings.BASE_DIR.parent / "shared" / "schemas")


def validate(path: Path | PathLike[str]) -> None:
    """:raises Refused: not valid, or the schemas are not here."""
    schema_file = folder() / SCHEMA
    if not schema_file.is_file():
        raise Refused(
            "De offisielle skjemaene er ikke installert (SFM_SCHEMAS_DIR). Importer uten --validate."
        )
    schema = etree.XMLSchema(etree.parse(schema_file))
    with xml_stream(Path(path)) as stream:
        try:
            for _, element in etree.iterparse(stream, tag=ENTRY_TAGS, schema=schema, huge_tree=True):
                _drop(element)
        except etree.XMLSyntaxError as error:
            raise Refused(f"Filen følger ikke skjemaet {SCHEMA}: {error}") from error


def _drop(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]

"""The elements of the R4 types we meet, from `elements.txt`: facts of the standard, as data.

A line is a type and its elements in the order of the standard, continued on indented lines. An element is written
`name:type`, then `*` for a list, `!` for required, `~group` for one of a choice, `=a|b` for the values of a code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("elements.txt")
RESOURCE = "Resource"
_ELEMENT = re.compile(r"(\w+):(\w+)(\*?)(!?)(?:~(\w+)(!?))?(?:=(\S+))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    name: str
    type: str
    many: bool
    required: bool
    choice: str  # «value» of valueString and its kin
    codes: frozenset[str]

    @property
    def is_primitive(self) -> bool:
        return self.type[0].islower()


Elements = MappingProxyType[str, Element]


def elements_of(type_name: str) -> Mapping[str, Element]:
    """The elements of a type by name, in order. Raises KeyError for a type we do not know."""
    return _types()[type_name]


def is_resource(type_name: str) -> bool:
    return type_name in _types() and "implicitRules" in _types()[type_name]


@cache
def _types() -> dict[str, Elements]:
    text = re.sub(r"\n +", " ", FILE.read_text(encoding="utf-8"))
    return dict(_type(line) for line in text.splitlines())


def _type(line: str) -> tuple[str, Elements]:
    name, *parts = line.split()
    return name, MappingProxyType({element.name: element for element in map(_element, parts)})


def _element(text: str) -> Element:
    found = _ELEMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"not an element: {text}")
    name, kind, many, required, choice, needed, codes = found.groups()
    return Element(
        name=name,
        type=kind,
        many=bool(many),
        required=bool(required or needed) and not choice,
        choice=choice or "",
        codes=frozenset((codes or "").split("|")) - {""},
    )

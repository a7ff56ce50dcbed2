"""Reading one entry: children grouped by local name in a single pass, which is what makes a full file fast."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

    Fields = dict[str, list[_Element]]

_LOCAL: dict[str, str] = {}
as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def local(tag: object) -> str:
    """The name without its namespace; remembered, because a file has a hundred names and a million elements."""
    if not isinstance(tag, str):
        return ""  # a comment
    return _LOCAL.setdefault(tag, tag.rpartition("}")[2])


def children(element: _Element) -> Fields:
    fields: Fields = {}
    for child in element:
        name = _LOCAL.get(child.tag) or local(child.tag)
        if name in fields:
            fields[name].append(child)
        else:
            fields[name] = [child]
    return fields


def text(fields: Fields, name: str) -> str:
    found = fields.get(name)
    return (found[0].text or "").strip() if found else ""


def date(fields: Fields, name: str) -> str | None:
    return text(fields, name) or None


def flag(fields: Fields, name: str) -> bool:
    return text(fields, name) in {"true", "1"}


def texts(fields: Fields, name: str) -> list[str]:
    return [element.text or "" for element in fields.get(name, ())]


def value(fields: Fields, name: str) -> str:
    """The V of a coded element; "" when absent."""
    found = fields.get(name)
    return found[0].get("V") or "" if found else ""


def display(fields: Fields, name: str) -> str:
    found = fields.get(name)
    return found[0].get("DN") or "" if found else ""


def coded(fields: Fields, name: str) -> list[list[str]]:
    """Every occurrence as [V, DN]."""
    return [[element.get("V") or "", element.get("DN") or ""] for element in fields.get(name, ())]


def values(fields: Fields, name: str) -> list[str]:
    return [element.get("V") or "" for element in fields.get(name, ())]


def quantity(fields: Fields, name: str) -> tuple[str, str]:
    """(V, U) of a PQ."""
    found = fields.get(name)
    return (found[0].get("V") or "", found[0].get("U") or "") if found else ("", "")

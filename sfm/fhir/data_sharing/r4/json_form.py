"""JSON from strangers: bounded in size and depth, numbers as they were written, nothing said twice."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sfm.fhir.data_sharing.r4.faults import BadContent, Fault

MAX_DEPTH = 40
MAX_DIGITS = 40  # of a number
_MARK = uuid4().hex  # around a number on its way out; nobody outside this process knows it
_MARKED = re.compile(f'"{_MARK}([^"]*)"')


class Written(Decimal):
    """A number a stranger wrote: its digits are kept, 1.0 is not 1 (fhir.md 9)."""


def read(data: bytes) -> dict[str, Any]:
    """Raises BadContent. Empty texts count as absent; a byte order mark is taken off (fhir.md 9)."""
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as error:
        raise _bad("not valid JSON") from error
    if not isinstance(value, dict):
        raise _bad("not a JSON object")
    if _depth(value) > MAX_DEPTH:
        raise _bad("nested too deep")
    return value


def write(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number)
    return (_MARKED.sub(r"\1", text) if _MARK in text else text).encode()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return {name: value for name, value in found.items() if value != ""}


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_DIGITS:
        raise ValueError("too many digits")
    return Written(text)


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError("too many digits")
    return int(text)


def _constant(_text: str) -> Any:
    raise ValueError("not a number")


def _number(value: object) -> object:
    if isinstance(value, Written):
        return f"{_MARK}{value}"
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"cannot be written: {type(value).__name__}")


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        part, level = waiting.pop()
        deepest = max(deepest, level)
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        waiting += [(one, level + 1) for one in inner]
    return deepest


def _bad(what: str) -> BadContent:
    return BadContent(
        Fault(path="", code="structure", text="Innholdet er ikke gyldig JSON.", diagnostics=what)
    )

"""Whether a resource has the form R4 gives it: known elements, right types, required ones there, codes that exist."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sfm.fhir.data_sharing.r4 import structure
from sfm.fhir.data_sharing.r4.faults import BadContent, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfm.fhir.data_sharing.r4.structure import Element

MAX_FAULTS = 50
_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONE = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"
_TEXT = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]+"
PATTERNS = {
    name: re.compile(pattern, re.ASCII if name != "string" else 0)
    for name, pattern in {
        "string": _TEXT,
        "date": _DATE,
        "dateTime": rf"{_DATE}(T{_TIME}{_ZONE}?)?",  # without offset: read as Norwegian time (fhir.md 10.1)
        "instant": rf"\d{{4}}-\d\d-\d\dT{_TIME}{_ZONE}",
        "time": _TIME,
        "code": r"\S+( \S+)*",
        "id": r"[A-Za-z0-9.-]{1,64}",
        "oid": r"urn:oid:[0-2](\.(0|[1-9]\d*))+",
        "uuid": r"urn:uuid:[0-9a-f-]{36}",
        "uri": r"\S+",
        "base64Binary": r"[A-Za-z0-9+/=\s]+",
    }.items()
}
SAME_AS = {"markdown": "string", "xhtml": "string", "url": "uri", "canonical": "uri"}
LEAST = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}


def check(resource: Mapping[str, Any], expected: str) -> None:
    """Raises BadContent with every fault found."""
    if resource.get("resourceType") != expected:
        raise BadContent(_fault("resourceType", "structure", f"expected a {expected}"))
    found = [fault for fault, _ in zip(_resource(resource, expected), range(MAX_FAULTS), strict=False)]
    if found:
        raise BadContent(*found)


def _resource(value: Any, path: str) -> Iterator[Fault]:
    kind = value.get("resourceType") if isinstance(value, dict) else None
    if not isinstance(kind, str) or not structure.is_resource(kind):
        yield _fault(path, "structure", "not a resource of a known type")
        return
    yield from _object({name: part for name, part in value.items() if name != "resourceType"}, kind, path)


def _object(value: Any, kind: str, path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _fault(path, "structure", "must be an object")
        return
    if not value:
        yield _fault(path, "structure", "must not be empty")
    known = structure.elements_of(kind)
    for name, part in value.items():
        yield from _member(name, part, known, path)
    yield from _missing(value, known, path)
    if kind == "Extension" and ("extension" in value) == any(name.startswith("value") for name in value):
        yield _fault(path, "invariant", "an extension has either a value or extensions")


def _member(name: str, value: Any, known: Mapping[str, Element], path: str) -> Iterator[Fault]:
    element = known.get(name.removeprefix("_"))
    here = f"{path}.{name.removeprefix('_')}"
    if element is None or (name.startswith("_") and not element.is_primitive):
        # the name comes from outside: it could hold anything, so it is not repeated
        yield _fault(path, "structure", "unknown element")
    elif name.startswith("_"):
        yield from _beside(value, element, here)
    elif not element.many:
        yield from _value(value, element, here)
    elif not isinstance(value, list) or not value:
        yield _fault(here, "structure", "must be a list with something in it")
    else:
        for index, part in enumerate(value):
            yield from _value(part, element, f"{here}[{index}]")


def _beside(value: Any, element: Element, path: str) -> Iterator[Fault]:
    """The extensions of a primitive. Accepted in form, and not used."""
    if not isinstance(value, list if element.many else dict):
        yield _fault(path, "structure", "must stand as its element does")


def _value(value: Any, element: Element, path: str) -> Iterator[Fault]:
    if element.type == structure.RESOURCE:
        yield from _resource(value, path)
    elif not element.is_primitive:
        yield from _object(value, element.type, path)
    elif not is_a(element.type, value):
        yield _fault(path, "value", f"must be a {element.type}")
    elif element.codes and value not in element.codes:
        yield _fault(path, "code-invalid", "must be one of " + ", ".join(sorted(element.codes)))


def _missing(value: Mapping[str, Any], known: Mapping[str, Element], path: str) -> Iterator[Fault]:
    for element in known.values():
        if element.required and element.name not in value:
            yield _fault(f"{path}.{element.name}", "required", "missing")
    groups = [known[name].choice for name in value if name in known and known[name].choice]
    if len(groups) != len(set(groups)):
        yield _fault(path, "structure", "more than one of a choice")


def is_a(kind: str, value: Any) -> bool:
    """Whether a JSON value is of the primitive type."""
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in LEAST:
        return isinstance(value, int) and not isinstance(value, bool) and LEAST[kind] <= value < 2**31
    if kind == "decimal":
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    pattern = PATTERNS[SAME_AS.get(kind, kind)]
    return isinstance(value, str) and pattern.fullmatch(value) is not None and _exists(kind, value)


def _exists(kind: str, value: str) -> bool:
    """Whether a complete date is in the calendar; the patterns take 31 February."""
    if kind not in ("date", "dateTime", "instant") or len(value) < len("2026-01-01"):
        return True
    try:
        date.fromisoformat(value[:10])
        if "T" in value:
            datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value).replace(":60", ":59"))
    except ValueError:
        return False
    return True


def _fault(path: str, code: str, what: str) -> Fault:
    return Fault(path=path, code=code, text=f"Feil i {path}.", diagnostics=f"{path}: {what}")

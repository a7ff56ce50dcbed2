"""From frozen dataclasses to XML elements and back, driven by the fields' own annotations.

A field says which element it is: `expires_on: Annotated[date, Tag("Utloper")]`. The order of the fields is the
order of the schema. `X | None` is optional, `tuple[X, ...]` repeats, a dataclass nests. Nothing empty is written.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from lxml import etree

from sfm.wire import lexical, safe_xml
from sfm.wire.safe_xml import Element, WireFormatError

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Tag:
    """A child element.

    `ns`: its namespaces when other than its parent's, newest first. `inner`: the namespace of its children when the
    type is borrowed from another schema.
    """

    name: str
    ns: tuple[str, ...] = ()
    inner: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Attribute:
    """An XML attribute of the element itself."""

    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    attr: str
    mark: Tag | Attribute
    type: Any
    many: bool
    optional: bool


_READ: dict[Any, Callable[[str], Any]] = {
    str: lambda text: text,
    int: lambda text: int(text.strip()),
    bool: lexical.to_flag,
    Decimal: lexical.to_number,
    date: lexical.to_day,
    datetime: lexical.to_instant,
    time: lexical.to_clock_time,
    bytes: lexical.decoded,
}
_WRITE: dict[Any, Callable[[Any], str]] = {
    str: str,
    int: str,
    bool: lexical.flag,
    Decimal: lexical.number,
    date: lexical.day,
    datetime: lexical.instant,
    time: time.isoformat,
    bytes: lexical.encoded,
}


@cache
def _fields(cls: Any) -> tuple[_Field, ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple(_field(f.name, hints[f.name]) for f in dataclasses.fields(cls))


def _field(attr: str, hint: Any) -> _Field:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{attr} says no element")
    inner, mark = get_args(hint)[:2]
    if get_origin(inner) is tuple:
        return _Field(attr, mark, get_args(inner)[0], True, True)
    if get_origin(inner) in (Union, types.UnionType):
        kind = next(arg for arg in get_args(inner) if arg is not type(None))
        return _Field(attr, mark, kind, False, True)
    return _Field(attr, mark, inner, False, False)


def read(cls: type[T], element: Element, inner: str = "") -> T:
    """The dataclass an element holds. Unknown children are passed over; a missing required one is T02."""
    ns = inner or etree.QName(element).namespace or ""
    children: dict[str, list[Element]] = {}
    for child in element:
        if isinstance(child.tag, str):
            children.setdefault(child.tag, []).append(child)
    values = {f.attr: _read_field(f, element, children, ns) for f in _fields(cast(Any, cls))}
    return cls(**values)


def _read_field(f: _Field, element: Element, children: dict[str, list[Element]], ns: str) -> Any:
    mark = f.mark
    if isinstance(mark, Attribute):
        raw = element.get(mark.name)
        return _demand(f, None if raw is None or not raw.strip() else _value(f.type, raw.strip(), mark.name))
    found = [child for space in mark.ns or (ns,) for child in children.get(f"{{{space}}}{mark.name}", ())]
    present = [child for child in found if not f.optional or not safe_xml.is_empty(child)]
    values = tuple(v for v in (_read_one(f.type, child, mark) for child in present) if v is not None)
    if f.many:
        return values
    if len(values) > 1:
        raise WireFormatError("T02", f"{mark.name} finnes flere ganger.")
    return _demand(f, values[0] if values else None)


def _demand(f: _Field, value: Any) -> Any:
    if value is None and not f.optional:
        raise WireFormatError("T02", f"{f.mark.name} mangler.")
    return value


def _read_one(kind: Any, element: Element, mark: Tag) -> Any:
    if dataclasses.is_dataclass(kind):
        return read(kind, element, mark.inner)  # type: ignore[arg-type]
    text = safe_xml.text_of(element)
    return _value(kind, text, mark.name) if text.strip() else None


def _value(kind: Any, text: str, name: str) -> Any:
    try:
        return _READ[kind](text)
    except (ValueError, KeyError, OverflowError) as error:
        raise WireFormatError("T02", f"{name} har ugyldig verdi.") from error


def write(value: Any, name: str, ns: str) -> Element:
    """An element of its own from a dataclass."""
    element = safe_xml.new(ns, name)
    _fill(element, value, ns)
    return element


def _fill(element: Element, value: Any, ns: str) -> None:
    for f in _fields(cast(Any, type(value))):
        item = getattr(value, f.attr)
        for one in item if f.many else (item,):
            _write_one(element, f, one, ns)


def _write_one(element: Element, f: _Field, item: Any, ns: str) -> None:
    if item is None or item == "":
        if not f.optional:
            raise WireFormatError("225", f"{f.mark.name} er tomt.")
        return
    if isinstance(f.mark, Attribute):
        element.set(f.mark.name, _written(f, item))
        return
    space = f.mark.ns[0] if f.mark.ns else ns
    child = safe_xml.new(space, f.mark.name, element)
    if dataclasses.is_dataclass(f.type):
        _fill(child, item, f.mark.inner or space)
        _refuse_empty(child, f)
    else:
        child.text = _written(f, item)


def _refuse_empty(child: Element, f: _Field) -> None:
    if safe_xml.is_empty(child):
        raise WireFormatError("225", f"{f.mark.name} er tomt.")


def _written(f: _Field, item: Any) -> str:
    try:
        text = _WRITE[f.type](item)
        etree.Element("x").text = text  # lxml refuses characters XML cannot hold
    except (ValueError, TypeError) as error:
        raise WireFormatError("T02", f"{f.mark.name} har ugyldig verdi.") from error
    return text


class Root(Generic[T]):
    """A document type: which dataclass, which root element, and the namespaces it is known under, newest first."""

    def __init__(self, cls: type[T], name: str, *namespaces: str) -> None:
        self.cls, self.name, self.namespaces = cls, name, namespaces

    def element(self, value: T, namespace: str | None = None) -> Element:
        return write(value, self.name, namespace or self.namespaces[0])

    def to_xml(self, value: T, namespace: str | None = None) -> bytes:
        """Canonical bytes without XML declaration; the newest namespace unless an older one is asked for."""
        return safe_xml.exclusive_c14n(self.element(value, namespace))

    def parse(self, data: bytes | Element) -> T:
        element = safe_xml.parse(data) if isinstance(data, bytes) else data
        if not self.holds(element):
            raise WireFormatError("T02", f"Forventet {self.name}, fikk {etree.QName(element).localname}.")
        return read(self.cls, element)

    def holds(self, element: Element) -> bool:
        name = etree.QName(element)
        return name.localname == self.name and name.namespace in self.namespaces

"""Any value of any message, drawn from the fields' own annotations."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

_TEXT = st.text("aZ9æØ½«<&>\"' .-", min_size=1, max_size=12).map(str.strip).filter(bool)
_LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    int: st.integers(0, 10_000),
    bool: st.booleans(),
    Decimal: st.decimals(0, 10_000, places=3),
    date: st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    time: st.times(),
    bytes: st.binary(min_size=1, max_size=20),
}


@dataclasses.dataclass(frozen=True)
class _Slot:
    kind: Any
    many: bool
    optional: bool


@cache
def _slots(cls: type) -> dict[str, _Slot]:
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: _slot(get_args(hints[field.name])[0]) for field in dataclasses.fields(cls)}


def _slot(hint: Any) -> _Slot:
    if get_origin(hint) is tuple:
        return _Slot(get_args(hint)[0], many=True, optional=True)
    kinds = [arg for arg in get_args(hint) if arg is not type(None)]
    return _Slot(kinds[0], many=False, optional=True) if kinds else _Slot(hint, many=False, optional=False)


@st.composite
def any_of(draw: st.DrawFn, cls: type) -> Any:
    """A value with something in it: the messages know no empty elements."""
    slots = _slots(cls)
    built = {name: draw(_filled(slot, cls)) for name, slot in slots.items()}
    if all(value in (None, ()) for value in built.values()):
        name, slot = next(iter(slots.items()))
        value = draw(_value(slot.kind))
        built[name] = (value,) if slot.many else value
    return cls(**built)


def _filled(slot: _Slot, owner: type) -> st.SearchStrategy[Any]:
    if slot.kind is owner:  # a department within a department is more than RF accepts
        return st.none()
    if slot.many:
        return st.lists(_value(slot.kind), max_size=2).map(tuple)
    return st.none() | _value(slot.kind) if slot.optional else _value(slot.kind)


def _value(kind: Any) -> st.SearchStrategy[Any]:
    return _LEAVES[kind] if kind in _LEAVES else any_of(kind)

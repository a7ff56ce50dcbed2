"""Addresses of named pages, put together from a pattern that is looked up once: a list asks for two hundred."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from collections.abc import Mapping

Pattern = tuple[tuple[str, str], ...]  # (text, name of the argument that follows; "" at the end)


def of(name: str, here: Mapping[str, object], given: Mapping[str, object]) -> str:
    """The address of `name`. From `here` (slug, ctx) it takes what the pattern has room for."""
    values = {**here, **given}
    pattern = _pattern(name, tuple(sorted(here)), tuple(sorted(given)))
    return "".join(text + (quote(str(values[key]), safe="") if key else "") for text, key in pattern)


@cache
def _pattern(name: str, here: tuple[str, ...], given: tuple[str, ...]) -> Pattern:
    for extra in dict.fromkeys((here, tuple(k for k in here if k == "slug"), ())):
        keys = tuple(dict.fromkeys((*extra, *given)))
        marks = {key: str(UUID(int=number + 1)) for number, key in enumerate(keys)}
        try:
            return _split(reverse(name, kwargs=marks), marks)
        except NoReverseMatch:
            continue
    raise NoReverseMatch(f"no address named {name!r} takes {given}")


def _split(address: str, marks: Mapping[str, str]) -> Pattern:
    parts: list[tuple[str, str]] = []
    for place, key in sorted((address.index(mark), key) for key, mark in marks.items()):
        done = sum(len(text) + (36 if name else 0) for text, name in parts)
        parts.append((address[done:place], key))
    done = sum(len(text) + 36 for text, _ in parts)
    return (*parts, (address[done:], ""))

"""Every address of the urlconf, by name, with what it takes to ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).with_name("expected.yaml")
# Parts whose addresses have one rule for all of them
WHOLE = {"tjeneste/": "provider", "datadeling/": "datadeling", "integrasjon/": "integrasjon"}


@dataclass(frozen=True, kw_only=True)
class Address:
    name: str  # the line of the table
    arguments: tuple[str, ...]  # of the path


def expected() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return content


def every() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, "", "", ()))


def _walk(patterns: list[Any], namespace: str, part: str, arguments: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        own = (*arguments, *pattern.pattern.converters)
        route = part + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, route, own)
        elif isinstance(pattern, URLPattern):
            yield Address(name=_line(pattern, namespace, route), arguments=own)


def _line(pattern: URLPattern, namespace: str, route: str) -> str:
    for begins, line in WHOLE.items():
        if route.startswith(begins) and not (pattern.name or "").startswith("oidc_"):
            return line
    return f"{namespace}{pattern.name}" if pattern.name else "api"

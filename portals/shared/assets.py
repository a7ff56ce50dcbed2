"""Which style sheets and scripts a portal needs. All are loaded with its first page: navigation inside the frame swaps
#page and keeps the head, so a page cannot bring its own."""

from __future__ import annotations

from functools import cache

from django.contrib.staticfiles import finders

FILES = {
    "pasient": ("treatment", "prescribe", "warnings", "sheet", "printing", "samstem", "list", "frame"),
    "helsepersonell": ("admin", "frame"),
    "virksomhet": ("admin", "frame"),
    "tjeneste": ("admin",),
}


def of(path: str, kind: str) -> tuple[str, ...]:
    """The files of the portal an address belongs to; `kind` is css or js."""
    parts = path.split("/")
    portal = parts[3] if path.startswith("/e/") and len(parts) > 3 else parts[1] if len(parts) > 1 else ""
    return _existing(portal, kind)


@cache
def _existing(portal: str, kind: str) -> tuple[str, ...]:
    names = (f"{kind}/{name}.{kind}" for name in FILES.get(portal, ()))
    return tuple(name for name in names if finders.find(name))

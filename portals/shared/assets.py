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


def portal_of(path: str) -> str:
    """The portal an address belongs to, as `FILES` names it; nothing for any other address."""
    first, *further = path.strip("/").split("/")
    named = further[1] if first == "e" and len(further) > 1 else first
    return named if named in FILES else ""


@cache
def of(portal: str, kind: str) -> tuple[str, ...]:
    """The files of a portal, none of an unknown one; `kind` is css or js."""
    names = (f"{kind}/{name}.{kind}" for name in FILES.get(portal, ()))
    return tuple(name for name in names if finders.find(name))

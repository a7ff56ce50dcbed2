"""Which record system an address belongs to, and which pages may hold our frame. Asked for with every page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError

from sfm.core import clock
from sfm.tenancy.models import EpjClient

ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-]+(?::\d{1,5})?|https?://\[[0-9A-Fa-f:]+\](?::\d{1,5})?")
PATH = re.compile(r"/e/([a-z0-9][a-z0-9_-]{0,39})/")
KEPT = timedelta(seconds=10)  # a changed registration is in force after this
MANY = 1000  # unknown slugs are remembered too, but not for ever


@dataclass(frozen=True, kw_only=True)
class FrameClient:
    """An EPJ client as the frame needs it. `origins` are exact; "null" only where SFM_ALLOW_NULL_ORIGIN is on."""

    slug: str
    name: str
    origins: tuple[str, ...]
    embedded_browser: bool = False

    @property
    def frame_ancestors(self) -> str:
        """The value of the CSP directive."""
        sources = ["file:" if origin == "null" else origin for origin in self.origins]
        return " ".join(sources) or "'none'"


_known: dict[str, tuple[datetime, FrameClient | None]] = {}


def by_slug(slug: str) -> FrameClient | None:
    """The active client, at most ten seconds old."""
    now = clock.now()
    found = _known.get(slug)
    if found is None or not found[0] <= now < found[0] + KEPT:
        if len(_known) >= MANY:
            _known.clear()
        found = _known[slug] = (now, _read(slug))
    return found[1]


def of_path(path: str) -> FrameClient | None:
    """The client an address names: `/e/<slug>/…`."""
    match = PATH.match(path)
    return by_slug(match[1]) if match else None


def forget() -> None:
    """Ask the registry again next time."""
    _known.clear()


def _read(slug: str) -> FrameClient | None:
    try:
        client = EpjClient.objects.filter(slug=slug, active=True).first()
    except (
        DatabaseError
    ):  # nobody may hold the page then; what failed shows where the page asks for its own data
        client = None
    if client is None:
        return None
    return FrameClient(
        slug=client.slug,
        name=client.name,
        origins=tuple(origin for origin in client.origins if _acceptable(origin)),
        embedded_browser=client.embedded_browser,
    )


def _acceptable(origin: str) -> bool:
    """Only whole origins reach a header; a wildcard, a path or a list in one text does not."""
    if origin == "null":
        return bool(settings.SFM_ALLOW_NULL_ORIGIN)
    return bool(ORIGIN.fullmatch(origin))

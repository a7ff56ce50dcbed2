"""(Adresseregisteret) Pharmacies and bandagists that take electronic prescriptions: HER-id, name and place.

The list is short (some thousand) and changes slowly: it is fetched whole and kept in this process for half a day.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import httpx
from django.conf import settings

from sfm.core.errors import Unavailable

TIMEOUT = httpx.Timeout(3.0, connect=2.0)  # seconds: somebody is waiting
KEPT = 12 * 60 * 60.0  # seconds
RETRY = 20.0  # seconds before a register that did not answer is asked again
SILENT = "Adresseregisteret svarer ikke. Prøv igjen, eller send uten ekspederingsanmodning."
KINDS = ("apotek", "bandasjist")


@dataclass(frozen=True, kw_only=True)
class Dispenser:
    """(Utleverer) `kind`: apotek | bandasjist."""

    her_id: str
    orgnr: str
    name: str
    kind: str
    city: str = ""

    @property
    def label(self) -> str:
        """What a person picks from, and what is read back."""
        place = f", {self.city}" if self.city else ""
        return f"{self.name}{place} ({self.her_id})"


class AddressRegister:
    def __init__(self, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=base_url, transport=transport, timeout=TIMEOUT)
        self._lock = Lock()
        self._known: tuple[Dispenser, ...] = ()
        self._until = 0.0

    def dispensers(self) -> tuple[Dispenser, ...]:
        """Those that may take a dispensing request, by name.

        :raises Unavailable: the register does not answer and nothing is remembered.
        """
        with self._lock:
            if time.monotonic() >= self._until:
                self._fetch()
            if not self._known:
                raise Unavailable(SILENT, detail="address register")
            return self._known

    def _fetch(self) -> None:
        try:
            listed: Any = self._http.get("/communicationparties", params={"type": ",".join(KINDS)}).json()
            self._known = tuple(
                sorted((_dispenser(row) for row in listed), key=lambda one: one.name.casefold())
            )
            self._until = time.monotonic() + KEPT
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            self._until = time.monotonic() + RETRY


def _dispenser(row: dict[str, Any]) -> Dispenser:
    return Dispenser(
        her_id=str(row["herId"]),
        orgnr=str(row["organizationNumber"]),
        name=str(row["name"]),
        kind=str(row["type"]),
        city=str(row.get("city") or ""),
    )


@cache
def _client(url: str) -> AddressRegister:
    return AddressRegister(url)


def dispensers() -> tuple[Dispenser, ...]:
    """:raises Unavailable: no register is configured, or it does not answer."""
    if not settings.ADDRESS_REGISTER_URL:
        raise Unavailable("Adresseregisteret er ikke satt opp.", detail="SFM_ADDRESS_REGISTER_URL is not set")
    return _client(settings.ADDRESS_REGISTER_URL).dispensers()


def find(text: str, *, limit: int = 30) -> tuple[Dispenser, ...]:
    """Whose name or place holds every word typed."""
    typed = text.casefold().split()
    found = (one for one in dispensers() if all(word in one.label.casefold() for word in typed))
    return tuple(one for one, _ in zip(found, range(limit), strict=False))


def named(text: str) -> Dispenser | None:
    """The one meant by a label, a HER-id, or a name nobody else has."""
    said = text.strip()
    number = said.rpartition("(")[2].rstrip(")") if said.endswith(")") else said
    listed = dispensers()
    exact = [one for one in listed if one.her_id == number]
    alike = exact or [one for one in listed if one.name.casefold() == said.casefold()]
    return alike[0] if len(alike) == 1 else None

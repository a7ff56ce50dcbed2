"""(Reseptformidleren) What the product asks of RF, whatever the transport (eresept.md 6.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class RfCode:
    """One error of a receipt: 7419 or 8221."""

    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """An AppRec. `raw` is kept; `about` is the MsgId it answers."""

    accepted: bool
    errors: tuple[RfCode, ...]
    raw: bytes
    about: str


class Rf(Protocol):
    """Both raise RfUnavailable when nothing was delivered. `message` is sent byte for byte."""

    def submit(self, message: bytes, *, kind: str, token: str = "") -> Receipt:
        """M1, M5, M25.1, Verify. Raises RfOutcomeUnknown when it was sent and no readable answer came."""
        ...

    def ask(self, message: bytes, *, kind: str, token: str = "") -> bytes:
        """M9.5, M9.7, M9.11, M9.21: the answering MsgHead. Raises RfRejected when RF answers with a receipt."""
        ...

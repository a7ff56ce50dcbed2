"""The user's token for RF and KJ, exchanged by the worker that needs it. SFM's own token never leaves the house."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from django.conf import settings

from sfm.gateways.helfo.errors import HelfoUnavailable
from sfm.gateways.kj.errors import KjUnavailable
from sfm.gateways.rf.errors import RfUnavailable
from sfm.identity import helseid_client
from sfm.identity.refusals import OutOfService

if TYPE_CHECKING:
    from sfm.exchange.models import Message

KEPT = 60.0  # seconds an exchanged token is used again in this process
MOST = 500
_held: dict[str, tuple[float, str]] = {}


def for_rf(message: Message) -> str:
    """Raises RfUnavailable when HelseID does not answer: the same bytes are carried later."""
    try:
        return _exchanged(message.token, settings.RF_SCOPE)
    except OutOfService as error:
        raise RfUnavailable("HelseID does not answer") from error


def for_kj(message: Message) -> str:
    """Raises KjUnavailable when HelseID does not answer."""
    try:
        return _exchanged(message.token, settings.KJ_SCOPE)
    except OutOfService as error:
        raise KjUnavailable("HelseID does not answer") from error


def for_helfo(message: Message) -> str:
    """Raises HelfoUnavailable when HelseID does not answer."""
    try:
        return _exchanged(message.token, settings.HELFO_SCOPE)
    except OutOfService as error:
        raise HelfoUnavailable("HelseID does not answer") from error


def _exchanged(token: str, scope: str) -> str:
    """ "" when there is no token, or HelseID refuses to exchange it: what that means is RF's or KJ's to say."""
    if not token:
        return ""
    key = hashlib.sha256(f"{scope} {token}".encode()).hexdigest()
    held = _held.get(key)
    if held is not None and held[0] > time.monotonic():
        return held[1]
    try:
        found = helseid_client.exchange(token, scope=scope)
    except helseid_client.HelseIdRefused:
        return ""
    if len(_held) >= MOST:
        _held.clear()
    _held[key] = (time.monotonic() + KEPT, found)
    return found

"""The simulator's clock, faults and one-time values."""

from __future__ import annotations

import hashlib
import os

from django.db import IntegrityError, transaction

from sfm.core import clock
from sfm.simulators.helseid.models import Faults, SeenJti

ISSUER = os.environ.get("SFM_HELSEID_ISSUER", "http://127.0.0.1:8020").rstrip("/")


def faults() -> Faults:
    return Faults.objects.get_or_create(pk=1)[0]


def now() -> float:
    return clock.now().timestamp() + faults().clock_offset


def first_use(owner: str, value: str, *, expires: float) -> bool:
    """Whether `value` is seen for the first time from this owner."""
    SeenJti.objects.filter(expires__lt=now() - 3600).delete()
    try:
        with transaction.atomic():
            SeenJti.objects.create(key=sha256_hex(f"{owner}\0{value}"), expires=expires)
    except IntegrityError:
        return False
    return True


def sha256_hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

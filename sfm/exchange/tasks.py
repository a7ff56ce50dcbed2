"""What Celery finds: the tasks of this layer, nothing else in the product. A worker carries bytes; it never signs."""

from __future__ import annotations

from celery.signals import worker_init, worker_process_init

from sfm.exchange.catalogue_update import announce, update
from sfm.exchange.dispatch import drain, drain_all, work_on
from sfm.exchange.helfo import ask_again as ask_helfo_again
from sfm.exchange.hpr_lookup import ask_again
from sfm.exchange.quarantine import empty as empty_quarantine
from sfm.exchange.reminding import remind_all
from sfm.exchange.sealing import seal_all, tell_heads
from sfm.tenancy import keys

__all__ = [
    "announce",
    "ask_again",
    "ask_helfo_again",
    "drain",
    "drain_all",
    "empty_quarantine",
    "never_sign",
    "remind_all",
    "seal_all",
    "tell_heads",
    "update",
    "work_on",
]


@worker_init.connect
@worker_process_init.connect
def never_sign(**_signal: object) -> None:
    """The key service refuses this process from now on."""
    keys.refuse_signing()

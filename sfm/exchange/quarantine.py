"""(Karantene) Received messages that were refused, kept for 30 days: somebody shall find out why (eresept.md 12)."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from celery import shared_task

from sfm.core import clock
from sfm.exchange.models import Message
from sfm.tenancy import journals
from sfm.tenancy.scope import journal_scope

STATE = "quarantined"
KEPT = timedelta(days=30)


def keep(raw: bytes, *, kind: str, code: str, text: str) -> None:
    """In the receiver's journal; the same bytes again are there already. `code` and `text` say why, as the sender was
    told."""
    digest = hashlib.sha256(raw).hexdigest()
    if Message.objects.filter(state=STATE, sha256=digest).exists():
        return
    Message.objects.create(
        kind=kind,
        direction="in",
        raw=raw,
        sha256=digest,
        generated_at=clock.now(),
        state=STATE,
        errors=[{"code": code, "text": text, "class": "format"}],
        settled_at=clock.now(),
    )


@shared_task(name="sfm.exchange.quarantine.empty")
def empty() -> int:
    """Returns how many messages were let go of after 30 days, all journals together."""
    gone = 0
    for journal in journals.in_use():
        with journal_scope(journal):
            old = Message.objects.filter(state=STATE, generated_at__lt=clock.now() - KEPT)
            gone += old.delete()[0]
    return gone

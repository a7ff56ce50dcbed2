"""The hash chain over the access log: every digest covers its event and everything before it.

Rows are sealed in the order the sealer finds them, not by number: a transaction that commits late is sealed late.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from sfm.audit.models import AuditEvent, AuditSeal
from sfm.tenancy.locks import try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = bytes(32)
BATCH = 2_000
LATE = 100_000  # a row this far behind the newest sealed one cannot still be uncommitted


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`broken_seq` names the first event that was changed, removed or moved; None when the chain holds."""

    sealed: int
    broken_seq: int | None = None
    because: str = ""

    @property
    def holds(self) -> bool:
        return self.broken_seq is None


def seal() -> int:
    """Seal what is new in this journal; returns how many rows. Safe to run from several places at once."""
    with transaction.atomic():
        if not try_lock("audit-seal"):
            return 0
        last = AuditSeal.objects.order_by("-position").first()
        position, digest = (last.position, bytes(last.digest)) if last else (0, FIRST)
        seals = []
        for event in _unsealed():
            position, digest = position + 1, _digest(digest, event)
            seals.append(AuditSeal(position=position, event_seq=event.seq, digest=digest))
        AuditSeal.objects.bulk_create(seals, batch_size=BATCH)
    return len(seals)


def verify() -> Verdict:
    """Walk the chain and name the first event that does not fit."""
    digest, expected = FIRST, 0
    for link, event in _links():
        expected += 1
        if link.position != expected:
            return Verdict(
                sealed=expected - 1, broken_seq=link.event_seq, because="et segl mangler foran hendelsen"
            )
        if event is None:
            return Verdict(sealed=expected - 1, broken_seq=link.event_seq, because="hendelsen er fjernet")
        digest = _digest(digest, event)
        if digest != bytes(link.digest):
            return Verdict(
                sealed=expected - 1, broken_seq=event.seq, because="hendelsen er endret eller flyttet"
            )
    return Verdict(sealed=expected)


def head() -> tuple[int, str]:
    """Position and digest (hex) of the newest seal, to be kept outside the database: it guards the tail."""
    last = AuditSeal.objects.order_by("-position").first()
    return (last.position, bytes(last.digest).hex()) if last else (0, FIRST.hex())


def told(position: int, digest: str) -> str:
    """A head in few letters, to be kept outside the database: «1042:3f2a90bc-11d07e5a»."""
    return f"{position}:{digest[:8]}-{digest[8:16]}"


def agrees_with(kept: str) -> bool:
    """Whether the seal at a head kept earlier still is what it was. False when it is gone. A kept head of another form
    raises ValueError."""
    position = int(kept.partition(":")[0])
    link = AuditSeal.objects.filter(position=position).first()
    return link is not None and told(position, bytes(link.digest).hex()) == kept


def _unsealed() -> Iterator[AuditEvent]:
    newest = AuditSeal.objects.aggregate(newest=Max("event_seq"))["newest"] or 0
    sealed = AuditSeal.objects.filter(event_seq=OuterRef("seq"))
    rows = AuditEvent.objects.filter(~Exists(sealed), seq__gt=newest - LATE).order_by("seq")
    yield from rows.iterator(BATCH)


def _links() -> Iterator[tuple[AuditSeal, AuditEvent | None]]:
    seals = list(AuditSeal.objects.order_by("position")[:BATCH])
    while seals:
        events = AuditEvent.objects.in_bulk([link.event_seq for link in seals])
        yield from ((link, events.get(link.event_seq)) for link in seals)
        seals = list(AuditSeal.objects.filter(position__gt=seals[-1].position).order_by("position")[:BATCH])


def _digest(previous: bytes, event: AuditEvent) -> bytes:
    values = {field.attname: getattr(event, field.attname) for field in AuditEvent._meta.concrete_fields}
    values["at"] = event.at.astimezone(UTC).isoformat()
    text = json.dumps(values, sort_keys=True, default=str, separators=(",", ":"))
    return sha256(previous + text.encode()).digest()

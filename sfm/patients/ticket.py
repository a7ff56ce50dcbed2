"""The patient ticket (pasientbillett): the pseudonym an EPJ and the portals carry instead of the patient's number.

Redis only. `pt:<ticket>` → sealed {owner, patient key, absolute end}; `pti:<owner, patient>` → sealed ticket, so that
the same user and patient get the same ticket, prolonged. Names are keyed digests (security.md 4.2).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings

from sfm.core import clock
from sfm.core.errors import NotFound
from sfm.core.ids import PatientKey
from sfm.identity import logins, sealed
from sfm.identity.redis_store import store
from sfm.identity.refusals import TooMany
from sfm.tenancy.models import TicketForm

if TYPE_CHECKING:
    from sfm.identity.logins import Owner

MAX_LENGTH = 200
MISSES_PER_MINUTE = 30  # wrong tickets one user may show before being held back
_DUMMY = "pt:"


@dataclass(frozen=True, kw_only=True)
class Ticket:
    value: str = field(repr=False)
    expires: datetime


def issue(owner: Owner, patient_key: PatientKey, *, form: str = TicketForm.UUID) -> Ticket:
    """A ticket for this user and patient: the one there is, prolonged, or a new one."""
    index = _index(owner.key, owner.journal_id, patient_key)
    existing = _existing(index)
    if existing is not None:
        ticket = _prolonged(existing, owner.key, index)
        if ticket is not None:
            return ticket
        _forget(index)
    return _new(owner, patient_key, index, form) or issue(owner, patient_key, form=form)


def open_ticket(owner_key: str, ticket: str) -> PatientKey:
    """The patient behind a ticket shown by this owner (`Owner.key`, or `session["login"]["owner"]`), and prolong it.

    Raises NotFound, one and the same for unknown, expired, foreign and malformed tickets; TooMany after many misses.
    """
    _hold_back(owner_key)
    content = _content(ticket)
    right = hmac.compare_digest(content["owner"], owner_key)
    now = clock.now().timestamp()
    if not right or content["until"] <= now:
        _miss(owner_key)
        raise NotFound(
            "Fant ikke pasienten. Åpne pasienten på nytt fra journalsystemet.", detail="no such ticket"
        )
    _prolong(sealed.name("pt", ticket), content["index"], content["until"], now)
    return PatientKey(UUID(content["patient"]))


def revoke_patient(journal_id: UUID, patient_key: PatientKey) -> None:
    """Void every ticket of a patient: the number was changed, records were merged, or the patient is blocked."""
    name = _patient(journal_id, patient_key)
    with store() as redis:
        keys = [key.decode() for key in redis.smembers(name)]
        redis.delete(name, *keys)


def log_name(ticket: str) -> str:
    """What a log may call a ticket."""
    return sealed.name("pt", ticket)[:15]


def _existing(index: str) -> str | None:
    with store() as redis:
        box = redis.get(index)
    return str(sealed.unseal(box, under=index)) if box else None


def _prolonged(ticket: str, owner_key: str, index: str) -> Ticket | None:
    content, now = _content(ticket), clock.now().timestamp()
    if content["owner"] != owner_key or content["until"] <= now:
        return None
    return Ticket(value=ticket, expires=_prolong(sealed.name("pt", ticket), index, content["until"], now))


def _new(owner: Owner, patient_key: PatientKey, index: str, form: str) -> Ticket | None:
    """None when another request was first: then there is one to be had."""
    ticket = str(uuid4()) if form == TicketForm.UUID else secrets.token_urlsafe(32)
    name, now = sealed.name("pt", ticket), clock.now().timestamp()
    until = int(now) + settings.SFM_TICKET_ABSOLUTE
    content = {"owner": owner.key, "patient": str(patient_key), "index": index, "until": until}
    life = min(settings.SFM_TICKET_SLIDING, settings.SFM_TICKET_ABSOLUTE)
    patient = _patient(owner.journal_id, patient_key)
    with store() as redis:
        redis.set(name, sealed.seal(content, under=name), ex=life)
        if not redis.set(index, sealed.seal(ticket, under=index), ex=life, nx=True):
            redis.delete(name)
            return None
        redis.sadd(patient, name, index)
        redis.expire(patient, settings.SFM_TICKET_ABSOLUTE)
    logins.tie(owner.key, name, index)
    return Ticket(value=ticket, expires=_instant(now + life))


def _forget(index: str) -> None:
    with store() as redis:
        redis.delete(index)


def _prolong(name: str, index: str, until: float, now: float) -> datetime:
    life = max(1, int(min(settings.SFM_TICKET_SLIDING, until - now)))
    with store() as redis, redis.pipeline() as pipe:
        pipe.expire(name, life)
        pipe.expire(index, life)
        pipe.execute()
    return _instant(now + life)


def _content(ticket: str) -> dict[str, Any]:
    """What a ticket says; the same work and the same form when there is none."""
    name = sealed.name("pt", ticket[:MAX_LENGTH])
    with store() as redis:
        box = redis.get(name)
    nobody: dict[str, Any] = {"owner": "", "patient": "", "index": "", "until": 0}
    known: dict[str, Any] | None = sealed.unseal(
        box or sealed.seal(nobody, under=_DUMMY), under=name if box else _DUMMY
    )
    return known or nobody


def _hold_back(owner_key: str) -> None:
    with store() as redis:
        misses = int(redis.get(f"ticket-misses:{owner_key}") or 0)
    if misses >= MISSES_PER_MINUTE:
        raise TooMany(detail="too many wrong tickets")


def _miss(owner_key: str) -> None:
    with store() as redis, redis.pipeline() as pipe:
        pipe.incr(f"ticket-misses:{owner_key}")
        pipe.expire(f"ticket-misses:{owner_key}", 60)
        pipe.execute()


def _index(owner_key: str, journal_id: UUID, patient_key: PatientKey) -> str:
    return sealed.name("pti", owner_key, str(journal_id), str(patient_key))


def _patient(journal_id: UUID, patient_key: PatientKey) -> str:
    return sealed.name("ptp", str(journal_id), str(patient_key))


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)

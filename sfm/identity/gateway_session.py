"""The verbs of the Session Gateway: create, refresh, end, and the login by code (integration.md 3.1–3.4)."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from dataclasses import dataclass, field, replace
from hashlib import sha512
from typing import TYPE_CHECKING

from django.conf import settings

from sfm.identity import actors, admission, logins, sealed
from sfm.identity.logins import Login, end_user_sessions
from sfm.identity.redis_store import store
from sfm.identity.refusals import CodeRefused, Malformed, OutOfService, SessionMismatch, SessionNotLive

if TYPE_CHECKING:
    from sfm.identity.admission import Admission
    from sfm.identity.principal import Principal
    from sfm.tenancy.models import EpjClient

__all__ = ["Created", "create", "end", "end_user_sessions", "enter", "nonce_hash", "refresh"]

NONCE_BYTES = 64
NONCE_MEMORY = 24 * 60 * 60  # seconds
TRIES = 5
CODE_MEMORY = 10 * 60  # seconds a used code is told from one that has expired


@dataclass(frozen=True, kw_only=True)
class Created:
    """The answer to create. `code` is good for one attempt, within SFM_SESSION_CODE_TTL."""

    id: str
    code: str = field(repr=False)
    client: EpjClient
    login: Login
    admission: Admission


def create(caller: Principal, hashed_nonce: str) -> Created:
    """A new login, or one more way in to the one that lives."""
    _check_hash(hashed_nonce)
    client = admission.client_of(caller)
    place = admission.admit(caller)
    _refuse_reused(hashed_nonce)
    login = _only(logins.owner_of(caller, place.journal.pk).key, caller, place, client)
    return Created(
        id=_random64(), code=_code_for(login, hashed_nonce), client=client, login=login, admission=place
    )


def refresh(caller: Principal) -> Admission:
    """Let the login live as long as the new token, with the rights of this moment. Raises SessionNotLive."""
    place = admission.admit(caller)
    owner = logins.owner_of(caller, place.journal.pk).key
    login = logins.find(owner)
    if login is None or _kept(login, caller, place) is None:
        raise _not_live(caller, owner)
    return place


def end(caller: Principal) -> Admission:
    """End the login in every frame and on every machine. Once more is no error."""
    place = admission.admit(caller)
    owner = logins.owner_of(caller, place.journal.pk).key
    if logins.find(owner) is None and logins.belongs_to_another(caller, owner):
        raise SessionMismatch
    logins.end(owner)
    return place


def enter(code: str, nonce: str) -> Login:
    """Redeem a code with the plain nonce. The code is burnt, right or wrong. Raises CodeRefused."""
    name = sealed.name("code", code)
    with store() as redis:
        box = redis.getdel(name)
        used = box is None and redis.exists(sealed.name("used", code))
        if box:
            redis.set(sealed.name("used", code), b"1", ex=CODE_MEMORY)
    waiting = sealed.unseal(box, under=name) if box else None
    if waiting is None:
        raise CodeRefused("code-used" if used else "code-expired", detail="code is unknown, used or expired")
    if not hmac.compare_digest(nonce_hash(nonce), waiting["nonce_hash"]):
        raise CodeRefused("nonce-mismatch", detail="the nonce is not the one of the session")
    login = logins.change(waiting["login_id"], lambda found: replace(found, entered=True))
    if login is None or not login.alive:
        raise CodeRefused("session-ended", detail="the login has ended")
    logins.entered(login.login_id)
    return login


def nonce_hash(nonce: str) -> str:
    """base64(SHA-512(decoded nonce)); "" for what is not a nonce. The hash is of the bytes, not of the text."""
    try:
        raw = base64.b64decode(nonce, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(sha512(raw).digest()).decode() if len(raw) == NONCE_BYTES else ""


def _only(owner: str, caller: Principal, place: Admission, client: EpjClient) -> Login:
    """The one login of the owner: the living one, or a new one."""
    for _ in range(TRIES):
        login = logins.find(owner)
        if login is not None and not login.alive:
            logins.end(owner)
            login = None
        made = _kept(login, caller, place) if login else _new(owner, caller, place, client)
        if made is not None:
            return made
    raise OutOfService(detail="the login is begun and ended all the time")


def _new(owner: str, caller: Principal, place: Admission, client: EpjClient) -> Login | None:
    """None when another request was first."""
    login_id = logins.new_id()
    login = Login(
        login_id=login_id,
        owner=owner,
        client_id=caller.client_id,
        client_slug=client.slug,
        journal_id=str(place.journal.pk),
        exp=caller.exp,
        actor=actors.as_dict(replace(place.actor, session_id=login_id)),
    )
    return login if logins.begin(login, caller.token, hints=logins.hint_names(caller)) else None


def _kept(login: Login, caller: Principal, place: Admission) -> Login | None:
    """The same login with the rights of now, and the new token if it lives longer. None when it has just ended."""
    actor = actors.as_dict(replace(place.actor, session_id=login.login_id))
    return logins.change(
        login.login_id,
        lambda found: replace(found, exp=max(caller.exp, found.exp), actor=actor),
        caller.token if caller.exp > login.exp else "",
        hints=logins.hint_names(caller),
    )


def _not_live(caller: Principal, owner: str) -> SessionMismatch | SessionNotLive:
    return SessionMismatch() if logins.belongs_to_another(caller, owner) else SessionNotLive()


def _code_for(login: Login, hashed_nonce: str) -> str:
    code = _random64()
    name = sealed.name("code", code)
    box = sealed.seal({"login_id": login.login_id, "nonce_hash": hashed_nonce}, under=name)
    with store() as redis:
        redis.set(name, box, ex=settings.SFM_SESSION_CODE_TTL)
    return code


def _check_hash(hashed_nonce: str) -> None:
    try:
        raw = base64.b64decode(hashed_nonce, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("nonce må være base64.") from error
    if len(raw) != sha512().digest_size:
        raise Malformed("nonce må være SHA-512 av 64 byte, i base64.")


def _refuse_reused(hashed_nonce: str) -> None:
    if not settings.SFM_REJECT_REUSED_NONCE:
        return
    with store() as redis:
        if not redis.set(sealed.name("nonce", hashed_nonce), b"1", nx=True, ex=NONCE_MEMORY):
            raise Malformed("nonce er brukt før. Lag en ny for hver økt.")


def _random64() -> str:
    return base64.b64encode(os.urandom(64)).decode()

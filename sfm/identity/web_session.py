"""The Django session engine: Redis, sealed, one round trip per request.

The cookie of a portal session is `<login id>.<secret>`: the login is read in the same round trip as the session, so a
login that is ended, expired or idle ends all its sessions at once, and a refresh prolongs all of them. Sessions without
a login (a visitor before login, the service provider's staff) have a secret alone and live at most 12 hours.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError

from sfm.core import clock
from sfm.identity import logins, sealed
from sfm.identity.logins import Login
from sfm.identity.redis_store import store

LONGEST = 12 * 60 * 60  # seconds
KEPT_BY_FRAME = (
    "on_behalf_of",
    "encounter",
)  # parts of the actor that belong to the opened patient, not to the login


class SessionStore(SessionBase):
    _login_id = ""
    quiet = False  # read without keeping anything alive

    def begin(self, login: Login) -> None:
        """A new session for this login, with a new secret; whatever was here before is gone."""
        self.flush()
        self._login_id = login.login_id
        self.create()
        self["login"], self["actor"] = login.for_session(), login.actor

    def load(self) -> dict[str, Any]:
        found = self._read()
        if found is None:
            self._session_key = None
            return {}
        return found

    def exists(self, session_key: str) -> bool:
        with store() as redis:
            return bool(redis.exists(_name(session_key)))

    def create(self) -> None:
        while True:
            self._session_key = self._new_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        name = _name(self.session_key)
        content: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        content.setdefault("until", int(clock.now().timestamp()) + LONGEST)
        box = sealed.seal(content, under=name)
        with store() as redis:
            written = redis.set(name, box, ex=settings.SFM_SESSION_IDLE, nx=must_create, xx=not must_create)
        if not written:
            raise CreateError if must_create else UpdateError

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            with store() as redis:
                redis.delete(_name(key))

    @classmethod
    def clear_expired(cls) -> None:
        """Redis forgets by itself."""

    def cycle_key(self) -> None:
        self._login_id = _login_id(self.session_key or "") or self._login_id
        super().cycle_key()

    def _new_key(self) -> str:
        secret = secrets.token_urlsafe(32)
        return f"{self._login_id}.{secret}" if self._login_id else secret

    def _read(self) -> dict[str, Any] | None:
        key = self.session_key
        if key is None:
            return None
        name, login_id = _name(key), _login_id(key)
        with store() as redis, redis.pipeline(transaction=False) as pipe:
            pipe.get(name) if self.quiet else pipe.getex(name, ex=settings.SFM_SESSION_IDLE)
            if login_id:
                pipe.get(f"login:{login_id}")
            if login_id and not self.quiet:
                pipe.expire(f"login-seen:{login_id}", settings.SFM_SESSION_IDLE)
            box, *of_login = pipe.execute()
        content = sealed.unseal(box, under=name) if box else None
        if content is None or content["until"] <= clock.now().timestamp():
            return None
        return _with_login(content, logins.read(of_login[0], login_id)) if of_login else content


def _with_login(content: dict[str, Any], login: Login | None) -> dict[str, Any] | None:
    """The session as the login stands now; None when the login has ended."""
    if login is None or not login.alive:
        return None
    of_frame = {name: content["actor"][name] for name in KEPT_BY_FRAME if content.get("actor", {}).get(name)}
    return content | {"login": login.for_session(), "actor": login.actor | of_frame}


def _login_id(session_key: str) -> str:
    login_id, dot, _ = session_key.partition(".")
    return login_id if dot else ""


def _name(session_key: str) -> str:
    return sealed.name("session", session_key)

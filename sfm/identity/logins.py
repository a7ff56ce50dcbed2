"""Logins in Redis: the link between an access token and the portal sessions it carries.

One login per (journal, iss, sub, client_id). Keys, all named by keyed digests:
  login-by:<owner>     → login id
  login:<id>           → sealed Login; read with every portal request
  login-token:<id>     → sealed access token, for token exchange
  login-seen:<id>      → there while the portals are in use (idle limit)
  login-was:<owner>    → there was one lately: a late refresh is «not live», not «somebody else's»
  login-hint:<sid|key> → owner, to tell a refresh that belongs to another login
  dies-with:<owner>    → set of keys that go when the login ends (patient tickets)
  logins-of:<person>   → set of owners, for blocking a person
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from redis import WatchError

from sfm.core import clock
from sfm.identity import sealed
from sfm.identity.redis_store import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfm.identity.principal import Principal

REVIVAL = 10 * 60  # seconds after expiry in which a refresh revives the login (ruling 29)
REMEMBERED = 24 * 60 * 60  # seconds


@dataclass(frozen=True, kw_only=True)
class Owner:
    """Whose login or ticket it is: one user, through one client, in one journal."""

    journal_id: UUID
    iss: str
    sub: str
    client_id: str

    @property
    def key(self) -> str:
        """64 hex digits; names the owner without telling who it is."""
        digest = sealed.name("owner", str(self.journal_id), self.iss, self.sub, self.client_id)
        return digest.partition(":")[2]


def owner_of(caller: Principal, journal_id: UUID) -> Owner:
    """`journal_id` is the journal's own id; several journal-ids of tokens may point to one journal."""
    return Owner(journal_id=journal_id, iss=caller.iss, sub=caller.sub, client_id=caller.client_id)


@dataclass(frozen=True, kw_only=True)
class Login:
    """What the portals may know of a login. No token, no number of anybody."""

    login_id: str
    owner: str
    client_id: str
    client_slug: str
    journal_id: str
    exp: int  # seconds since 1970; the newest token's
    actor: dict[str, Any]
    entered: bool = False  # someone has come in with a code

    @property
    def alive(self) -> bool:
        return self.exp > clock.now().timestamp()

    def for_session(self) -> dict[str, Any]:
        """The form in `request.session["login"]`."""
        return {name: value for name, value in vars(self).items() if name not in ("actor", "entered")}


_FIELDS = {field.name for field in fields(Login)}


def new_id() -> str:
    return secrets.token_urlsafe(16)


def begin(login: Login, token: str, *, hints: tuple[str, ...] = ()) -> bool:
    """Write the owner's only login. False, and nothing written, when another request was first: two of them, and
    ending the one would leave the other alive."""
    by = f"login-by:{login.owner}"
    with store() as redis, redis.pipeline() as pipe:
        pipe.watch(by)
        first = (pipe.get(by) or b"").decode()
        if first and read(pipe.get(f"login:{first}"), first) is not None:
            return False
        pipe.multi()
        _write(pipe, login, token, hints)
        return _done(pipe)


def change(
    login_id: str, changed: Callable[[Login], Login], token: str = "", *, hints: tuple[str, ...] = ()
) -> Login | None:
    """The login as `changed` makes it of what it is now; the token when it is new. None, and nothing written, when the
    login has ended in the meantime: what was ended never comes back."""
    name = f"login:{login_id}"
    with store() as redis, redis.pipeline() as pipe:
        while True:
            pipe.watch(name)
            there = read(pipe.get(name), login_id)
            if there is None:
                return None
            login = changed(there)
            pipe.multi()
            _write(pipe, login, token, hints)
            if _done(pipe):
                return login


def _write(pipe: Any, login: Login, token: str, hints: tuple[str, ...]) -> None:
    """Everything lives until a refresh could no longer revive it."""
    life = max(1, int(login.exp + REVIVAL - clock.now().timestamp()))
    name, token_name = f"login:{login.login_id}", f"login-token:{login.login_id}"
    pipe.set(name, sealed.seal(asdict(login), under=name), ex=life)
    pipe.set(f"login-by:{login.owner}", login.login_id, ex=life)
    pipe.set(f"login-was:{login.owner}", b"1", ex=REMEMBERED)
    if token:
        pipe.set(token_name, sealed.seal(token, under=token_name), ex=life)
    for hint in hints:
        pipe.set(hint, login.owner, ex=life)
    person = f"logins-of:{login.actor['practitioner_id']}"
    pipe.sadd(person, login.owner)
    pipe.expire(person, REMEMBERED)


def _done(pipe: Any) -> bool:
    try:
        pipe.execute()
    except WatchError:  # somebody wrote what we had read
        return False
    return True


def find(owner: str) -> Login | None:
    """The owner's login, alive or lately expired. A login left idle is ended on the way, and gone."""
    with store() as redis:
        login_id = redis.get(f"login-by:{owner}")
        if login_id is None:
            return None
        box, seen = redis.mget(f"login:{login_id.decode()}", f"login-seen:{login_id.decode()}")
    login = read(box, login_id.decode())
    if login is not None and login.entered and login.alive and seen is None:
        end(owner)
        return None
    return login


def by_id(login_id: str) -> Login | None:
    with store() as redis:
        return read(redis.get(f"login:{login_id}"), login_id)


def read(box: bytes | None, login_id: str) -> Login | None:
    content = sealed.unseal(box, under=f"login:{login_id}") if box else None
    if content is None or content.keys() != _FIELDS:  # written by another version of the product
        return None
    return Login(**content)


def token_of(login_id: str) -> str | None:
    """The access token of a login that is alive, for token exchange. Never leaves the server."""
    login = by_id(login_id)
    if login is None or not login.alive:
        return None
    name = f"login-token:{login_id}"
    with store() as redis:
        box = redis.get(name)
    return str(sealed.unseal(box, under=name)) if box else None


def hint_names(caller: Principal) -> tuple[str, ...]:
    return tuple(
        sealed.name("login-hint", kind, value)
        for kind, value in (("sid", caller.sid), ("key", caller.jkt))
        if value
    )


def belongs_to_another(caller: Principal, owner: str) -> bool:
    """Whether a live login with the same HelseID session or key is of another user, client or journal."""
    names = hint_names(caller)
    if not names:
        return False
    with store() as redis:
        if redis.exists(f"login-was:{owner}"):
            return False
        return any(found and found.decode() != owner for found in redis.mget(*names))


def tie(owner: str, *keys: str) -> None:
    """Let these Redis keys die with the owner's login."""
    with store() as redis, redis.pipeline() as pipe:
        pipe.sadd(f"dies-with:{owner}", *keys)
        pipe.expire(f"dies-with:{owner}", REMEMBERED)
        pipe.execute()


def end(owner: str) -> None:
    """End the owner's login: sessions, codes and tickets are void from this moment, in every frame."""
    with store() as redis:
        login_id = (redis.get(f"login-by:{owner}") or b"").decode()
        tied = [key.decode() for key in redis.smembers(f"dies-with:{owner}")]
        redis.delete(
            f"login-by:{owner}",
            f"dies-with:{owner}",
            *(f"{kind}:{login_id}" for kind in ("login", "login-token", "login-seen")),
            *tied,
        )


def end_user_sessions(practitioner_id: UUID) -> None:
    """End every login of a person, at once: they were blocked or made inactive."""
    with store() as redis:
        owners = [owner.decode() for owner in redis.smembers(f"logins-of:{practitioner_id}")]
    for owner in owners:
        end(owner)


def entered(login_id: str) -> None:
    """Start the idle clock."""
    with store() as redis:
        redis.set(f"login-seen:{login_id}", b"1", ex=settings.SFM_SESSION_IDLE)

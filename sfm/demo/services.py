"""The servers the product stands on, from pip: PostgreSQL and Redis for the demo and for the tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfm.demo import binaries, owner, postgres, redis_server
from sfm.demo.process import StartError, orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfm.demo.postgres import Postgres
    from sfm.demo.redis_server import Redis

# Everything the demo ever writes in its folder
KEPT = ("postgres", "redis", "simulators", "keys", "logs", "beat", "seeded", "secret-key", "rf-secret")
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Services:
    postgres: Postgres
    redis: Redis

    def database_url(self, name: str = "postgres") -> str:
        return self.postgres.url(name)

    def redis_url(self, number: int = 0) -> str:
        return self.redis.url(number)


def demo_folder() -> Path:
    """Where the demo keeps its data: SFM_DEMO_DIR, else `.demo` in the project; outside homes when root."""
    chosen = os.environ.get("SFM_DEMO_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if os.geteuid() != 0:
        return PROJECT / ".demo"
    which = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]
    return Path("/var/lib/open-sfm-demo") / which


@contextmanager
def running(folder: Path, *, durable: bool, reset: bool = False) -> Iterator[Services]:
    """Run both servers with their data in the folder for as long as the block lasts; `reset` empties it first.

    Raises StartError, in Norwegian, when something else uses the folder or a server does not come up.
    """
    user = owner.unprivileged()
    with ExitStack() as stack:
        stack.enter_context(alone(folder, reset=reset))
        found = binaries.find(copy_to=folder / "programs", owner=user)
        with orders.wait_for_birth():
            database = postgres.start(folder=folder / "postgres", binaries=found, owner=user, durable=durable)
            stack.callback(database.stop)
        with orders.wait_for_birth():
            redis = redis_server.start(folder=folder / "redis", binaries=found, owner=user, durable=durable)
            stack.callback(redis.stop)
        yield Services(postgres=database, redis=redis)


def _empty(folder: Path) -> None:
    """Delete what the demo keeps there, and nothing else somebody may have put beside it."""
    for name in KEPT:
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).unlink(missing_ok=True)


@contextmanager
def throwaway() -> Iterator[Services]:
    """Both servers, fast and forgetful, in a folder that disappears afterwards."""
    outside_homes = "/var/tmp" if os.geteuid() == 0 else None  # noqa: S108  (mkdtemp makes a private folder in it)
    folder = Path(tempfile.mkdtemp(prefix="open-sfm-test-", dir=outside_homes))
    folder.chmod(0o711)  # ours, new and empty: the server's user walks through it
    try:
        with running(folder, durable=False) as services:
            yield services
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def alone(folder: Path, *, reset: bool = False) -> Iterator[None]:
    """Hold the folder for this process, making or emptying it first. Raises StartError when another holds it."""
    owner.make_reachable(folder, owner.unprivileged())
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as busy:
            raise StartError(
                f"Demoen kjører allerede med data i {folder}. "
                "Stopp den, eller velg en annen mappe med SFM_DEMO_DIR."
            ) from busy
        if reset:
            _empty(folder)
        yield

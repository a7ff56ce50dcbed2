"""An embedded Redis as a child process, listening on 127.0.0.1 with a password."""

from __future__ import annotations

import secrets
import signal
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfm.demo import owner as owners
from sfm.demo import process

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from sfm.demo.binaries import Binaries
    from sfm.demo.owner import Owner

DATABASES = 64  # one per test process, with room


@dataclass(frozen=True, kw_only=True)
class Redis:
    child: subprocess.Popen[bytes]
    port: int
    password: str

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        process.stop(self.child, how=signal.SIGTERM)


def start(*, folder: Path, binaries: Binaries, owner: Owner | None, durable: bool) -> Redis:
    """Start the server on a free port. A durable one keeps sessions and queues over a restart."""
    owners.make_private(folder, owner)
    port, password = process.free_port(), secrets.token_urlsafe(18)
    configuration = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f"dir {folder}",
        f"databases {DATABASES}",
        "save 60 1" if durable else 'save ""',
        "appendonly no",
    ]
    with (folder / "log").open("wb") as log:
        child = process.spawn(
            [binaries.redis, "-"],  # the password comes by standard input, out of sight of ps
            output=log,
            cwd=folder,
            owner=owner,
            stdin="\n".join(configuration).encode(),
        )
    try:
        process.wait_until(lambda: _answers(port), child, what="Redis", seconds=30)
    except process.StartError:
        process.stop(child)
        raise
    return Redis(child=child, port=port, password=password)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith((b"-NOAUTH", b"+PONG"))
    except OSError:
        return False

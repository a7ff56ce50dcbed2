"""An embedded PostgreSQL as a child process, listening on 127.0.0.1 with a password."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfm.demo import owner as owners
from sfm.demo import process

if TYPE_CHECKING:
    from sfm.demo.binaries import Binaries
    from sfm.demo.owner import Owner

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_locks_per_transaction": "1024",  # one DROP SCHEMA takes a lock per table and index
    "shared_buffers": "128MB",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_messages": "warning",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
_READY_LINE = 7  # of postmaster.pid


@dataclass(frozen=True, kw_only=True)
class Postgres:
    child: subprocess.Popen[bytes]
    port: int
    password: str

    def url(self, database: str) -> str:
        return f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        process.stop(self.child, how=signal.SIGINT)  # «fast»: ends sessions, writes a checkpoint


def start(*, folder: Path, binaries: Binaries, owner: Owner | None, durable: bool) -> Postgres:
    """Start the server on a free port, with a new cluster if the folder has none. Raises StartError."""
    data = folder / "data"
    password_file = folder / "password"
    owners.make_private(folder, owner)
    if not (data / "PG_VERSION").exists():
        _create(data, password_file, binaries, owner)
    _clear_leftovers(data)
    port = process.free_port()
    settings = _SETTINGS | {"port": str(port)} | ({} if durable else _NOT_DURABLE)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        child = process.spawn(
            [binaries.postgres, "-D", data, *options],
            output=log,
            cwd=folder,
            env=_environment(),
            owner=owner,
            death_signal=signal.SIGINT,
        )
    try:
        process.wait_until(lambda: _ready(data, child.pid), child, what="PostgreSQL", seconds=60)
    except process.StartError as failure:
        process.stop(child, how=signal.SIGINT)
        raise process.StartError(f"{failure} Siste linjer:\n{_tail(folder / 'log')}") from failure
    return Postgres(child=child, port=port, password=password_file.read_text())


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _create(data: Path, password_file: Path, binaries: Binaries, owner: Owner | None) -> None:
    password_file.touch(mode=0o600)
    password_file.write_text(secrets.token_urlsafe(18))
    if owner:
        os.chown(password_file, owner.uid, owner.gid)
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    made = subprocess.run(
        [str(binaries.initdb), f"--pgdata={data}", *locale, *access, "--no-sync", "--no-instructions"],
        capture_output=True,
        cwd=data.parent,
        env=_environment(),
        check=False,
        **(owner.as_popen_arguments() if owner else {}),  # type: ignore[call-overload]
    )
    if made.returncode:
        raise process.StartError(
            f"PostgreSQL kunne ikke opprettes: {made.stderr.decode(errors='replace').strip()}"
        )


def _clear_leftovers(data: Path) -> None:
    """Stop a server left by a killed start; forget a pid file whose process is gone or somebody else."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split("\n", 1)[0])
    if _is_postgres_on(data, pid):
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + process.STOP_PATIENCE
        while pid_file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _is_postgres_on(data: Path, pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return str(data).encode() in command.split(b"\0")


def _ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > _READY_LINE and int(lines[0]) == pid and lines[_READY_LINE].strip() == "ready"


def _tail(log: Path, lines: int = 8) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

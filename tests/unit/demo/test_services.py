"""The embedded servers: they answer, they stop, and they open nobody's folders."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest
import redis

from sfm.demo import services
from sfm.demo.process import StartError, free_port

pytestmark = pytest.mark.fault


def modes(path: Path) -> dict[Path, int]:
    return {folder: folder.stat().st_mode for folder in [path, *path.parents]}


@pytest.fixture
def folder() -> Path:
    """A folder in a place the servers' user can reach."""
    import tempfile

    made = Path(tempfile.mkdtemp(prefix="open-sfm-test-", dir="/var/tmp"))
    made.chmod(0o755)
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


def test_servers_answer_keep_their_data_and_open_no_folder(folder: Path) -> None:
    before = modes(folder) | modes(Path.home()) | modes(services.PROJECT)
    for expected in (0, 1):
        with services.running(folder / "demo", durable=True) as servers:
            with psycopg.connect(servers.database_url()) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
                assert connection.execute("SELECT count(*) FROM kept").fetchone() == (expected,)
                connection.execute("INSERT INTO kept VALUES (1)")
            with redis.Redis.from_url(servers.redis_url()) as client:
                assert client.ping()
    assert {path: path.stat().st_mode for path in before} == before


@pytest.mark.parametrize("shutter", [0o700, 0o711])
def test_a_home_folder_stays_as_closed_as_it_was(folder: Path, shutter: int) -> None:
    home = folder / "home"
    home.mkdir()
    home.chmod(shutter)
    unreachable = os.geteuid() == 0 and shutter == 0o700
    refused = pytest.raises(StartError, match="SFM_DEMO_DIR") if unreachable else nullcontext()
    with refused, services.running(home / "demo", durable=False):
        pass
    assert home.stat().st_mode & 0o777 == shutter


def test_two_demos_do_not_share_a_folder(folder: Path) -> None:
    with services.running(folder / "demo", durable=False):
        second = services.running(folder / "demo", durable=False)
        with pytest.raises(StartError, match="kjører allerede"), second:
            pass


def test_without_the_password_nobody_gets_in(folder: Path) -> None:
    with services.running(folder / "demo", durable=False) as servers:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgres://postgres:feil@127.0.0.1:{servers.postgres.port}/postgres")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=servers.redis.port).ping()


def test_killed_parent_takes_the_servers_along_and_the_next_start_works(folder: Path) -> None:
    program = (
        "import sys, time, pathlib; from sfm.demo import services\n"
        "with services.running(pathlib.Path(sys.argv[1]), durable=True) as s:\n"
        "    print(s.postgres.child.pid, s.redis.child.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(folder / "demo")]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=services.PROJECT)
    assert parent.stdout
    children = [int(pid) for pid in parent.stdout.readline().split()]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert all(gone(pid) for pid in children)
    (folder / "demo/postgres/data/postmaster.pid").write_text(
        f"{os.getpid()}\n"
    )  # a number reused by a stranger
    with services.running(folder / "demo", durable=True) as servers:
        psycopg.connect(servers.database_url()).close()


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes():
            return True
        time.sleep(0.05)
    return False


def test_a_busy_port_gives_another() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) not in (0, port)

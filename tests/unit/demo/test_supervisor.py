"""The demo's programs live and die together, and say what they do."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfm.demo.process import StartError, free_port
from sfm.demo.supervisor import Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = """
import http.server, sys
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(cwd=tmp_path, logs=tmp_path, show=said.append)
    yield made
    made.stop()


def program(name: str, source: str, *arguments: str, **more: str) -> Program:
    command = [sys.executable, "-u", "-c", source, *arguments]
    return Program(name=name, command=command, environment=dict(os.environ), **more)


def test_a_web_server_is_ready_when_it_answers(supervisor: Supervisor) -> None:
    port = free_port()
    child = supervisor.start(program("web", SERVER, str(port), address=f"http://127.0.0.1:{port}"))
    supervisor.wait(child)
    assert child.is_ready()


def test_a_worker_is_ready_when_it_says_so_and_its_words_are_prefixed_and_kept(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    child = supervisor.start(
        program("worker", "import time; print('celery ready.'); time.sleep(60)", ready_text="ready.")
    )
    supervisor.wait(child)
    assert said == ["  worker │ celery ready."]
    assert "celery ready." in (tmp_path / "worker.log").read_text()


def test_a_child_that_dies_at_start_is_named(supervisor: Supervisor) -> None:
    child = supervisor.start(program("rf", "raise SystemExit(3)", ready_text="never"))
    with pytest.raises(StartError, match="«rf» stoppet under oppstart"):
        supervisor.wait(child)


def test_the_watch_names_the_child_that_died(supervisor: Supervisor) -> None:
    supervisor.start(program("web", "import time; time.sleep(60)"))
    doomed = supervisor.start(program("kj", "import time; time.sleep(60)"))
    doomed.process.send_signal(signal.SIGKILL)
    assert "«kj» stoppet" in supervisor.watch()


def test_stop_ends_grandchildren_too(supervisor: Supervisor, said: list[str]) -> None:
    source = (
        "import os, signal, time\n"
        "pid = os.fork()\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN) if pid == 0 else print('child', pid)\n"
        "time.sleep(60)"
    )
    child = supervisor.start(program("web", source, ready_text="child"))
    supervisor.wait(child)
    grandchild = int(said[0].split()[-1])
    supervisor.stop()
    deadline = time.monotonic() + 5
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(grandchild)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False

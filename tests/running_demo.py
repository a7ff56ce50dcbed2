"""The demo in full operation, once for all tests that need it: every process real, PostgreSQL and Redis its own.

It is started twice: `manage.py demo --check` in an empty folder, then to stay, on what the first start left. Tests
that use it are marked `xdist_group("demo")`, so that one test process has them all.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sfm.settings.test import PLACEHOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT = 20  # seconds
FIRST_START = 300  # seconds, on a machine with other work
LEASE = 12  # seconds: the tests wait for what a dead worker had leased
NOT_THEIRS = {*PLACEHOLDERS, "DJANGO_SETTINGS_MODULE", "SFM_KEY_DIR", "SFM_SECRET_KEY", "SFM_ENVIRONMENT"}


@dataclass(kw_only=True)
class Service:
    """A simulator's test API."""

    url: str
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=TIMEOUT))

    def get(self, path: str, **query: str) -> Any:
        return self.http.get(self.url + path, params=query).raise_for_status().json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self.http.post(self.url + path, json=body).raise_for_status().json()

    def fail(self, *rules: dict[str, Any]) -> None:
        self.post("/api/faults", {"rules": list(rules)})

    def scenario(self, name: str) -> None:
        self.post("/api/faults", {"scenario": name})

    def state(self, pid: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/api/state", patient=pid)
        return found


@dataclass(kw_only=True)
class RunningDemo:
    process: subprocess.Popen[str]
    facts: dict[str, Any]
    delivered: dict[str, Any] = field(init=False)  # see tests.demo_as_delivered

    def __post_init__(self) -> None:
        self.delivered = self.facts.pop("delivered")
        self.rf = Service(url=self.facts["origins"]["rf"])
        self.kj = Service(url=self.facts["origins"]["kj"])

    def origin(self, name: str) -> str:
        return str(self.facts["origins"][name])

    def log(self, name: str) -> str:
        return (Path(self.facts["folder"]) / "logs" / f"{name}.log").read_text(errors="replace")

    def kill(self, name: str) -> None:
        """kill -9, the whole process group."""
        self._order(f"kill {name}")

    def start(self, name: str) -> None:
        """Start again what was killed, and wait until it is ready."""
        self._order(f"start {name}")

    @contextmanager
    def without_redis(self) -> Iterator[None]:
        """Redis answers nobody for a while: every open connection hangs, and none can be made."""
        redis = int(self.facts["pids"]["redis"])
        os.kill(redis, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(redis, signal.SIGCONT)

    def heal(self) -> None:
        self.rf.fail()
        self.kj.fail()

    def _order(self, order: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        self.facts = _answer(self.process)


@dataclass(frozen=True, kw_only=True)
class FirstStart:
    """`manage.py demo --check`: up, filled, checked and stopped."""

    folder: Path
    exit_code: int
    said: str

    @property
    def second_said(self) -> str:
        """What the demo said when it started to stay."""
        return (self.folder / "start.log").read_text()


@contextmanager
def own_folder() -> Iterator[Path]:
    """For a demo's data; gone afterwards."""
    base = "/var/tmp" if os.geteuid() == 0 else None  # PostgreSQL's own user must reach it
    folder = Path(tempfile.mkdtemp(prefix="open-sfm-story-", dir=base))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def first_start() -> Iterator[FirstStart]:
    with own_folder() as folder:
        done = subprocess.run(
            [sys.executable, "manage.py", "demo", "--check"],
            cwd=ROOT,
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=FIRST_START,
            check=False,
        )
        yield FirstStart(folder=folder, exit_code=done.returncode, said=done.stdout)


def environment(folder: Path) -> dict[str, str]:
    """For a demo of its own in the folder, whatever this test run uses."""
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_THEIRS}
    return inherited | {"SFM_DEMO_DIR": str(folder / "demo"), "SFM_OUTBOX_LEASE": str(LEASE)}


@pytest.fixture(scope="session")
def running_demo(first_start: FirstStart) -> Iterator[RunningDemo]:
    with started(first_start.folder) as demo:
        yield demo
        demo.rf.http.close()
        demo.kj.http.close()


@contextmanager
def started(folder: Path) -> Iterator[RunningDemo]:
    with (folder / "start.log").open("wb") as talk:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.demo_process"],
            cwd=ROOT,
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
        )
    try:
        yield RunningDemo(process=process, facts=_answer(process))
    except EOFError:
        pytest.fail(f"Demoen startet ikke:\n{(folder / 'start.log').read_text()[-3000:]}")
    finally:
        _end(process)


@pytest.fixture
def demo(running_demo: RunningDemo) -> Iterator[RunningDemo]:
    """The running demo, with every simulator in good health before and after."""
    running_demo.heal()
    yield running_demo
    if running_demo.process.poll() is None:
        running_demo.heal()


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise EOFError
    facts: dict[str, Any] = json.loads(line)
    return facts


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()

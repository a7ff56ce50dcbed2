"""`manage.py demo` from an empty folder: up, filled, answering, and gone without a trace; then again, quickly."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sfm.demo.services import PROJECT
from tests.running_demo import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.running_demo import FirstStart, RunningDemo

pytestmark = pytest.mark.fault


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="open-sfm-test-", dir="/var/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def demo(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=PROJECT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.xdist_group("demo")
def test_it_starts_and_says_where_and_who(first_start: FirstStart) -> None:
    assert first_start.exit_code == 0, first_start.said
    assert "Åskollen legesenter" in first_start.said
    assert re.search(r"Demo-EPJ med SFM i ramme +http://127\.0\.0\.1:\d+", first_start.said)
    assert "Vilde Oppdiktet Demoberg" in first_start.said


@pytest.mark.xdist_group("demo")
def test_it_starts_again_in_ten_seconds(first_start: FirstStart, running_demo: RunningDemo) -> None:
    assert "Lager journalen" in first_start.said
    assert "Lager journalen" not in first_start.second_said
    assert running_demo.facts["seconds"] < 10 * slowness()


@pytest.mark.parametrize("order", [signal.SIGINT, signal.SIGTERM])
def test_an_order_to_stop_ends_everything_also_halfway_up(folder: Path, order: signal.Signals) -> None:
    process = demo(folder)
    assert process.stdout
    for line in process.stdout:
        if "PostgreSQL og Redis svarer" in line:
            break
    process.send_signal(order)
    rest, _ = process.communicate(timeout=40)
    assert "Demoen er stoppet" in rest
    assert left_behind(folder) == []


def slowness() -> float:
    """Other test processes share the machine."""
    return 1 + os.getloadavg()[0] / (os.cpu_count() or 1)


def left_behind(folder: Path) -> list[str]:
    deadline = time.monotonic() + 20
    while (found := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def processes_of(folder: Path) -> list[str]:
    """Command lines of processes that were told of the folder."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            told = (each / "environ").read_bytes() + (each / "cmdline").read_bytes()
            command = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder).encode() in told and command:
            found.append(command)
    return found

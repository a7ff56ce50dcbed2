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

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.fault


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="open-sfm-test-", dir="/var/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    without = {"DATABASE_URL", "REDIS_URL", "SFM_KEY_DIR", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", *options],
        cwd=PROJECT,
        env=environment | {"SFM_DEMO_DIR": str(folder / "demo")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_starts_is_filled_and_starts_again_in_ten_seconds(folder: Path) -> None:
    first, _ = (process := demo(folder, "--check")).communicate(timeout=180)
    assert process.returncode == 0, first
    assert "Åskollen legesenter" in first
    assert re.search(r"Demo-EPJ med SFM i ramme +http://127\.0\.0\.1:\d+", first)
    assert "Vilde Oppdiktet Demoberg" in first

    second, _ = (process := demo(folder, "--check")).communicate(timeout=60)
    assert process.returncode == 0, second
    assert "Lager journalen" not in second
    ready = re.search(r"\[ *([\d.]+) s\] Klar", second)
    assert ready
    assert float(ready.group(1)) < 10 * slowness()
    assert left_behind(folder) == []


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
    deadline = time.monotonic() + 5
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

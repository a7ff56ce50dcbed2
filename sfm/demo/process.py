"""Child processes of the demo and of the test run: they never outlive the one who started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType
    from typing import IO

    from sfm.demo.owner import Owner

_PR_SET_PDEATHSIG = 1
STOP_PATIENCE = 15.0  # seconds before a child that will not stop is killed
ASK_AGAIN = 3.0  # seconds: a program that is just starting may lose the first order
ORDERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StartError(Exception):
    """A child process did not come up; the text is for the person at the terminal."""


class Stopped(Exception):
    """Somebody asked us to end."""


class Orders:
    """Orders to stop. They wait while a child is being born, so that none is started and not remembered."""

    def __init__(self) -> None:
        self._births = 0
        self._came = False

    def obey(self) -> None:
        """From now on an order raises Stopped, once, where the program is."""
        for order in ORDERS:
            signal.signal(order, self._receive)

    @contextlib.contextmanager
    def wait_for_birth(self) -> Iterator[None]:
        self._births += 1
        try:
            yield
        finally:
            self._births -= 1
        if self._came and not self._births:
            raise Stopped

    def _receive(self, _signal: int, _frame: FrameType | None) -> None:
        for order in ORDERS:
            signal.signal(order, signal.SIG_IGN)  # impatience must not leave children behind
        self._came = True
        if not self._births:
            raise Stopped


orders = Orders()


def spawn(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    owner: Owner | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    stdin: bytes | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that Ctrl-C reaches only us and we stop it in order."""
    identity: dict[str, object] = owner.as_popen_arguments() if owner else {}
    child: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
        [str(part) for part in command],
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=dict(env) if env is not None else None,
        start_new_session=True,
        preexec_fn=_die_with_parent(os.getpid(), death_signal),
        **identity,
    )
    if stdin is not None and child.stdin is not None:
        child.stdin.write(stdin)
        child.stdin.close()
    return child


def _die_with_parent(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    libc = ctypes.CDLL(None)

    def ask_kernel() -> None:
        if hasattr(libc, "prctl"):
            libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died while we were being born
            os._exit(1)

    return ask_kernel


def stop(child: subprocess.Popen[bytes], *, how: signal.Signals = signal.SIGTERM) -> None:
    """Ask the child to end, wait, and kill its whole group if it will not."""
    deadline = time.monotonic() + STOP_PATIENCE
    while child.poll() is None and time.monotonic() < deadline:
        child.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(ASK_AGAIN)
    kill_group(child.pid)
    child.wait()


def kill_group(leader: int) -> None:
    """End whatever is left in a child's process group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def free_port(preferred: int = 0) -> int:
    """The preferred port on 127.0.0.1, or another when somebody has it."""
    for candidate in (preferred, 0) if preferred else (0,):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StartError("Fant ingen ledig port på 127.0.0.1.")


def wait_until(
    ready: Callable[[], bool], child: subprocess.Popen[bytes], *, what: str, seconds: float
) -> None:
    """Poll until ready. Raises StartError when the child dies or the time is out."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None:
            raise StartError(f"{what} stoppet under oppstart (kode {child.returncode}).")
        if time.monotonic() > deadline:
            raise StartError(f"{what} svarte ikke innen {seconds:.0f} sekunder.")
        time.sleep(0.05)

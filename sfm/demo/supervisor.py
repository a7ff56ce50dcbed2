"""Runs the demo's programs side by side: readable logs, one end for all."""

from __future__ import annotations

import contextlib
import http.client
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sfm.demo import process
from sfm.demo.process import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import IO

START_PATIENCE = 60.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Program:
    """One child: ready when its address answers, or when it has written `ready_text`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    address: str = ""
    ready_text: str = ""


@dataclass(kw_only=True)
class Child:
    program: Program
    process: subprocess.Popen[bytes]
    said_ready: threading.Event
    reader: threading.Thread

    def is_ready(self) -> bool:
        if self.program.ready_text:
            return self.said_ready.is_set()
        return answers(self.program.address)


@dataclass(kw_only=True)
class Supervisor:
    """Starts programs, watches them, and ends them all together."""

    cwd: Path
    logs: Path
    show: Callable[[str], None]
    children: list[Child] = field(default_factory=list)

    def start(self, program: Program) -> Child:
        """Start without waiting; see `wait`."""
        with process.orders.wait_for_birth():
            started = self._start(program)
            self.children.append(started)
        return started

    def _start(self, program: Program) -> Child:
        child = process.spawn(
            program.command,
            output=subprocess.PIPE,
            cwd=self.cwd,
            env=program.environment,
            death_signal=signal.SIGTERM,
        )
        said_ready = threading.Event()
        reader = threading.Thread(
            target=self._read,
            args=(program, child.stdout, said_ready),
            daemon=True,
            name=f"log-{program.name}",
        )
        reader.start()
        return Child(program=program, process=child, said_ready=said_ready, reader=reader)

    def wait(self, *waited: Child) -> None:
        """Until each of them answers. Raises StartError, naming the one that did not."""
        for child in waited:
            name = child.program.name
            try:
                process.wait_until(child.is_ready, child.process, what=f"«{name}»", seconds=START_PATIENCE)
            except StartError as failure:
                child.reader.join(1)
                raise StartError(f"{failure} Se {self.logs / name}.log") from failure

    def watch(self) -> str:
        """Block until a child ends by itself; returns what to tell."""
        while True:
            for child in self.children:
                if child.process.poll() is not None:
                    return (
                        f"«{child.program.name}» stoppet (kode {child.process.returncode}). "
                        f"Se {self.logs / child.program.name}.log"
                    )
            time.sleep(0.3)

    def stop(self) -> None:
        """Ask all at once, wait for each, and kill what is left of their groups."""
        for child in self.children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        for child in self.children:
            process.stop(child.process)
            child.reader.join(1)
        self.children.clear()

    def _read(self, program: Program, output: IO[bytes], said_ready: threading.Event) -> None:
        with output, (self.logs / f"{program.name}.log").open("ab") as log:
            for line in output:
                log.write(line)
                log.flush()
                text = line.decode(errors="replace").rstrip()
                if program.ready_text and program.ready_text in text:
                    said_ready.set()
                if text:
                    self.show(f"{program.name:>8} │ {text}")


def answers(address: str) -> bool:
    """Does anything speak HTTP there? An error page is an answer too, a server error is not."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", place.port or 80, timeout=10)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", place.path or "/", headers={"Host": place.netloc})
        return connection.getresponse().status < 500
    return False

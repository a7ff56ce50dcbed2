"""Simulators as processes, for tests that speak real HTTP. `helseid` is the fixture most tests want."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml

from sfm.identity import helseid_http, jwks
from tests import plain_http
from tests.tokens import CAST, HelseId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_django.fixtures import SettingsWrapper

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT = 30  # seconds


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """A running simulator. `log` is the file with everything it says."""

    name: str
    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_simulator(
    name: str, port: int = 0, directory: Path = Path(), env: Mapping[str, str] | None = None
) -> Simulator:
    """Start helseid, rf, kj or epj with its state in `directory`, and wait until it answers. Port 0 finds one."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    log = directory / f"{name}.log"
    own = {
        "DJANGO_SETTINGS_MODULE": "sfm.simulators.settings",
        "SFM_SIMULATOR": name,
        "SFM_SIMULATOR_DIR": str(directory),
        "SFM_ENVIRONMENT": "test",
        "PYTHONPATH": str(ROOT),
    }
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", "1", "--blocking-threads", "4", "sfm.simulators.wsgi:application"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **own, **(env or {})}, stdout=output, stderr=output
        )
    simulator = Simulator(name=name, url=url, log=log, process=process)
    _wait(simulator)
    return simulator


def _wait(simulator: Simulator) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and simulator.process.poll() is None:
        try:
            plain_http.get(simulator.url, timeout=5)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    said = simulator.log.read_text(errors="replace")[-2000:]
    simulator.stop()
    raise RuntimeError(f"simulator {simulator.name} did not start:\n{said}")


@pytest.fixture(scope="session")
def helseid_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    directory = tmp_path_factory.mktemp("helseid")
    people = directory / "personas.yaml"
    people.write_text(yaml.safe_dump({"people": CAST}, allow_unicode=True), encoding="utf-8")
    port = free_port()
    env = {"SFM_HELSEID_ISSUER": f"http://127.0.0.1:{port}", "SFM_PERSONAS": str(people)}
    simulator = start_simulator("helseid", port, directory, env)
    yield simulator
    helseid_http.http().close()
    helseid_http.http.cache_clear()
    simulator.stop()


@pytest.fixture
def helseid(helseid_process: Simulator, settings: SettingsWrapper) -> Iterator[HelseId]:
    """The HelseID simulator, in good health, as the issuer the product trusts."""
    settings.HELSEID_ISSUER = helseid_process.url
    jwks.forget()
    service = HelseId(helseid_process.url)
    service.heal()
    yield service
    service.http.close()
    jwks.forget()

"""The gateway behind the real server, with two workers (security.md 12: attacks 14, 18)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from tests import plain_http
from tests.office import open_office
from tests.simulators import ROOT, free_port
from tests.tokens import HASH, Issuer, details

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfm.tenancy.models import Journal
    from tests.tokens import Caller, HelseId

PATH = "/api/v2/Session/create"


@pytest.fixture
def server(
    committed: tuple[Journal, Journal],
    child_environment: dict[str, str],
    helseid: HelseId,
    redis_client: object,
    tmp_path: Path,
) -> Iterator[str]:
    """The origin of a gateway that knows the office of the first journal."""
    open_office(committed[0], Issuer())
    origin = f"http://127.0.0.1:{free_port()}"
    own = {
        "DJANGO_SETTINGS_MODULE": "tests.integration.gateway_settings",
        "SFM_HELSEID_ISSUER": helseid.url,
        "SFM_PUBLIC_ORIGIN": origin,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += [
        "--port",
        origin.rpartition(":")[2],
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "sfm.wsgi:application",
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | child_environment | own, stdout=log, stderr=log
        )
    try:
        _wait(origin, process)
        yield origin
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait(origin: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            plain_http.get(f"{origin}/who", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the gateway did not start")


@pytest.fixture
def caller(server: str, helseid: HelseId, committed: tuple[Journal, Journal]) -> Caller:
    journal_id = str(committed[0].pk)
    return helseid.register("epj-client", journal_ids=[journal_id]).login(
        "berg", journal_id=journal_id, authorization_details=json.dumps(details(journal_id=journal_id))
    )


def test_the_server_keeps_the_promises(server: str, caller: Caller) -> None:
    """One process start for three promises: replay across workers, doubled headers, oversized headers."""
    headers = caller.headers("POST", PATH, origin=server)

    def post(_number: int) -> int:
        return plain_http.post(server + PATH, json={"nonce": HASH}, headers=headers, timeout=20).status_code

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(post, range(50))) == [200, *[401] * 49]

    for name in ("Authorization", "DPoP"):
        fresh = caller.headers("POST", PATH, origin=server)
        doubled = [*fresh.items(), (name, fresh[name])]
        assert (
            plain_http.post(server + PATH, json={"nonce": HASH}, headers=doubled, timeout=20).status_code
            == 401
        )

    huge = caller.headers("POST", PATH, origin=server) | {"X-Filler": "x" * 100_000}
    assert plain_http.post(server + PATH, json={"nonce": HASH}, headers=huge, timeout=20).status_code == 431

"""Ports and addresses of the demo."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from sfm.demo import places

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_busy_port_is_told_and_every_address_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        monkeypatch.setitem(places.PREFERRED, "rf", busy)
        chosen = places.choose(said.append)
    assert chosen.ports["rf"] != busy
    assert any(f"Port {busy} er opptatt" in line for line in said)
    assert chosen.environment()["SFM_RF_URL"] == f"http://127.0.0.1:{chosen.ports['rf']}"


def test_sfm_and_the_epj_are_two_sites_to_a_browser() -> None:
    chosen = places.choose(lambda _line: None)
    assert chosen.origin("sfm").startswith("http://localhost:")
    assert chosen.origin("epj").startswith("http://127.0.0.1:")


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    chosen = places.choose(lambda _line: None)
    first, second = (places.environment(tmp_path, chosen) for _ in range(2))
    assert first == second
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600

"""Ports and addresses of the demo."""

from __future__ import annotations

import socket
from contextlib import ExitStack
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
        with places.chosen(said.append) as here:
            pass
    assert here.ports["rf"] != busy
    assert any(f"Port {busy} er opptatt" in line for line in said)
    assert here.environment()["SFM_RF_URL"] == f"http://127.0.0.1:{here.ports['rf']}"


def test_two_demos_that_start_at_once_share_no_port() -> None:
    with places.chosen(_silent) as first, places.chosen(_silent) as second:
        assert not set(first.ports.values()) & set(second.ports.values())


def test_a_port_that_is_offered_twice_is_chosen_once(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = iter([1, 1, 2])
    monkeypatch.setattr(places, "free_port", lambda _preferred: next(offered))
    with ExitStack() as claims:
        assert [places._another(claims), places._another(claims)] == [1, 2]


def test_sfm_and_the_epj_are_two_sites_to_a_browser() -> None:
    with places.chosen(_silent) as here:
        assert here.origin("sfm").startswith("http://localhost:")
        assert here.origin("epj").startswith("http://127.0.0.1:")


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    with places.chosen(_silent) as here:
        first, second = (places.environment(tmp_path, here) for _ in range(2))
    assert first == second
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def _silent(_line: str) -> None:
    """Nobody listens."""

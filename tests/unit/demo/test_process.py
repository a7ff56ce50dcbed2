"""An order to stop never leaves a child that nobody remembers, and never gets lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sfm.demo import process
from sfm.demo.process import Orders, Stopped

DEAF_TO_THE_FIRST = """
import signal, time
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append(1) if not heard else exit(0))
print("up", flush=True)
while True:
    time.sleep(0.05)
"""


@pytest.fixture
def orders() -> Iterator[Orders]:
    before = {order: signal.getsignal(order) for order in process.ORDERS}
    listening = Orders()
    listening.obey()
    yield listening
    for order, handler in before.items():
        signal.signal(order, handler)


def test_an_order_during_a_birth_is_obeyed_after_it(orders: Orders) -> None:
    remembered = []

    def bear() -> None:
        with orders.wait_for_birth():
            signal.raise_signal(signal.SIGINT)
            remembered.append("child")

    with pytest.raises(Stopped):
        bear()
    assert remembered == ["child"]


def test_an_order_at_any_other_time_is_obeyed_at_once(orders: Orders) -> None:
    with pytest.raises(Stopped):
        signal.raise_signal(signal.SIGTERM)


def test_a_second_order_does_not_disturb_the_ending(orders: Orders) -> None:
    with pytest.raises(Stopped):
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGINT)


def test_a_program_that_lost_the_first_order_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "ASK_AGAIN", 0.1)
    child = subprocess.Popen([sys.executable, "-c", DEAF_TO_THE_FIRST], stdout=subprocess.PIPE)
    assert child.stdout
    with child.stdout:
        child.stdout.readline()
        process.stop(child)
    assert child.returncode == 0

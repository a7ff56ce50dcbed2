"""Dosage texts and quick entries per second, over every golden dose. Run: python -m tests.benchmarks.bench_dosage."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sfm.medication.rules import dosage_text, quick
from tests import golden

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 1.0


def bench_dosage() -> None:
    rows = golden.dosage_texts()
    dosages = [row.dosage for row in rows]
    entries = [(row.entry, row.unit) for row in rows if not row.entry.startswith("{")]
    say = per_second(lambda: [dosage_text.text(dosage) for dosage in dosages], len(dosages))
    read = per_second(lambda: [quick.parse(entry, unit) for entry, unit in entries], len(entries))
    print(f"doseringstekster per sekund: {say:,.0f}".replace(",", " "))
    print(f"hurtigdoseringer per sekund: {read:,.0f}".replace(",", " "))


def per_second(call: Callable[[], object], each: int) -> float:
    """CPU seconds, so that others on the machine do not count."""
    done, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        call()
        done += each
    return done / (time.process_time() - start)


if __name__ == "__main__":
    bench_dosage()

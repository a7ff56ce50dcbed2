"""Putting together a patient's list: 60 records of three sources, and 200 (budget 20 ms). CPU time.

Run: python -m tests.benchmarks.bench_merge
"""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sfm.medication.rules.merge import Local, Record, merge

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS = 200


def bench_merge() -> None:
    for many in (60, 200):
        rows, found = case(many)
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            merge(rows, found)
            times.append((time.process_time() - start) * 1000)
        p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
        print(f"sammenstilling av {many} opplysninger: p50 {p50:.2f} ms, p99 {p99:.2f} ms".replace(".", ","))


def case(many: int) -> tuple[list[Local], list[Record]]:
    """A third in the list, a third prescriptions of rows we have or renew, a third loose; a few changed elsewhere."""
    third = many // 3
    rows = [_row(number) for number in range(third)]
    listed = [_entry(number, changed=number % 5 == 0) for number in range(third)]
    known = [_prescription("RF", f"p{number}", previous=f"r{number}") for number in range(third)]
    loose = [_prescription("KJ", f"l{number}") for number in range(many - 2 * third)]
    return rows, [*loose, *known, *listed]


def _said(number: int, dose: str = "1 tablett morgen") -> dict[str, str]:
    name = f"Oppdiktin {number} tablett 5 mg"
    return {
        "name_form_strength": name,
        "dosage_text": dose,
        "use_type": "1",
        "indication_text": "Mot smerter",
    }


def _row(number: int) -> Local:
    lib_id = UUID(int=number + 1)
    return Local(
        id=lib_id,
        lib_id=str(lib_id),
        resept_ids=frozenset({f"r{number}"}),
        fields=_said(number),
        changed_at=AT,
    )


def _entry(number: int, *, changed: bool) -> Record:
    dose = "2 tabletter kveld" if changed else "1 tablett morgen"
    return Record(
        source="PLL",
        lib_id=str(UUID(int=number + 1)),
        fields=_said(number, dose),
        changed_at=AT + timedelta(days=1),
    )


def _prescription(source: str, resept_id: str, previous: str = "") -> Record:
    return Record(
        source=source,
        resept_id=resept_id,
        previous_id=previous,
        status="E",
        fields=_said(0),
        changed_at=AT + timedelta(days=1),
    )


if __name__ == "__main__":
    bench_merge()

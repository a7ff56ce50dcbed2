"""Print preview and PDF of a list of 25: budget one second (portals.md 13)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from sfm.patients.identity import PatientIdentity
from sfm.printing import printouts
from sfm.printing.printouts import Wish
from tests.factories import treatments as rows

if TYPE_CHECKING:
    from sfm.core.actor import Actor

ROWS, ROUNDS = 25, 5
pytestmark = pytest.mark.usefixtures("in_journal")


def bench_printouts(prescriber: Actor) -> None:
    patient = uuid4()
    rows.medication_list(patient)
    for _ in range(ROWS):
        rows.with_prescription(patient, by=prescriber)
    wish = Wish(
        patient=patient, who=PatientIdentity(family="Demosen", given="Kari Oppdiktet"), actor=prescriber
    )
    for kind in ("liste", "pasient"):
        preview, written = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            made = printouts.make(kind, wish)
            preview.append(time.perf_counter() - start)
            made.pdf()
            written.append(time.perf_counter() - start)
        first, usual = written[0] * 1000, sorted(written)[ROUNDS // 2] * 1000
        shown = sorted(preview)[ROUNDS // 2] * 1000
        print(
            f"\nutskrift {kind}, {ROWS} rader: vist {shown:.0f} ms, PDF {usual:.0f} ms (første {first:.0f} ms)"
        )

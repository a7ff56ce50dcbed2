"""All warnings of a long list against as many interactions as FEST has, against a bare walk over the same keys."""

from __future__ import annotations

import gc
import random
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from sfm.fest.interactions import DrugKeys as Keys
from sfm.fest.interactions import InteractionGraph, graph
from sfm.medication.rules import alerts
from sfm.medication.rules.alerts import Reaction, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

INTERACTIONS = 11_000
CODES = 1_500  # substances that FEST has judged
LONG, LONGEST = 30, 60
ROUNDS = 300
GOAL = 2.0  # milliseconds


def _codes(dice: random.Random) -> list[str]:
    groups = [
        f"{dice.choice('ABCDGHJLMNPRSV')}{dice.randint(1, 9):02}{dice.choice('ABCDE')}" for _ in range(200)
    ]
    return sorted({f"{dice.choice(groups)}{dice.choice('ABC')}{dice.randint(1, 9):02}" for _ in range(CODES)})


def _side(dice: random.Random, codes: list[str]) -> dict[str, object]:
    """A group as FEST writes it: substances one by one, now and then a level of ATC."""
    members = [
        ["", code if dice.random() < 0.9 else code[:5], [f"ID_{code}"]]
        for code in dice.sample(codes, dice.choices((1, 2, 4, 8), (70, 20, 8, 2))[0])
    ]
    return {"name": "Gruppe", "members": members}


def full_size(dice: random.Random, codes: list[str]) -> InteractionGraph:
    rows = [
        (f"I{number}", dice.choices("123", (20, 60, 20))[0], "", [_side(dice, codes), _side(dice, codes)])
        for number in range(INTERACTIONS)
    ]
    return graph(rows, dice.sample(codes, 20))


def _list(dice: random.Random, codes: list[str], length: int) -> list[Subject]:
    return [
        Subject(id=uuid4(), name=code, keys=Keys(atc=code, substances=frozenset({f"ID_{code}"})))
        for code in dice.sample(codes, length)
    ]


def median(call: Callable[[], object]) -> float:
    """Milliseconds of CPU."""
    call()
    gc.collect()
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return sorted(times)[ROUNDS // 2] * 1000


def bench_warnings_of_a_long_list() -> None:
    dice = random.Random(1)  # noqa: S311 -- invented data
    codes = _codes(dice)
    fest = full_size(dice, codes)
    print(f"\n{INTERACTIONS} interaksjoner mellom {len(codes)} virkestoff")
    substances = dict.fromkeys(codes)
    for length in (5, LONG, LONGEST):
        subjects = _list(dice, codes, length)
        known = [Reaction(id=uuid4(), kind="atc", code=code[:5], text=code) for code in codes[:3]]
        found = alerts.check(subjects, known, fest)
        whole = median(lambda: alerts.check(subjects, known, fest))  # noqa: B023
        one = median(lambda: alerts.check(subjects, known, fest, about={subjects[0].id}))  # noqa: B023
        bare = median(lambda: [key in substances for subject in subjects for key in subject.keys.all])  # noqa: B023
        goal = f" (mål {GOAL:.0f} ms)" if length == LONG else ""
        print(
            f"{length} legemidler, {len(found)} varsler: {whole:.2f} ms{goal}, ett mot resten {one:.2f} ms,"
            f" bart oppslag {bare:.2f} ms"
        )

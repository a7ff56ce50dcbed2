"""Doses of every kind, for properties."""

from __future__ import annotations

import os
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from sfm.medication.rules.dosage import AsNeededDose, Dosage, DosagePeriod, FixedDose, StructuredDosage

START = date(2026, 11, 23)  # a Monday
EXAMPLES = int(os.environ.get("DOSAGE_EXAMPLES", "60"))  # 10000 before a release
runs = settings(max_examples=EXAMPLES)

amounts = st.integers(1, 40).map(lambda quarters: Decimal(quarters) / 4) | st.integers(1, 20_000).map(Decimal)
units = st.sampled_from(["13", "6", "8", "3", "17", "70", "16"])
days = st.one_of(
    st.just({}),
    st.sets(st.integers(1, 7), min_size=1, max_size=6).map(lambda found: {"weekdays": tuple(sorted(found))}),
    st.integers(2, 90).map(lambda every: {"every_n_days": every}),
    st.tuples(st.integers(2, 60), st.integers(1, 60)).map(
        lambda cycle: {"days_on": cycle[0], "days_off": cycle[1]}
    ),
    st.sets(st.integers(1, 31), min_size=1, max_size=4).map(
        lambda found: {"month_days": tuple(sorted(found))}
    ),
    st.sets(st.integers(0, 60), min_size=1, max_size=4).map(
        lambda found: {"dates": tuple(START + timedelta(days=day) for day in sorted(found))}
    ),
    st.tuples(st.sets(st.integers(1, 7), min_size=1, max_size=6), st.integers(1, 3)).map(
        lambda found: {"weekdays": tuple(sorted(found[0])), "days_on": 7, "days_off": 7 * found[1]}
    ),
)
times = st.lists(st.sampled_from("123456"), min_size=1, max_size=6, unique=True).map(sorted)
clocks = st.lists(st.times().map(lambda t: time(t.hour, t.minute)), min_size=1, max_size=4, unique=True).map(
    sorted
)


@st.composite
def fixed(draw: Any) -> tuple[FixedDose, ...]:
    """The doses of one day, some of them alike."""
    shared = draw(days)
    few = draw(st.lists(amounts, min_size=1, max_size=2))
    pick = st.sampled_from(few)
    kind = draw(st.sampled_from(["times", "clocks", "day"]))
    if kind == "times":
        return tuple(FixedDose(amount=draw(pick), time_of_day=at, **shared) for at in draw(times))
    if kind == "clocks":
        return tuple(FixedDose(amount=draw(pick), clock=at, **shared) for at in draw(clocks))
    return (FixedDose(amount=few[0], **shared),)


@st.composite
def needed(draw: Any) -> AsNeededDose:
    low = draw(amounts)
    high = low + draw(st.sampled_from([Decimal(0), Decimal(1)]))
    return AsNeededDose(
        amount_min=low,
        amount_max=high,
        max_times_per_day=draw(st.none() | st.integers(1, 12)),
        max_per_day=draw(st.none() | st.just(high * 4)),
        min_interval_hours=draw(st.none() | st.integers(1, 48).map(Decimal)),
        reason=draw(st.sampled_from(["", "smerter", "mot kvalme", "tung pust"])),
    )


@st.composite
def sequences(draw: Any) -> StructuredDosage:
    """One to four periods of fixed doses; the last may go on."""
    count = draw(st.integers(1, 4))
    lengths = [draw(st.integers(1, 60)) for _ in range(count)]
    last = draw(st.sampled_from([None, lengths[-1]]))
    periods = [DosagePeriod(fixed=draw(fixed()), days=length) for length in [*lengths[:-1], last]]
    return StructuredDosage(periods=tuple(periods))


structures = sequences() | needed().map(
    lambda dose: StructuredDosage(periods=(DosagePeriod(as_needed=dose),))
)
dosages = st.builds(Dosage, unit=units, instruction=structures)

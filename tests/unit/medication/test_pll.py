"""Merging two versions of the shared list: the table of eresept.md 9.5, row by row; and what belongs in a list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sfm.medication.rules.pll import Facts, Outcome, belongs, three_way

A, B, C = {"dose": "1"}, {"dose": "2"}, {"dose": "3"}
ENDED = {"dose": "1", "discontinued": True}


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "outcome", "entry"),
    [
        (A, A, B, Outcome.OURS, B),
        (A, B, A, Outcome.THEIRS, B),
        (A, B, B, Outcome.THEIRS, B),
        (A, B, C, Outcome.CONFLICT, C),
        (A, ENDED, A, Outcome.THEIRS, ENDED),
        (A, ENDED, B, Outcome.CONFLICT, B),
        (A, None, A, Outcome.GONE, None),
        (A, None, B, Outcome.CONFLICT, B),
        (None, A, None, Outcome.THEIRS, A),
        (None, None, A, Outcome.OURS, A),
    ],
)
def test_the_table(base, theirs, ours, outcome, entry):
    def side(value):
        return {} if value is None else {"id": value}

    (merged,) = three_way(side(base), side(theirs), side(ours))
    assert (merged.outcome, merged.entry) == (outcome, entry)


def test_the_same_prescription_added_twice_keeps_their_id():
    merged = three_way({}, {"theirs": A | {"resept_id": "r"}}, {"ours": A | {"resept_id": "r"}})
    assert [one.id for one in merged] == ["theirs"]


def test_the_same_substance_added_twice_warns():
    merged = three_way({}, {"theirs": A | {"substance": "s"}}, {"ours": B | {"substance": "s"}})
    assert [one.duplicate for one in merged] == [True, True]


def test_merging_with_itself_changes_nothing():
    entries = {"a": A, "b": B}
    assert {one.id: one.entry for one in three_way(entries, entries, entries)} == entries


NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        ({}, True),
        ({"use_type": "4"}, False),
        ({"lifecycle": "entered_in_error"}, False),
        ({"review": "pending_decision"}, False),
        ({"review": "history_only"}, False),
        ({"lifecycle": "discontinued", "discontinued_at": NOW - timedelta(days=89)}, True),
        ({"lifecycle": "discontinued", "discontinued_at": NOW - timedelta(days=91)}, False),
    ],
)
def test_what_belongs(given, listed):
    facts = {
        "lifecycle": "active",
        "review": "confirmed",
        "use_type": "1",
        "product_kind": "group",
        "discontinued_at": None,
    }
    assert belongs(Facts(**(facts | given)), NOW) is listed

"""Putting the sources together: the cases of clinical.md 7.2 one by one, and what must hold whatever the input.

`MERGE_EXAMPLES=10000 pytest tests/unit/medication/test_merge.py` tries every property on ten thousand cases.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfm.medication.rules.merge import ACTIVE, Kind, Local, Record, merge, normalised

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
ROW = UUID(int=1)
often = settings(max_examples=int(os.environ.get("MERGE_EXAMPLES", "60")))
SAID = {"name_form_strength": "Oppdiktin tablett 5 mg", "dosage_text": "1 tablett morgen"}


def local(**given):
    values = {"id": ROW, "lib_id": str(ROW), "fields": SAID, "changed_at": EARLY}
    return Local(**(values | given))


def entry(**given):
    values = {"source": "PLL", "lib_id": str(ROW), "fields": SAID, "changed_at": LATE, "by": "Dr. Oppdiktet"}
    return Record(**(values | given))


def resept(**given):
    values = {"source": "RF", "resept_id": "r1", "status": "E", "fields": SAID, "changed_at": LATE}
    return Record(**(values | given))


def one(rows, records):
    (decision,) = merge(rows, records)
    return decision


OTHER = SAID | {"dosage_text": "2 tabletter morgen"}


@pytest.mark.parametrize(
    ("row", "record", "kind"),
    [
        (local(), entry(), Kind.SAME),
        (local(), entry(fields=SAID | {"dosage_text": "1\u00a0TABLETT  morgen."}), Kind.SAME),
        (local(), entry(fields=OTHER), Kind.CHANGED),
        (local(changed_at=LATE + timedelta(days=1)), entry(fields=OTHER), Kind.SAME),
        (local(), entry(discontinued=True), Kind.DISCONTINUED),
        (local(active=False), entry(discontinued=True), Kind.SAME),
        (local(base=SAID, fields=OTHER), entry(), Kind.SAME),
        (local(base=SAID, fields=OTHER), entry(fields=SAID | {"dosage_text": "3 tabletter"}), Kind.CONFLICT),
        (local(base=SAID), entry(discontinued=True), Kind.CONFLICT),
        (local(), entry(lib_id=str(UUID(int=2))), Kind.NEW),
        (local(erased=True, base=SAID), entry(), Kind.SAME),
        (local(erased=True, changed_at=LATE), entry(), Kind.SAME),
        (local(erased=True, changed_at=EARLY), entry(), Kind.REVIVED),
        (local(resept_ids=frozenset({"r1"})), resept(), Kind.STATUS),
        (local(resept_ids=frozenset({"r1"})), resept(recalled=True, status="T"), Kind.RECALLED),
        (
            local(resept_ids=frozenset({"r1"}), recalled_ids=frozenset({"r1"})),
            resept(recalled=True, status="T"),
            Kind.STATUS,
        ),
        (local(resept_ids=frozenset({"r0"})), resept(previous_id="r0"), Kind.ATTACHED),
        (local(resept_ids=frozenset({"r0"})), resept(previous_id="r0", fields=OTHER), Kind.CHANGED),
        (local(), resept(), Kind.LOOSE),
        (local(), resept(status="R"), Kind.HISTORY),
        (local(), resept(status="T", recalled=True), Kind.HISTORY),
    ],
)
def test_each_case(row, record, kind):
    assert one([row], [record]).kind == kind


def test_a_prescription_follows_an_entry_that_is_new_too():
    new = entry(lib_id=str(UUID(int=2)), resept_id="r1")
    decisions = merge([], [resept(), new])
    assert [(d.kind, d.lib_id) for d in decisions] == [
        (Kind.NEW, str(UUID(int=2))),
        (Kind.ATTACHED, str(UUID(int=2))),
    ]


def test_a_prescription_follows_the_row_whose_entry_names_it():
    """Renewed elsewhere without a link to ours: the shared list says where it belongs."""
    decisions = merge([local()], [entry(resept_id="r1", fields=OTHER), resept(), resept(source="KJ")])
    assert [(d.kind, d.row) for d in decisions] == [
        (Kind.CHANGED, ROW),
        (Kind.ATTACHED, ROW),
        (Kind.STATUS, ROW),
    ]
    erased = merge([local(erased=True, base=SAID)], [entry(resept_id="r1"), resept()])
    assert [d.kind for d in erased] == [Kind.SAME, Kind.LOOSE], "never hidden behind a row nobody sees"


def test_rf_decides_the_status_of_what_both_tell():
    said = [resept(source="KJ", recalled=True), resept()]
    assert [d.kind for d in merge([local(resept_ids=frozenset({"r1"}))], said)] == [Kind.STATUS, Kind.STATUS]


def test_two_lists_with_the_same_prescription_keep_one_entry():
    theirs = entry(lib_id=str(UUID(int=2)), resept_id="r1")
    decision = one([local(resept_ids=frozenset({"r1"}))], [theirs])
    assert (decision.row, decision.adopt, decision.lib_id) == (ROW, True, str(UUID(int=2)))


def test_a_chain_of_renewals_lands_on_one_row():
    chain = [
        resept(resept_id="r3", previous_id="r2"),
        resept(resept_id="r2", previous_id="r1", status="T", recalled=True),
    ]
    decisions = merge([local(resept_ids=frozenset({"r1"}))], chain)
    assert {d.row for d in decisions} == {ROW}


def test_rf_speaks_before_kj_about_the_same_prescription():
    decisions = merge([], [resept(source="KJ"), resept()])
    assert [(d.record.source, d.kind) for d in decisions] == [("RF", Kind.LOOSE), ("KJ", Kind.STATUS)]


def apart(rows):
    """A prescription belongs to one treatment: the database knows no other case."""
    taken, kept = set(), []
    for row in rows:
        own = row.resept_ids - taken
        taken |= own
        kept.append(replace(row, resept_ids=own, recalled_ids=row.recalled_ids & own))
    return kept


ids = st.integers(1, 4).map(lambda n: str(UUID(int=n)))
resepts = st.integers(1, 5).map(lambda n: f"r{n}")
said = st.sampled_from(["1 tablett", "2 tabletter", "3 tabletter"]).map(lambda text: {"dosage_text": text})
times = st.sampled_from([EARLY, LATE])
entries = st.builds(
    entry,
    lib_id=ids,
    resept_id=st.one_of(st.just(""), resepts),
    fields=said,
    changed_at=times,
    discontinued=st.booleans(),
)
prescriptions = st.builds(
    resept,
    source=st.sampled_from(["RF", "KJ"]),
    resept_id=resepts,
    previous_id=st.one_of(st.just(""), resepts),
    status=st.sampled_from("EURT"),
    recalled=st.booleans(),
    fields=said,
    changed_at=times,
)
locals_ = st.lists(
    st.builds(
        lambda n, own, recalled, fields, base, at, active, erased: Local(
            id=UUID(int=n),
            lib_id=str(UUID(int=n)),
            resept_ids=frozenset(own),
            recalled_ids=frozenset(own if recalled else ()),
            fields=fields,
            base=base,
            changed_at=at,
            active=active,
            erased=erased,
        ),
        st.integers(1, 4),
        st.sets(resepts, max_size=2),
        st.booleans(),
        said,
        st.one_of(st.none(), said),
        times,
        st.booleans(),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda row: row.lib_id,
).map(apart)
anything = st.lists(st.one_of(entries, prescriptions), max_size=6)
records = st.lists(
    st.one_of(entries, prescriptions), max_size=6, unique_by=lambda r: (r.source, r.lib_id or r.resept_id)
)


@often
@given(locals_, anything, st.randoms())
def test_the_order_of_rows_and_records_does_not_matter(rows, found, shuffle):
    mixed_rows, mixed = list(rows), list(found)
    shuffle.shuffle(mixed_rows)
    shuffle.shuffle(mixed)
    assert merge(rows, found) == merge(mixed_rows, mixed)


@often
@given(locals_, records)
def test_every_record_is_represented_once(rows, found):
    assert sorted(map(repr, (d.record for d in merge(rows, found)))) == sorted(map(repr, found))


@often
@given(locals_, records)
def test_unsent_work_is_never_overwritten(rows, found):
    dirty = {row.id for row in rows if row.base is not None}
    for decision in merge(rows, found):
        if decision.row in dirty:
            assert decision.kind not in (Kind.CHANGED, Kind.DISCONTINUED)
            assert not decision.adopt


@often
@given(locals_)
def test_a_silent_source_ends_nothing(rows):
    assert merge(rows, []) == ()


@often
@given(locals_, records)
def test_only_a_list_that_says_so_ends_a_treatment_and_only_one_in_use(rows, found):
    by_id = {row.id: row for row in rows}
    for decision in merge(rows, found):
        if decision.kind == Kind.DISCONTINUED:
            assert decision.record.source == "PLL"
            assert decision.record.discontinued
            assert by_id[decision.row].active


@often
@given(locals_, records, st.sampled_from(["PLL", "RF", "KJ"]))
def test_without_one_source_the_rest_say_nothing_that_ends_more(rows, found, silent):
    ended = {d.row for d in merge(rows, found) if d.kind == Kind.DISCONTINUED}
    heard = [record for record in found if record.source != silent]
    assert {d.row for d in merge(rows, heard) if d.kind == Kind.DISCONTINUED} <= ended


@often
@given(locals_, records)
def test_what_was_erased_here_comes_back_only_for_a_person_to_decide(rows, found):
    erased = {row.id for row in rows if row.erased}
    told = {d.kind for d in merge(rows, found) if d.row in erased and d.record.lib_id}
    assert told <= {Kind.SAME, Kind.REVIVED, Kind.CONFLICT}


@often
@given(locals_, records)
def test_prescriptions_of_one_chain_ask_for_one_decision(rows, found):
    """However many renewals are unknown here, and whichever of the sources tells of the link."""
    decisions = merge(rows, found)
    asked = [d.record.resept_id for d in decisions if d.kind == Kind.LOOSE]
    assert len({_chain(resept, found) for resept in asked}) == len(asked)
    made = set()
    for d in decisions:  # what is joined stands there already
        assert not d.follows or d.follows in made
        made |= {d.record.resept_id} if d.kind == Kind.LOOSE else set()


@often
@given(locals_, records)
def test_what_can_be_dispensed_on_is_never_hidden(rows, found):
    away = {row.id for row in rows if row.erased or not row.active}
    known = {resept for row in rows for resept in row.resept_ids}
    for d in merge(rows, found):
        new = d.record.source != "PLL" and d.record.resept_id not in known
        if (
            new
            and d.kind in (Kind.ATTACHED, Kind.CHANGED)
            and d.record.status in ACTIVE
            and not d.record.recalled
        ):
            assert d.row not in away


def _chain(resept, found):
    kin, size = {resept}, 0
    while len(kin) > size:
        size = len(kin)
        for record in found:
            ends = {record.resept_id, record.previous_id} - {""}
            kin |= ends if record.source != "PLL" and ends & kin else set()
    return frozenset(kin)


@often
@given(locals_, records)
def test_a_second_run_on_its_own_result_brings_no_news(rows, found):
    after = _applied(rows, merge(rows, found))
    quiet = {Kind.SAME, Kind.STATUS, Kind.ATTACHED, Kind.HISTORY, Kind.CONFLICT}
    assert {d.kind for d in merge(after, found)} <= quiet


def _applied(rows, decisions):
    """What the writer makes of decisions, in memory."""
    by_id = {row.id: row for row in rows}
    for number, d in enumerate(decisions):
        row = by_id.get(d.row) or next((r for r in by_id.values() if r.lib_id == d.lib_id), None)
        row = row or next((r for r in by_id.values() if d.follows and d.follows in r.resept_ids), None)
        if d.kind in (Kind.NEW, Kind.LOOSE):
            new = UUID(d.record.lib_id) if d.record.lib_id else UUID(int=100 + number)
            row = Local(id=new, lib_id=str(new), fields=d.record.fields, changed_at=d.record.changed_at)
            row = replace(row, active=not d.record.discontinued)
        if row is None:
            continue
        if d.adopt:
            row = replace(row, lib_id=d.lib_id)
        if d.kind == Kind.REVIVED:
            row = replace(row, erased=False, changed_at=d.record.changed_at)
        if d.kind in (Kind.CHANGED, Kind.DISCONTINUED):
            row = replace(row, fields=d.record.fields, changed_at=d.record.changed_at)
            row = replace(row, active=row.active and not d.record.discontinued)
        resept = d.record.resept_id
        elsewhere = any(resept in other.resept_ids for other in by_id.values() if other.id != row.id)
        belongs = d.record.source != "PLL" or d.kind == Kind.NEW  # an entry alone moves no prescription
        if resept and belongs and not elsewhere:
            row = replace(row, resept_ids=row.resept_ids | {resept})
        if d.record.recalled:
            row = replace(row, recalled_ids=row.recalled_ids | {d.record.resept_id})
        by_id[row.id] = row
    return list(by_id.values())


def test_writing_differently_is_not_a_difference():
    assert normalised("1\u00a0Tablett   morgen. ") == normalised("1 tablett morgen")
